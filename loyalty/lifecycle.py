"""What becomes of this room's rows when a customer is merged, exported or erased."""

from django.utils.translation import gettext_lazy as _

from cdp.core import retention
from cdp.core.lifecycle import OnErase, OnMerge, declare, declare_farewell, declare_keys, declare_settling
from cdp.core.retention import Follow, Kind, Start, Term, Unit
from loyalty.selectors import cards, coupons, households, promotions, referrals
from loyalty.services import households as leaving
from loyalty.services import parting

declare(
    "loyalty.Coupon",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=(
        "offer",
        "code",
        "benefit",
        "is_first_order",
        "reason",
        "details",
        "issued_at",
        "valid_until",
        "redeemed_at",
        "redeemed_by",
    ),
    resolved_by="resolved_by",
)
declare_keys("loyalty.CouponKey", owned=coupons.keys_of)
declare(
    "loyalty.PromotionUse",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("promotion_id", "benefit", "used_at", "source", "reference", "off", "currency", "reversed_at"),
    resolved_by="resolved_by",
)
declare_keys("loyalty.PromotionSale", owned=promotions.keys_of)
# The ledger never changes: it is read by lineage, and what is left of the lots lies beside it (ADR 31).
declare(
    "loyalty.Act",
    on_merge=OnMerge.STAY,
    on_erase=OnErase.KEEP,  # what was given and taken stays in the books; nothing in it tells who it was
    export=("wallet", "kind", "at", "change", "reason", "words"),
    is_ours=True,
)
declare(
    "loyalty.Movement",
    on_merge=OnMerge.STAY,
    on_erase=OnErase.KEEP,
    is_ours=True,
)
declare(
    "loyalty.Lot",
    on_merge=OnMerge.STAY,
    on_erase=OnErase.DELETE,
    export=("wallet", "earned_at", "active_from", "ends", "amount", "pending", "active", "held"),
    is_ours=True,
)
declare(
    "loyalty.Balance",
    on_merge=OnMerge.STAY,
    on_erase=OnErase.DELETE,
    export=("wallet", "pending", "active", "held", "debt"),
    is_ours=True,
)
declare(
    "loyalty.Hold",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("wallet", "amount", "captured", "state", "made_at", "ended_at", "reference"),
    resolved_by="resolved_by",
)
declare("loyalty.Settled", on_merge=OnMerge.STAY, on_erase=OnErase.DELETE, holders=lambda _customers, _without: ())
declare(
    "loyalty.Member",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("joined_at", "how", "source", "left_at", "tier", "tier_since", "tier_until"),
)
declare(
    "loyalty.Card",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("made_at",),  # the address opens the card: whoever gets the file need not have it
)
declare(
    "loyalty.Claim",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("at", "order_id"),
    resolved_by="resolved_by",
)
declare("loyalty.FriendCode", on_merge=OnMerge.MOVE, on_erase=OnErase.DELETE, export=("code", "made_at"))
declare_keys("loyalty.FriendKey", owned=referrals.keys_of)
declare("loyalty.Referral", on_merge=OnMerge.MOVE, on_erase=OnErase.DELETE, export=("at", "state", "doubt"))
declare_keys("loyalty.CardKey", owned=cards.keys_of)
declare(
    "loyalty.Seat",
    on_merge=OnMerge.STAY,  # of two seats the survivor's counts, and the other again once they are parted
    on_erase=OnErase.KEEP,  # closed: whose points others spent stays in the books; nothing in it tells who it was
    export=("since", "until", "how", "agreed", "why"),
    holders=lambda _customers, _without: (),
)
declare_keys("loyalty.HouseholdKey", owned=households.keys_of)
declare_farewell(leaving.forget)
# The list of a draw is frozen: numbers, and with the person gone nobody's (docs/guides/loyalty-draws.md).
declare(
    "loyalty.DrawPlace",
    on_merge=OnMerge.STAY,
    on_erase=OnErase.KEEP,
    export=("draw_id", "number", "entries"),
    holders=lambda _customers, _without: (),
    is_ours=True,
)
declare(
    "loyalty.DrawWin",
    on_merge=OnMerge.STAY,
    on_erase=OnErase.KEEP,
    export=("draw_id", "number", "state", "why", "told_at", "answer_by", "answered_at", "done_at"),
    is_ours=True,
)
declare(
    "loyalty.DrawExclusion",
    on_merge=OnMerge.STAY,
    on_erase=OnErase.DELETE,
    export=("draw_id", "words", "at"),
    is_ours=True,
)
declare(
    "loyalty.Adjustment",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("wallet", "amount", "reason", "about", "words", "state", "asked_at", "decided_at", "answer"),
    is_ours=True,
)
declare_settling(parting.settle)

# --- how long it is kept ---

retention.declare(
    Kind(
        key="loyalty.coupons",
        label=_("Coupons that were used"),
        about=_("Unused ones are forgotten 90 days after their end."),
        model="loyalty.Coupon",
        moment="r.redeemed_at",
        start=Start.ENDED,
        follows=(Follow("loyalty.CouponKey", "coupon_id", is_key=True),),
        term=Term(5, Unit.YEARS),
        careful=True,
    ),
)
retention.declare(
    Kind(
        key="loyalty.promotions",
        label=_("Uses of codes that everybody may use"),
        about=_("Which code was used for which sale, and what came off."),
        model="loyalty.PromotionUse",
        moment="r.used_at",
        start=Start.ENDED,
        follows=(Follow("loyalty.PromotionSale", "use_id", is_key=True),),
        term=Term(5, Unit.YEARS),
        careful=True,
    ),
)
retention.exempt(
    "the books: as long as somebody is a customer, and without a person afterwards",
    "loyalty.Act",
    "loyalty.Movement",
    "loyalty.Seat",
)
retention.exempt(
    "derived from the ledger, and gone with the person",
    "loyalty.Lot",
    "loyalty.Balance",
    "loyalty.Settled",
)
retention.exempt(
    "as long as somebody takes part, and gone with the person",
    "loyalty.Member",
    "loyalty.Hold",
    "loyalty.Card",
    "loyalty.Claim",
    "loyalty.FriendCode",
    "loyalty.Referral",
    "loyalty.Adjustment",
)
retention.exempt(
    "the proof of a draw: its conditions, and numbers that are nobody's once the person is gone",
    "loyalty.Draw",
    "loyalty.DrawPlace",
    "loyalty.DrawWin",
)
retention.exempt("why somebody was left out of a draw, and gone with the person", "loyalty.DrawExclusion")
retention.sign_of_life(
    "loyalty.act",
    "EXISTS (SELECT 1 FROM loyalty_act t WHERE t.customer_id = r.id"
    " AND t.actor_kind <> 'system' AND t.at >= %(before)s)",
)
retention.sign_of_life(
    "loyalty.coupon",
    "EXISTS (SELECT 1 FROM loyalty_coupon t WHERE t.customer_id = r.id"
    " AND (t.redeemed_at >= %(before)s OR t.issued_at >= %(before)s))",
)
