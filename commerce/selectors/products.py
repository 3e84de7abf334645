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


def named(text: str) -> Product | None:
    """The product that somebody means by its SKU or its whole name, whatever the case; two indexed look-ups."""
    text = " ".join(text.split())
    if not text:
        return None
    return (
        Product.objects.filter(sku__in={text, text.upper()}).first()
        or Product.objects.filter(name__iexact=text).order_by("sku").first()
    )


def suggested(*, most: int) -> list[str]:
    """Names of products to choose from while typing, at most so many, in alphabetical order."""
    rows = Product.objects.exclude(name="").order_by("sku").values_list("name", flat=True)
    return sorted(set(rows[:most]))
