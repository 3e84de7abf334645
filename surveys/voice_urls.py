"""Staff pages under `/voice/`."""

from django.urls import URLPattern, path

from surveys.views.voice import mentions, reviews, themes

app_name = "voice"
urlpatterns: list[URLPattern] = [
    path("", reviews.queue, name="reviews"),
    path("themes/", themes.listing, name="themes"),
    path("themes/<uuid:theme>/", themes.detail, name="theme"),
    path("mentions/", mentions.listing, name="mentions"),
    path("mentions/<uuid:brand>/remove/", mentions.remove, name="brand-remove"),
]
