"""Pages that join several rooms."""

from django.urls import URLPattern

app_name = "web"
urlpatterns: list[URLPattern] = []
