"""What everybody may see of prize draws, under `/draws/`."""

from django.urls import URLPattern, path

from loyalty.views import draw_proof

app_name = "draws"
urlpatterns: list[URLPattern] = [
    path("won/<str:token>/", draw_proof.won, name="won"),
    path("<slug:draw>/list.csv", draw_proof.listed, name="list"),
    path("<slug:draw>/", draw_proof.proof, name="proof"),
]
