"""Staff pages under `/loyalty/`."""

from django.urls import URLPattern, path

from loyalty.views import card_desk, overview

app_name = "loyalty"
urlpatterns: list[URLPattern] = [
    path("", overview.overview, name="overview"),
    path("members/<uuid:customer>/card/", card_desk.card, name="card"),
]
