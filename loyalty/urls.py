"""Staff pages under `/loyalty/`."""

from django.urls import URLPattern, path

from loyalty.views import overview

app_name = "loyalty"
urlpatterns: list[URLPattern] = [
    path("", overview.overview, name="overview"),
]
