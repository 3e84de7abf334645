"""Where people answer questionnaires. Mounted at /s/; what belongs to none of them stands under an underscore."""

from django.urls import URLPattern, path

from surveys.views import asking, pictures

app_name = "ask"
urlpatterns: list[URLPattern] = [
    path("_/pictures/<slug:key>", pictures.picture, name="picture"),
    path("<slug:slug>/", asking.page, name="page"),
    path("<slug:slug>/<str:token>", asking.personal, name="personal"),
]
