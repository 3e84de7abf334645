"""The fields of orders that tell of a person's ways, for the report of what nobody uses."""

from django.utils.translation import gettext_lazy as _

from cdp.core.minimising import Field

TABLE = "commerce_order"
REDEEMS = _("personal coupons are redeemed by it")
COUNTS = _("tells the shops that figures and forms choose from")

FIELDS = (
    Field("order.coupon", _("Coupon of an order"), table=TABLE, column="r.coupon <> ''", needed=REDEEMS),
    Field("order.store", _("Store of an order"), table=TABLE, column="r.store <> ''", needed=COUNTS),
    Field("order.channel", _("Channel of an order"), table=TABLE, column="r.channel <> ''"),
)
