"""Where people answer questionnaires. Mounted at /s/; what belongs to none of them stands under an underscore."""

from django.urls import URLPattern, path

from surveys.views import asking, claiming, embedding, pictures, rating, testimonials

app_name = "ask"
urlpatterns: list[URLPattern] = [
    path("_/pictures/<slug:key>", pictures.picture, name="picture"),
    path("_/words/<str:token>", testimonials.mine, name="testimonial"),
    path("_/testimonials/", testimonials.wall, name="testimonials"),
    path("testimonials.js", embedding.script, name="testimonials-embed"),
    path("_/rate/<str:secret>/", rating.rate, name="rate"),
    path("embed.js", embedding.script, name="embed"),
    path("<slug:slug>/", asking.page, name="page"),
    path("<slug:slug>/claim/", claiming.claim, name="claim"),
    path("<slug:slug>/<str:token>", asking.personal, name="personal"),
]
