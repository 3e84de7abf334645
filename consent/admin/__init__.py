"""The stewards' desk of this room."""

from consent.admin import policies, purposes, records

__all__ = ["policies", "purposes", "records"]
