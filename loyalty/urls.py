"""Staff pages under `/loyalty/`."""

from django.urls import URLPattern, path

from loyalty.views import (
    card_desk,
    drafting,
    draws,
    expiring,
    overview,
    personal,
    programme,
    referrals,
    replacing,
    trying,
)

app_name = "loyalty"
urlpatterns: list[URLPattern] = [
    path("", overview.overview, name="overview"),
    path("referrals/", referrals.listing, name="referrals"),
    path("referrals/<uuid:referral>/", referrals.decide, name="referral-decide"),
    path("members/<uuid:customer>/card/", card_desk.card, name="card"),
    path("personal/", personal.page, name="personal"),
    path("programme/", programme.page, name="programme"),
    path("programme/versions/<int:number>/", programme.version, name="programme-version"),
    path("programme/file/", programme.download, name="programme-download"),
    path("programme/schema.json", programme.schema, name="programme-schema"),
    path("programme/draft/", drafting.draft, name="programme-draft"),
    path("programme/draft/new/<slug:section>/", drafting.new, name="programme-new"),
    path("programme/draft/<slug:section>/", drafting.part, name="programme-whole"),
    path("programme/draft/<slug:section>/<slug:key>/", drafting.part, name="programme-part"),
    path("programme/publish/", drafting.publish, name="programme-publish"),
    path("programme/try/", trying.try_basket, name="programme-try"),
    path("programme/expiry/", expiring.expiry, name="programme-expiry"),
    path("programme/replace/", replacing.replace, name="programme-replace"),
    path("draws/", draws.listing, name="draws"),
    path("draws/new/", draws.new, name="draw-new"),
    path("draws/<slug:draw>/", draws.detail, name="draw"),
    path("draws/<slug:draw>/edit/", draws.edit, name="draw-edit"),
    path("draws/<slug:draw>/act/", draws.act, name="draw-act"),
    path("draws/<slug:draw>/exclude/", draws.exclude, name="draw-exclude"),
    path("draws/<slug:draw>/winners/<uuid:win>/", draws.win, name="draw-win"),
]
