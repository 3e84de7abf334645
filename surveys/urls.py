"""Staff pages of this room. What people who answer see stands in `asking_urls`."""

from django.urls import URLPattern, path

from surveys.views import (
    building,
    calling,
    files,
    from_answers,
    inviting,
    listing,
    previewing,
    publishing,
    replacing,
    results,
    settings,
    starting,
)

app_name = "surveys"
urlpatterns: list[URLPattern] = [
    path("", listing.listing, name="list"),
    path("new/", starting.new, name="new"),
    path("new/answers/", from_answers.begin, name="from-answers"),
    path("new/answers/<uuid:job>/", from_answers.columns, name="from-answers-columns"),
    path("schema.json", files.schema, name="schema"),
    path("<slug:survey>/", building.build, name="build"),
    path("<slug:survey>/ask/", inviting.ask, name="ask"),
    path("<slug:survey>/ask/sheet/", inviting.sheet, name="sheet"),
    path("<slug:survey>/ask/<uuid:batch>/take-back/", inviting.take_back, name="take-back"),
    path("<slug:survey>/results/", results.overall, name="results"),
    path("<slug:survey>/results/<slug:question_key>/", results.question, name="result"),
    path("<slug:survey>/results/<slug:question_key>/feelings/", results.feelings, name="feelings"),
    path("<slug:survey>/answers/", results.answers, name="answers"),
    path("<slug:survey>/refused/", results.refused, name="refused"),
    path("<slug:survey>/responses/<uuid:response>/", results.response, name="response"),
    path("<slug:survey>/responses/<uuid:response>/remove/", results.remove, name="response-remove"),
    path("<slug:survey>/definition.json", files.download, name="download"),
    path("<slug:survey>/codebook.csv", files.book, name="codebook"),
    path("<slug:survey>/replace/", replacing.replace, name="replace"),
    path("<slug:survey>/texts/", building.texts, name="texts"),
    path("<slug:survey>/scores/<int:number>/", building.score, name="score"),
    path("<slug:survey>/step/", building.step, name="step"),
    path("<slug:survey>/pages/<int:page>/", building.page, name="page"),
    path("<slug:survey>/pages/<int:page>/<int:number>/", building.question, name="question"),
    path("<slug:survey>/preview/", previewing.preview, name="preview"),
    path("<slug:survey>/preview/frame/", previewing.document, name="preview-frame"),
    path("<slug:survey>/publish/", publishing.publish, name="publish"),
    path("<slug:survey>/versions/<int:number>/", publishing.version, name="version"),
    path("<slug:survey>/settings/", settings.settings, name="settings"),
    path("<slug:survey>/call/<uuid:customer>/", calling.call, name="call"),
    path("<slug:survey>/state/", publishing.state, name="state"),
]
