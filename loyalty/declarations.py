"""What this room declares to the kernel."""

from django.utils.translation import gettext_lazy as _

from cdp.core import chains, panels, reference, timeline
from cdp.core.keys import digests
from commerce.services import codes
from loyalty.models import Coupon, CouponKey, Hold
from loyalty.selectors import coupons
from loyalty.services import coupons as redeeming
from loyalty.services import proving
from loyalty.services import reference as rows
from surveys.selectors import offers

reference.needed(rows.ensure)
offers.declare(coupons.offers)
codes.provide("loyalty.coupons", redeeming.settle)
timeline.provide("coupon", _("Coupons"), coupons.entries, group=timeline.BOUGHT, scope="loyalty")
panels.declare(
    panels.Panel(
        "coupons", side=panels.RIGHT, template="loyalty/coupons_panel.html", context=coupons.panel, position=50
    )
)
chains.declare("loyalty_act", "loyalty_movement")
chains.prove(proving.SUBJECT, proving.check)
digests.declare(Hold, "resolved_by")
digests.declare(Coupon, "code_digest", "resolved_by")
digests.declare(CouponKey, "digest")
