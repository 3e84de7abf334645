"""`/companies/`: employers of business customers, one of them with its people, and what staff correct."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core import company_panels, sources
from cdp.core.views.access import actor_of, requires, staff_of
from customers.forms import companies as forms
from customers.models import Company, CompanyKey
from customers.rules import places, postcodes
from customers.selectors import companies as reading
from customers.selectors import lineage, profiles
from customers.services import profiles as writing
from customers.services.companies import keeping, linking

NAMES = ("industry", "size", "province")


@requires("customers.view")
@require_safe
def company_list(request: HttpRequest) -> HttpResponse:
    """A page of the list, newest first."""
    given = {name: value for name in ("q", *NAMES) if (value := _text(request, name))}
    filters = reading.Filters(
        query=given.get("q", ""),
        industry=given.get("industry", ""),
        size=given.get("size", ""),
        province=given.get("province", ""),
    )
    page = reading.page(filters, older_than=_id(request, "older"), newer_than=_id(request, "newer"))
    number, is_exact = reading.count(filters)
    people = reading.sizes([row.id for row in page.rows])

    def link(name: str, row: Company) -> str:
        return "?" + urlencode({**given, name: row.id})

    context = {
        "rows": [{"company": row, "place": _place(row), "people": people.get(row.id, 0)} for row in page.rows],
        "number": number,
        "is_exact": is_exact,
        "query": given.get("q", ""),
        "is_filtered": bool(given),
        "has_any": bool(page.rows) or reading.any_at_all(),
        "chips": _chips(given),
        "filters_form": forms.FiltersForm(given),
        "newer_url": link("newer", page.rows[0]) if page.rows and page.has_newer else "",
        "older_url": link("older", page.rows[-1]) if page.rows and page.has_older else "",
        "may_edit": staff_of(request).can("customers.edit"),
        "may_import": staff_of(request).can("imports"),
    }
    return render(request, "customers/companies/list.html", context)


def _chips(given: dict[str, str]) -> list[dict[str, str]]:
    labels = {"industry": _("Industry"), "size": _("Employees"), "province": _("Province")}
    language = get_language() or "en"
    return [
        {
            "label": labels[name],
            "value": places.told_province(value, language) if name == "province" else value.replace("-", "–"),
            "remove_url": "?" + urlencode({other: given[other] for other in given if other != name}),
        }
        for name, value in given.items()
        if name in labels
    ]


def _place(company: Company) -> str:
    language = get_language() or "en"
    province = places.known_province(company.province, language)
    country = places.country_name(company.country, language) if company.country else ""
    city = postcodes.district_name(company.city, company.province, language)
    return ", ".join(dict.fromkeys(part for part in (city, province or country) if part))


@requires("customers.view")
@require_safe
def company_detail(request: HttpRequest, company: uuid.UUID) -> HttpResponse:
    """One company: facts, people, what they bought, what happened."""
    row = _found(company)
    user = staff_of(request)
    links = reading.contacts(row.id)
    people = profiles.opened([link.customer_id for link in links], with_places=False)
    named = sources.names()
    context = {
        "company": row,
        "place": _place(row),
        "people": [
            {"person": people[link.customer_id], "how": link.get_how_display()}
            for link in links
            if link.customer_id in people
        ],
        "total": reading.number_of_contacts(row.id),
        "figures": company_panels.shown(row.id, now=timezone.now()),
        "numbers": [
            {
                "label": _("Web address")
                if key.kind == CompanyKey.Kind.DOMAIN
                else _("Number at {source}").format(source=sources.name_in(named, key.source)),
                "value": key.value,
            }
            for key in reading.numbers(row.id)
        ],
        "source_name": sources.name_in(named, row.source),
        "recent": [
            {"at": entry.at, "kind": entry.kind, "title": entry.title, "icon": entry.icon}
            for entry in reading.recent(row.id)
        ],
        "history": reading.history(row.id),
        "may_edit": user.can("customers.edit"),
        "may_merge": user.can("steward"),
        "reveals": user.can("customers.reveal"),
    }
    return render(request, "customers/companies/detail.html", context)


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def company_new(request: HttpRequest) -> HttpResponse:
    """Write a company down."""
    given = {"name": _text(request, "name")} if request.method != "POST" else None
    form = forms.CompanyForm(request.POST or None, initial=given)
    return _saved(request, form, None)


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def company_edit(request: HttpRequest, company: uuid.UUID) -> HttpResponse:
    """Correct a company."""
    row = _found(company)
    form = forms.CompanyForm(request.POST if request.method == "POST" else None, company=row)
    return _saved(request, form, row)


def _saved(request: HttpRequest, form: forms.CompanyForm, row: Company | None) -> HttpResponse:
    other: Company | None = None
    if request.method == "POST" and form.is_valid():
        try:
            saved = keeping.save(
                company=row.id if row else None,
                told=form.told(),
                source=writing.staff_source(),
                actor=actor_of(request),
                now=timezone.now(),
            )
        except keeping.UnableToSave as problem:
            form.add_error(problem.field, str(problem.reason))
            other = reading.find(problem.other) if problem.other else None
        else:
            messages.success(request, _("Company saved"))
            return redirect("business:company-detail", saved.id)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "company": row, "other": other, "industries": reading.industries()}
    return render(request, "customers/companies/form.html", context, status=status)


@requires("steward")
@require_http_methods(["GET", "HEAD", "POST"])
def company_merge(request: HttpRequest, company: uuid.UUID) -> HttpResponse:
    """Two rows are one company: choose the other one, see both, and let it be absorbed."""
    row = _found(company)
    if request.method == "POST":
        try:
            keeping.merge(
                keep=row.id,
                absorb=_id_of(request.POST.get("other", "")),
                actor=actor_of(request),
                now=timezone.now(),
            )
        except keeping.UnableToMerge:
            messages.error(request, _("One of the two is no longer here."))
        else:
            messages.success(request, _("The two are one company now."))
        return redirect("business:company-detail", row.id)
    query = _text(request, "q")
    found = [other for other in reading.offered(query) if other.id != row.id]
    people = reading.sizes([row.id, *(other.id for other in found)])
    context = {
        "company": row,
        "query": query,
        "people": people.get(row.id, 0),
        "rows": [{"company": one, "place": _place(one), "people": people.get(one.id, 0)} for one in found],
    }
    return render(request, "customers/companies/merge.html", context)


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def company_choose(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """Say to which company a customer belongs, or to none."""
    who = lineage.standing([customer]).get(customer)
    if who is None:
        raise Http404
    if request.method == "POST":
        text = request.POST.get("company", "")
        chosen = _found(_id_of(text)).id if text else None
        linking.write_down(customer=who, company=chosen, actor=actor_of(request), at=timezone.now())
        messages.success(request, _("Company saved") if chosen else _("This person belongs to no company now."))
        return redirect("customers:customer-detail", who)
    link = reading.of_customer(who)
    query = _text(request, "q")
    context = {
        "profile": profiles.one(who),
        "link": link,
        "query": query,
        "rows": [{"company": one, "place": _place(one)} for one in reading.offered(query)],
    }
    return render(request, "customers/companies/choose.html", context)


@requires("customers.edit")
@require_POST
def company_make(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """Make a company of what a customer told as theirs, and let the customer belong to it."""
    who = lineage.standing([customer]).get(customer)
    profile = profiles.one(who) if who else None
    if who is None or profile is None:
        raise Http404
    form = forms.CompanyForm({"name": profile.customer.company})
    if not form.is_valid():
        messages.error(request, _("Please write the name of the company."))
        return redirect("customers:customer-detail", who)
    found = keeping.write_many([form.told()], source=writing.staff_source(), now=timezone.now())
    linking.write_down(customer=who, company=found.companies[0], actor=actor_of(request), at=timezone.now())
    return redirect("business:company-edit", found.companies[0])


def _found(company: uuid.UUID) -> Company:
    row = reading.find(company)
    if row is None:
        raise Http404
    return row


def _text(request: HttpRequest, name: str) -> str:
    """A text of the address that PostgreSQL can hold."""
    return request.GET.get(name, "").replace("\x00", "").strip()[:120]


def _id(request: HttpRequest, name: str) -> uuid.UUID | None:
    text = request.GET.get(name, "")
    return _id_of(text) if text else None


def _id_of(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error
