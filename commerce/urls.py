"""Addresses of this room: the door for stores, and the page of what they told."""

from django.urls import URLPattern, path

from commerce.views import connecting, hooks, stores

app_name = "commerce"
urlpatterns: list[URLPattern] = [
    path("hooks/", stores.overview, name="stores"),
    path("hooks/connect/", connecting.connect, name="store-connect"),
    path("hooks/deliveries/<uuid:delivery_id>/replay", stores.replay, name="delivery-replay"),
    path("hooks/requests/<uuid:notice_id>/show", stores.show, name="notice-show"),
    path("hooks/requests/<uuid:notice_id>/close", stores.close, name="notice-close"),
    path("hooks/<slug:store>/<slug:source>", hooks.receive, name="hook"),
]
