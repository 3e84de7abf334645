"""What this room declares to the kernel."""

from django.utils.translation import gettext_lazy as _

from cdp.core import acquaintance, minimising, open_things, panels, timeline, webhooks
from cdp.core.exports import registry as exports
from cdp.core.imports import engine, layouts, registry, touched, undoing
from cdp.core.keys import digests, holders
from commerce.models import (
    Cart,
    CouponTry,
    HookDelivery,
    Order,
    PreOrder,
    Refund,
    StockInterest,
    StoreMark,
    StoreNotice,
    Warranty,
    Wish,
)
from commerce.selectors import fields, orders, preorders, warranties, wishes
from commerce.selectors import files as export_files
from commerce.selectors import open as unfinished
from commerce.selectors import timeline as history
from commerce.services import booking, import_undo, order_import, order_layouts, product_import
from commerce.services.booking import explaining
from commerce.services.hooks import notices
from commerce.tracking import names
from events.selectors import remarks
from events.services import handover

minimising.declare(*fields.FIELDS)
exports.declare(export_files.ORDERS)
exports.declare(export_files.PRODUCTS)
webhooks.declare("order.created", _("Somebody ordered"), holds="customer, order, external_id, placed_at, currency")
registry.declare(order_import.KIND)
undoing.declare(*import_undo.PARTS, words=import_undo.WORDS)
touched.declare("commerce", orders.imported)
holders.declare(holders.Holder(StoreNotice, ("id",), notices.context))
handover.want(booking.READER, names.KINDS)
remarks.declare(explaining.remarks)
registry.declare(product_import.KIND)
layouts.declare(*order_layouts.LAYOUTS, *product_import.LAYOUTS)
engine.explain(
    {
        "order_in_part": _(
            "This order is in already with other lines, which this one would replace. Import all its lines together."
        ),
        "quantity_assumed": _("The quantity of some lines is empty; one was counted for each."),
        "refund_booked": _("A refund with this number is booked already; it was not counted again."),
        "sum_too_large": _("With this line its order comes to more than can be kept."),
    },
    counted=("quantity_assumed",),
)

timeline.provide("order", _("Orders"), history.orders, group=timeline.BOUGHT, scope="orders")
timeline.provide("refund", _("Refunds"), history.refunds, group=timeline.BOUGHT, scope="orders")
timeline.provide("cart", _("Carts"), wishes.carts_told, group=timeline.BOUGHT, scope="orders")
timeline.provide("wish", _("Wish lists"), wishes.wishes_told, group=timeline.BOUGHT, scope="orders")
timeline.provide("preorder", _("Pre-orders"), preorders.entries, group=timeline.BOUGHT, scope="orders")
timeline.provide("warranty", _("Warranties"), warranties.entries, group=timeline.BOUGHT, scope="orders")
panels.declare(
    panels.Panel(
        "preorders", side=panels.RIGHT, template="commerce/preorders_panel.html", context=preorders.panel, position=52
    )
)
panels.declare(
    panels.Panel(
        "warranties",
        side=panels.RIGHT,
        template="commerce/warranties_panel.html",
        context=warranties.panel,
        position=58,
    )
)
panels.declare(
    panels.Panel("wishes", side=panels.RIGHT, template="commerce/wishes.html", context=wishes.panel, position=55)
)
acquaintance.provide(acquaintance.ORDERS, unfinished.orders_count)
open_things.declare("commerce.orders", unfinished.orders)
open_things.declare("commerce.preorders", unfinished.preorders)
open_things.declare("commerce.warranties", unfinished.cards)
for model in (Cart, CouponTry, Order, PreOrder, Refund, StockInterest, Warranty, Wish):
    digests.declare(model, "resolved_by")
digests.declare(Warranty, "serial_digest")
digests.declare(StoreMark, "digest")
digests.declare(HookDelivery, "waits_for")
digests.declare_lasting(HookDelivery, "digest")  # what it holds is sealed for that place
digests.declare_lasting(StoreNotice, "digest")
