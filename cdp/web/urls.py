"""Pages that join several rooms."""

from django.urls import URLPattern, path

from cdp.web.views import design, home, imports, jobs, search, signup

app_name = "web"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("jobs/", jobs.tray, name="jobs-tray"),
    path("imports/", imports.listing, name="import-list"),
    path("imports/new/", imports.new, name="import-new"),
    path("imports/<uuid:job_id>/", imports.detail, name="import-detail"),
    path("imports/<uuid:job_id>/columns/", imports.choose, name="import-choose"),
    path("imports/<uuid:job_id>/rejected.csv", imports.rejects, name="import-rejects"),
    path("imports/<uuid:job_id>/<slug:action>/", imports.act, name="import-act"),
    path("signup/", signup.form, name="signup"),
    path("signup/done/", signup.done, name="signup-done"),
    path("design/", design.gallery, name="design"),
    path("design/toast/", design.toast, name="design-toast"),
]
