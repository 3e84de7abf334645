"""Staff pages under `/voice/`."""

from django.urls import URLPattern, path

from surveys.views.voice import reviews

app_name = "voice"
urlpatterns: list[URLPattern] = [
    path("", reviews.queue, name="reviews"),
]
