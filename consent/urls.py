"""Pages of this room."""

from django.urls import URLPattern, path

from consent.views import (
    access_log,
    confirm,
    documents,
    guardian,
    overview,
    preferences,
    retention,
    sealing,
    special,
    unsubscribe,
    well_known,
)

app_name = "consent"
urlpatterns: list[URLPattern] = [
    path("consent/", overview.overview, name="overview"),
    path("consent/special/<uuid:customer>/<slug:field>/", special.keep, name="special-keep"),
    path("consent/special/<uuid:customer>/<slug:field>/forget/", special.forget, name="special-forget"),
    path("consent/special/<uuid:customer>/<slug:field>/show/", special.show, name="special-show"),
    path("consent/access/", access_log.access_log, name="access-log"),
    path("consent/sealing/", sealing.sealing, name="sealing"),
    path("consent/sealing/rotate/", sealing.rotate, name="sealing-rotate"),
    path("confirm/", confirm.confirm, {"token": ""}, name="confirm-cut"),
    path("confirm/<path:token>", confirm.confirm, name="confirm"),
    path("guardian/", guardian.guardian, {"token": ""}, name="guardian-cut"),
    path("guardian/<path:token>", guardian.guardian, name="guardian"),
    path("preferences/", preferences.ask_link, name="preferences-link"),
    path("preferences/<path:token>", preferences.preferences_page, name="preferences"),
    path(".well-known/gpc.json", well_known.gpc, name="gpc"),
    path("consent/retention/", retention.rules, name="retention"),
    path("consent/retention/confirm/", retention.confirm, name="retention-confirm"),
    path("consent/retention/start/", retention.start, name="retention-start"),
    path("consent/retention/forget/", retention.forget, name="retention-forget"),
    path("consent/retention/runs/<uuid:run_id>/", retention.report, name="retention-run"),
    path("consent/retention/kinds/<str:kind>/", retention.rule, name="retention-rule"),
    path("privacy/", documents.privacy, name="privacy"),
    path("terms/", documents.terms, name="terms"),
    # A link that was cut off or broken has its own answer, so all that may be left of one leads here.
    path("unsubscribe/", unsubscribe.unsubscribe, {"token": ""}, name="unsubscribe-cut"),
    path("unsubscribe/<path:token>", unsubscribe.unsubscribe, name="unsubscribe"),
]
