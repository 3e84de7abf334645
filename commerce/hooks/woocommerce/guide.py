"""How a WooCommerce store is connected."""

from django.utils.translation import gettext_lazy as _

from commerce.hooks.guides import Guide, Step

GUIDE = Guide(
    icon="shopping-cart",
    brings=_("Orders with their refunds, customers and products, within seconds"),
    secret=_("Secret of the webhooks"),
    shortest=16,
    before=(
        Step(
            _("Take a secret"),
            _(
                "This one was made for you and stands in the form here already. Copy it now and keep it until all"
                " webhooks are made: it is not shown again."
            ),
            "secret",
        ),
    ),
    after=(
        Step(
            _("Add a webhook"),
            _("In WordPress choose WooCommerce, Settings, Advanced, Webhooks, then Add webhook."),
        ),
        Step(
            _("Fill it in"),
            _(
                "Status Active, the secret that you gave here, API version “WP REST API Integration v3”, and this"
                " address"
                " as delivery URL. Saving it sends a first trial."
            ),
            "address",
        ),
        Step(
            _("Repeat it for each topic"),
            _("Always the same address and secret; what you leave out does not arrive. These are understood:"),
            "topics",
        ),
    ),
    test=Step(_("Try it"), _("Change the price of a product and save it: it is told within a minute.")),
    topics=(
        "Order created",
        "Order updated",
        "Order deleted",
        "Order restored",
        "Customer created",
        "Customer updated",
        "Customer deleted",
        "Product created",
        "Product updated",
        "Product deleted",
        "Product restored",
    ),
)
