"""Staff pages of this room. What people who answer see stands in `asking_urls`."""

from django.urls import URLPattern, path

from surveys.views import building, files, listing, starting

app_name = "surveys"
urlpatterns: list[URLPattern] = [
    path("", listing.listing, name="list"),
    path("new/", starting.new, name="new"),
    path("<slug:survey>/", building.build, name="build"),
    path("<slug:survey>/definition.json", files.download, name="download"),
]
