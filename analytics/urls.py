"""Pages of this room."""

from django.urls import URLPattern

app_name = "analytics"
urlpatterns: list[URLPattern] = []
