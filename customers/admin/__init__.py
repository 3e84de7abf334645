"""The stewards' desk of this room."""

from customers.admin import choices, customers, desk, parts, suggestions

__all__ = ["choices", "customers", "desk", "parts", "suggestions"]
