"""Pages of this room."""

from django.urls import URLPattern, path

from consent.views import access_log, documents, overview, sealing, special, unsubscribe

app_name = "consent"
urlpatterns: list[URLPattern] = [
    path("consent/", overview.overview, name="overview"),
    path("consent/special/<uuid:customer>/<slug:field>/", special.keep, name="special-keep"),
    path("consent/special/<uuid:customer>/<slug:field>/forget/", special.forget, name="special-forget"),
    path("consent/special/<uuid:customer>/<slug:field>/show/", special.show, name="special-show"),
    path("consent/access/", access_log.access_log, name="access-log"),
    path("consent/sealing/", sealing.sealing, name="sealing"),
    path("consent/sealing/rotate/", sealing.rotate, name="sealing-rotate"),
    path("privacy/", documents.privacy, name="privacy"),
    path("terms/", documents.terms, name="terms"),
    # A link that was cut off or broken has its own answer, so all that may be left of one leads here.
    path("unsubscribe/", unsubscribe.unsubscribe, {"token": ""}, name="unsubscribe-cut"),
    path("unsubscribe/<path:token>", unsubscribe.unsubscribe, name="unsubscribe"),
]
