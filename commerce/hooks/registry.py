"""Every store and platform whose webhooks we understand, by the word in the address."""

from commerce.hooks import facebook, line, linkedin, shopify, woocommerce

STORES = {store.key: store for store in (shopify.STORE, woocommerce.STORE, facebook.STORE, linkedin.STORE, line.STORE)}
PLATFORMS = {key: store for key, store in STORES.items() if store.is_platform}
