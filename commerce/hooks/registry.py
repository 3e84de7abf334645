"""Every store whose webhooks we understand, by the word in the address."""

from commerce.hooks import shopify, woocommerce

STORES = {store.key: store for store in (shopify.STORE, woocommerce.STORE)}
