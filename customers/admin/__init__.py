"""The stewards' desk of this room."""

from customers.admin import customers, parts, suggestions

__all__ = ["customers", "parts", "suggestions"]
