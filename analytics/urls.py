"""Pages of this room."""

from django.urls import URLPattern, path

from analytics.views import parts, segments

app_name = "analytics"
urlpatterns: list[URLPattern] = [
    path("", segments.listing, name="segment-list"),
    path("new/", segments.new, name="segment-new"),
    path("rule-part/", parts.rule_part, name="rule-part"),
    path("rule-preview/", parts.rule_preview, name="rule-preview"),
    path("<slug:key>/", segments.detail, name="segment-detail"),
    path("<slug:key>/edit/", segments.edit, name="segment-edit"),
    path("<slug:key>/find-person/", segments.find_person, name="segment-find-person"),
    path("<slug:key>/refresh/", segments.refresh, name="segment-refresh"),
    path("<slug:key>/archive/", segments.archive, name="segment-archive"),
]
