"""What stewards change by hand."""

from loyalty.admin import offers

__all__ = ["offers"]
