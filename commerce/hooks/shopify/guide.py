"""How a Shopify store is connected."""

from django.utils.translation import gettext_lazy as _

from commerce.hooks.guides import Guide, Step

GUIDE = Guide(
    icon="shopping-bag",
    brings=_("Orders, refunds, customers, products and carts, within seconds"),
    secret=_("Secret of the webhooks"),
    before=(
        Step(_("Open the webhooks"), _("In Shopify choose Settings, then Notifications, then Webhooks.")),
        Step(
            _("Copy the secret"),
            _("Below the list stands “Your webhooks will be signed with” and a long text. Copy it into the form here."),
        ),
    ),
    after=(
        Step(
            _("Create a webhook"),
            _(
                "On the same page choose Create webhook, the format JSON and the newest version, and paste this"
                " address."
            ),
            "address",
        ),
        Step(
            _("Repeat it for each event"),
            _("Always the same address; what you leave out does not arrive. These are understood:"),
            "topics",
        ),
    ),
    test=Step(
        _("Try it"),
        _("Choose Send test notification beside a webhook. It is counted here and makes nobody a customer."),
    ),
    topics=(
        "Customer creation",
        "Customer update",
        "Customer deletion",
        "Order creation",
        "Order update",
        "Order payment",
        "Order cancellation",
        "Order fulfillment",
        "Order edit",
        "Order deletion",
        "Refund creation",
        "Product creation",
        "Product update",
        "Product deletion",
        "Cart creation",
        "Cart update",
        "Checkout creation",
        "Checkout update",
        "Checkout deletion",
    ),
)
