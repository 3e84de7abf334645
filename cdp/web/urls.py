"""Pages that join several rooms."""

from django.urls import URLPattern, path

from cdp.web.views import design

app_name = "web"
urlpatterns: list[URLPattern] = [
    path("design/", design.gallery, name="design"),
    path("design/toast/", design.toast, name="design-toast"),
]
