"""Pages of this room."""

from django.urls import URLPattern, path

from consent.views import documents, overview, unsubscribe

app_name = "consent"
urlpatterns: list[URLPattern] = [
    path("consent/", overview.overview, name="overview"),
    path("privacy/", documents.privacy, name="privacy"),
    path("terms/", documents.terms, name="terms"),
    path("unsubscribe/<str:token>", unsubscribe.unsubscribe, name="unsubscribe"),
]
