"""What this room declares to the kernel."""

from django.utils.translation import gettext_lazy as _

from cdp.core import panels, reference, timeline
from loyalty.selectors import coupons
from loyalty.services import reference as rows

reference.needed(rows.ensure)
timeline.provide("coupon", _("Coupons"), coupons.entries, scope="loyalty")
panels.declare(
    panels.Panel(
        "coupons", side=panels.RIGHT, template="loyalty/coupons_panel.html", context=coupons.panel, position=50
    )
)
