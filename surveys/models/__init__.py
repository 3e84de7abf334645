"""What they say; one file per aggregate."""

from surveys.models.reviews import Review, ReviewKey

__all__ = ["Review", "ReviewKey"]
