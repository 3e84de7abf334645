"""Pages of this room."""

from django.urls import URLPattern, path

from campaigns.views import checking, detail, editing, listing, previewing

app_name = "campaigns"
urlpatterns: list[URLPattern] = [
    path("", listing.listing, name="campaign-list"),
    path("new/", editing.new, name="campaign-new"),
    path("<uuid:campaign>/", detail.detail, name="campaign-detail"),
    path("<uuid:campaign>/edit/", editing.edit, name="campaign-edit"),
    path("<uuid:campaign>/edit/<slug:step>/", editing.edit, name="campaign-edit"),
    path("<uuid:campaign>/check/", checking.check, name="campaign-check"),
    path("<uuid:campaign>/dry-run/", checking.dry_run, name="campaign-dry-run"),
    path("<uuid:campaign>/preview/", previewing.document, name="campaign-preview"),
    path("<uuid:campaign>/preview/head/", previewing.head, name="campaign-preview-head"),
    path("<uuid:campaign>/preview/people/", previewing.people, name="campaign-preview-people"),
    path("<uuid:campaign>/test/", previewing.test_send, name="campaign-test"),
    path("<uuid:campaign>/<slug:action>/", detail.act, name="campaign-act"),
]
