"""Pages of business with people: leads and companies."""

from django.urls import URLPattern, path

from customers.views import companies, leads

app_name = "business"
urlpatterns: list[URLPattern] = [
    path("leads/", leads.lead_list, name="lead-list"),
    path("leads/<uuid:customer>/<uuid:lead>/", leads.lead_detail, name="lead-detail"),
    path("leads/<uuid:customer>/<uuid:lead>/show/", leads.lead_show, name="lead-show"),
    path("leads/<uuid:customer>/<uuid:lead>/<slug:action>/", leads.lead_change, name="lead-change"),
    path("companies/", companies.company_list, name="company-list"),
    path("companies/new/", companies.company_new, name="company-new"),
    path("companies/of/<uuid:customer>/", companies.company_choose, name="company-choose"),
    path("companies/of/<uuid:customer>/make/", companies.company_make, name="company-make"),
    path("companies/<uuid:company>/", companies.company_detail, name="company-detail"),
    path("companies/<uuid:company>/edit/", companies.company_edit, name="company-edit"),
    path("companies/<uuid:company>/merge/", companies.company_merge, name="company-merge"),
]
