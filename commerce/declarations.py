"""What this room declares to the kernel."""

from django.utils.translation import gettext_lazy as _

from cdp.core import panels, timeline
from cdp.core.imports import engine, layouts, registry
from commerce.selectors import timeline as history
from commerce.selectors import wishes
from commerce.services import order_import, order_layouts

registry.declare(order_import.KIND)
layouts.declare(*order_layouts.LAYOUTS)
engine.explain(
    {
        "quantity_assumed": _("The quantity is empty; one was counted."),
        "refund_booked": _("A refund with this number is booked already; it was not counted again."),
        "sum_too_large": _("With this line its order comes to more than can be kept."),
    },
)

timeline.provide("order", _("Orders"), history.orders, scope="orders")
timeline.provide("refund", _("Refunds"), history.refunds, scope="orders")
timeline.provide("cart", _("Carts"), wishes.carts_told, scope="orders")
timeline.provide("wish", _("Wish lists"), wishes.wishes_told, scope="orders")
panels.declare(
    panels.Panel("wishes", side=panels.RIGHT, template="commerce/wishes.html", context=wishes.panel, position=55)
)
