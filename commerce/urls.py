"""Addresses of this room: the door for stores, the page of what they told, warranty cards and pre-orders."""

from django.urls import URLPattern, path

from commerce.views import connecting, hooks, preorders, stores, warranties

app_name = "commerce"
urlpatterns: list[URLPattern] = [
    path("hooks/", stores.overview, name="stores"),
    path("hooks/connect/", connecting.choose, name="store-connect"),
    path("hooks/connect/<slug:vendor>/", connecting.connect, name="vendor-connect"),
    path("hooks/connections/<slug:key>/", connecting.connection, name="connection"),
    path("hooks/deliveries/<uuid:delivery_id>/replay", stores.replay, name="delivery-replay"),
    path("hooks/requests/<uuid:notice_id>/show", stores.show, name="notice-show"),
    path("hooks/requests/<uuid:notice_id>/close", stores.close, name="notice-close"),
    path("warranties/", warranties.listing, name="warranty-list"),
    path("warranties/<uuid:warranty>/", warranties.detail, name="warranty-detail"),
    path("warranties/<uuid:warranty>/claim/", warranties.claim, name="warranty-claim"),
    path("warranties/<uuid:warranty>/close/", warranties.close, name="warranty-close"),
    path("preorders/", preorders.listing, name="preorder-list"),
    path("preorders/<uuid:preorder>/move/", preorders.move, name="preorder-move"),
    path("hooks/<slug:store>/<slug:source>", hooks.receive, name="hook"),
]
