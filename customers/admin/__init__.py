"""The stewards' desk of this room."""

from customers.admin import customers, desk, parts, suggestions

__all__ = ["customers", "desk", "parts", "suggestions"]
