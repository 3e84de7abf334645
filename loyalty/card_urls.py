"""The card of a member on a phone, at `/card/`. Its address is the key: nobody logs in."""

from django.urls import URLPattern, path

from loyalty.views import card

app_name = "card"
urlpatterns: list[URLPattern] = [
    path("worker.js", card.worker, name="worker"),
    path("icon.svg", card.icon, name="icon"),
    path("<str:secret>", card.page, name="page"),
    path("<str:secret>/manifest.webmanifest", card.manifest, name="manifest"),
]
