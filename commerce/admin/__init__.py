"""The stewards' desk of this room."""

from commerce.admin import documents, products, rates, secrets, stores

__all__ = ["documents", "products", "rates", "secrets", "stores"]
