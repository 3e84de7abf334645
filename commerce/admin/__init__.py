"""The stewards' desk of this room."""

from commerce.admin import documents, products, rates

__all__ = ["documents", "products", "rates"]
