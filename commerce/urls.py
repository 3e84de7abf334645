"""Addresses of this room: the door for stores, and the page of what they told."""

from django.urls import URLPattern, path

from commerce.views import hooks

app_name = "commerce"
urlpatterns: list[URLPattern] = [
    path("hooks/<slug:store>/<slug:source>", hooks.receive, name="hook"),
]
