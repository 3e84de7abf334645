"""WooCommerce (webhooks of the REST API v3). It tells of no carts; refunds come inside their orders."""

from commerce.hooks import signatures
from commerce.hooks.stores import Store
from commerce.hooks.woocommerce import envelope, guide, topics

STORE = Store(
    key="woocommerce",
    name="WooCommerce",
    envelope=envelope.read,
    sign=signatures.sign,
    greets=envelope.greets,
    guide=guide.GUIDE,
    topics=topics.READERS,
)
