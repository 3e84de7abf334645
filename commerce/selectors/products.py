"""Reading products."""

from django.db.models import QuerySet

from commerce.models import Product


def listed(*, category: str = "") -> QuerySet[Product]:
    """All products, or those of one category; the caller pages."""
    products = Product.objects.all()
    return products.filter(category=category) if category else products


def find(sku: str) -> Product | None:
    """The product of that SKU."""
    return Product.objects.filter(sku=sku).first()
