"""Pages of this room."""

from django.urls import URLPattern, path

from analytics.views import parts, products, segments

app_name = "analytics"
urlpatterns: list[URLPattern] = [
    path("segments/", segments.listing, name="segment-list"),
    path("segments/new/", segments.new, name="segment-new"),
    path("segments/rule-part/", parts.rule_part, name="rule-part"),
    path("segments/rule-preview/", parts.rule_preview, name="rule-preview"),
    path("segments/<slug:key>/", segments.detail, name="segment-detail"),
    path("segments/<slug:key>/edit/", segments.edit, name="segment-edit"),
    path("segments/<slug:key>/find-person/", segments.find_person, name="segment-find-person"),
    path("segments/<slug:key>/refresh/", segments.refresh, name="segment-refresh"),
    path("segments/<slug:key>/archive/", segments.archive, name="segment-archive"),
    path("products/", products.listing, name="product-list"),
    path("products/<uuid:product>/", products.detail, name="product-detail"),
]
