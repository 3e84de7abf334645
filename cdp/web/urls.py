"""Pages that join several rooms."""

from django.urls import URLPattern, path

from cdp.web.views import (
    counter,
    design,
    desk,
    form_list,
    home,
    import_undo,
    imports,
    jobs,
    kiosk,
    phone,
    preorder,
    search,
    signup,
    warranty,
)

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
    path("imports/<uuid:job_id>/undo/", import_undo.undo, name="import-undo"),
    path("imports/<uuid:job_id>/<slug:action>/", imports.act, name="import-act"),
    path("signup/", signup.form, name="signup"),
    path("signup/done/", signup.done, name="signup-done"),
    path("counter/", counter.counter, name="counter"),
    path("counter/find/", desk.find, {"desk": "counter"}, name="counter-find"),
    path("counter/new/", desk.new, {"desk": "counter"}, name="counter-new"),
    path("counter/<uuid:customer>/", counter.person, name="counter-person"),
    path("phone/", phone.phone, name="phone"),
    path("phone/find/", desk.find, {"desk": "phone"}, name="phone-find"),
    path("phone/new/", desk.new, {"desk": "phone"}, name="phone-new"),
    path("phone/<uuid:customer>/", phone.call, name="phone-call"),
    path("warranty/", warranty.form, name="warranty"),
    path("warranty/done/", warranty.done, name="warranty-done"),
    path("preorder/", preorder.form, name="preorder"),
    path("preorder/done/", preorder.done, name="preorder-done"),
    path("kiosk/", kiosk.start, name="kiosk-start"),
    path("kiosk/unlock/", kiosk.unlock, name="kiosk-unlock"),
    path("forms/", form_list.listing, name="form-list"),
    path("forms/<slug:form>/poster/", form_list.poster, name="form-poster"),
    path("design/", design.gallery, name="design"),
    path("design/toast/", design.toast, name="design-toast"),
]
