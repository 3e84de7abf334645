"""What narrows the list of companies, and what is written down about one."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from customers.models import Company
from customers.rules import companies as rules
from customers.rules import people, places
from customers.rules.unreadable import Unreadable
from customers.selectors import companies

ANY = ("", _("Any"))


def _provinces(country: str) -> list[tuple[str, str]]:
    language = get_language() or "en"
    named = [(code, places.province_name(code, language)) for code in places.provinces(country)]
    return sorted(named, key=lambda pair: pair[1])


class FiltersForm(forms.Form):
    """Offered are the usual values; a link may name any other, so the choices are not checked."""

    industry = forms.CharField(label=_("Industry"), required=False)
    size = forms.CharField(label=_("Employees"), required=False)
    province = forms.CharField(label=_("Province"), required=False)

    def __init__(self, given: dict[str, str]) -> None:
        """`given` are the filters in force; an unusual value among them is offered too."""
        super().__init__(initial=given)
        offered: dict[str, list[tuple[str, Any]]] = {
            "industry": [(name, name) for name in companies.industries()],
            "size": [(code, code.replace("-", "–")) for code in rules.CODES],
            "province": _provinces(settings.CDP_SHOP_COUNTRY),
        }
        for name, choices in offered.items():
            value = given.get(name, "")
            if value and value not in {code for code, _label in choices}:
                choices.append((value, places.told_province(value) if name == "province" else value))
            self.fields[name].widget = forms.Select(choices=[ANY, *choices])


class CompanyForm(forms.Form):
    """A company in words; every value is read by the rules that files are read by."""

    name = forms.CharField(
        label=_("Name"), max_length=rules.LONGEST_NAME, widget=forms.TextInput(attrs={"autofocus": True})
    )
    industry = forms.CharField(label=_("Industry"), required=False, max_length=rules.LONGEST_INDUSTRY)
    employees = forms.CharField(
        label=_("Employees"),
        required=False,
        max_length=40,
        help_text=_("A number, such as 85, or a range, such as 51-200."),
    )
    domain = forms.CharField(
        label=_("Web address"),
        required=False,
        max_length=300,
        help_text=_("People with a mailbox there belong to the company by themselves."),
    )
    country = forms.CharField(label=_("Country"), required=False, max_length=60)
    province = forms.CharField(label=_("Province"), required=False, max_length=120)
    city = forms.CharField(label=_("City"), required=False, max_length=120)

    def __init__(self, *args: Any, company: Company | None = None, **kwargs: Any) -> None:
        """`company` is the one to be corrected."""
        if company is not None:
            language = get_language() or "en"
            kwargs["initial"] = {
                "name": company.name,
                "industry": company.industry,
                "employees": company.employees or company.size,
                "domain": company.domain,
                "country": places.country_name(company.country, language) if company.country else "",
                "province": places.told_province(company.province, language) if company.province else "",
                "city": company.city,
            }
        super().__init__(*args, **kwargs)
        industry: Any = self.fields["industry"].widget
        industry.attrs["list"] = "industries"

    def _read(self, name: str, reader: Any) -> Any:
        text = self.cleaned_data.get(name, "").strip()
        if not text:
            return ""
        try:
            return reader(text)
        except Unreadable as problem:
            if problem.code == "missing":
                return ""
            raise ValidationError(str(problem.reason)) from problem

    def clean_name(self) -> str:
        name = people.plain(self.cleaned_data["name"])
        if not rules.key(name):
            raise ValidationError(_("Please write the name of the company."))
        return name

    def clean_employees(self) -> rules.Size | None:
        return self._read("employees", rules.size) or None

    def clean_domain(self) -> str:
        host: str = self._read("domain", rules.domain)
        if host and rules.is_public(host):
            raise ValidationError(_("Anybody may have a mailbox there; it tells nothing of a company."))
        return host

    def clean_country(self) -> str:
        found: str = self._read("country", places.country)
        return found

    def clean_province(self) -> str:
        country = self.cleaned_data.get("country") or settings.CDP_SHOP_COUNTRY
        found: str = self._read("province", lambda text: places.province(text, country))
        return found

    def told(self) -> rules.CompanyInput:
        """The company as it was written down."""
        given = self.cleaned_data
        return rules.CompanyInput(
            name=given["name"],
            industry=people.plain(given["industry"]),
            size=given["employees"],
            country=given["country"],
            province=given["province"],
            city=people.plain(given["city"]),
            domain=given["domain"],
        )
