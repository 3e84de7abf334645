"""Pages of products."""

from django.urls import URLPattern, path

from analytics.views import products

app_name = "products"
urlpatterns: list[URLPattern] = [
    path("", products.listing, name="product-list"),
    path("<uuid:product>/", products.detail, name="product-detail"),
]
