"""Pages of this room."""

from django.urls import URLPattern, path

from customers.views import editing, erasing, listing, pairs, profile

app_name = "customers"
urlpatterns: list[URLPattern] = [
    path("", listing.customer_list, name="customer-list"),
    path("new/", editing.customer_new, name="customer-new"),
    path("pairs/", pairs.pair_list, name="pair-list"),
    path("pairs/<uuid:pair>/", pairs.pair_detail, name="pair-detail"),
    path("<uuid:customer>/unmerge/<uuid:part>/", pairs.customer_unmerge, name="customer-unmerge"),
    path("<uuid:customer>/", profile.customer_detail, name="customer-detail"),
    path("<uuid:customer>/edit/", editing.customer_edit, name="customer-edit"),
    path("<uuid:customer>/erase/", erasing.customer_erase, name="customer-erase"),
    path("<uuid:customer>/timeline/", profile.customer_timeline, name="customer-timeline"),
    path("<uuid:customer>/notes/", profile.note_add, name="note-add"),
    path("<uuid:customer>/member-number/", profile.member_number_give, name="member-number-give"),
    path("<uuid:customer>/show/<uuid:part>/", profile.contact_show, name="contact-show"),
]
