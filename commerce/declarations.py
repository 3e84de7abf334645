"""What this room declares to the kernel."""

from django.utils.translation import gettext_lazy as _

from cdp.core import timeline
from cdp.core.imports import engine, registry
from commerce.selectors import timeline as history
from commerce.services import order_import

registry.declare(order_import.KIND)
engine.explain(
    {"refund_booked": _("A refund with this number is booked already; it was not counted again.")},
)

timeline.provide("order", _("Orders"), history.orders, scope="orders")
timeline.provide("refund", _("Refunds"), history.refunds, scope="orders")
