"""What this room declares to the kernel."""

from django.utils.translation import gettext_lazy as _

from cdp.core import chains, outbox, panels, reference, timeline
from cdp.core.crypto import rowkeys
from cdp.core.imports import engine, registry, undoing
from cdp.core.keys import digests, holders
from commerce.services import codes
from loyalty.models import (
    Claim,
    Coupon,
    CouponKey,
    Draw,
    FriendCode,
    FriendKey,
    Hold,
    HouseholdKey,
    Promotion,
    PromotionCode,
    PromotionSale,
    PromotionUse,
    Receipt,
)
from loyalty.selectors import card_panel, coupons, draws, member_panel
from loyalty.services import cards, notices, points_import, prizes, promised, promotions, proving, thanks_told
from loyalty.services import coupons as redeeming
from loyalty.services import draws as drawing
from loyalty.services import reference as rows
from surveys.selectors import offers
from surveys.services import gifts

reference.needed(rows.ensure)
offers.declare(coupons.offers)
offers.declare_draws(draws.promisable)
codes.provide("loyalty.coupons", redeeming.settle)
codes.provide("loyalty.promotions", promotions.settle, guests=promotions.settle_guests)
timeline.provide("coupon", _("Coupons"), coupons.entries, group=timeline.BOUGHT, scope="loyalty")
timeline.provide("draw", _("Prize draws"), draws.entries, group=timeline.BOUGHT, scope="loyalty")
panels.declare(
    panels.Panel(
        "coupons", side=panels.RIGHT, template="loyalty/coupons_panel.html", context=coupons.panel, position=50
    )
)
panels.declare(
    panels.Panel("card", side=panels.RIGHT, template="loyalty/card_panel.html", context=card_panel.panel, position=45)
)
outbox.declare(outbox.Kind(cards.KIND, _("The address of your card"), has_preferences=False))
timeline.provide("points", _("Points"), member_panel.entries, group=timeline.BOUGHT, scope="loyalty")
panels.declare(
    panels.Panel(
        "loyalty", side=panels.RIGHT, template="loyalty/member_panel.html", context=member_panel.panel, position=44
    )
)
chains.declare("loyalty_act", "loyalty_movement")
chains.prove(proving.SUBJECT, proving.check)
digests.declare_lasting(FriendCode, "code_digest")
digests.declare_lasting(FriendKey, "digest")
digests.declare_lasting(HouseholdKey, "digest")
digests.declare(Claim, "resolved_by")
digests.declare_lasting(Receipt, "digest")
digests.declare(Hold, "resolved_by")
digests.declare(Coupon, "code_digest", "resolved_by")
digests.declare(CouponKey, "digest")
digests.declare(PromotionUse, "code_digest", "sale_digest", "resolved_by")
digests.declare(PromotionCode, "digest")
digests.declare(PromotionSale, "digest")
holders.declare(holders.Holder(Promotion, ("id",), rowkeys.context(Promotion._meta.db_table)))
holders.declare(holders.Holder(Draw, ("id",), drawing.context))
outbox.declare(outbox.Kind(thanks_told.NOTICE, _("Our thanks for a suggestion of yours")))
outbox.declare(outbox.Kind(thanks_told.ANSWERED, _("The coupon for your answers")))
gifts.provide("coupon", promised.at_once)
outbox.declare(outbox.Kind(prizes.NOTICE, _("Something you won in a prize draw")))
outbox.declare(
    outbox.Kind(notices.ALLOWED, _("Something of yours that is about to end"), purpose="marketing",
                afresh=notices.afresh)
)  # fmt: skip
outbox.declare(outbox.Kind(notices.MEMBERS, _("Something of yours that is about to end"), afresh=notices.afresh))
registry.declare(points_import.KIND)
undoing.declare(*points_import.PARTS, words=points_import.WORDS)
engine.explain(points_import.REASONS)
