"""Pages of this room."""

from django.urls import URLPattern, path

from events.views import connecting, overview, quarantine

app_name = "events"
urlpatterns: list[URLPattern] = [
    path("", overview.overview, name="overview"),
    path("connect/", connecting.connect, name="connect"),
    path("sources/<str:key>/", connecting.change, name="source"),
    path("quarantine/", quarantine.listing, name="quarantine-list"),
    path("quarantine/again/", quarantine.again, name="quarantine-again"),
    path("quarantine/<uuid:event_id>/", quarantine.detail, name="quarantine-detail"),
]
