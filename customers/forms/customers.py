"""The form of one customer, for making and for correcting."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cdp.core import minimising
from customers.rules import homes, places, telling
from customers.rules.people import LANGUAGES, Person, Rules
from customers.selectors.profiles import Kind, Profile

NOT_TOLD = ("", "—")
GENDERS = [NOT_TOLD, ("female", _("Female")), ("male", _("Male")), ("other", _("Other"))]
LANGUAGE_NAMES = {"th": "ไทย", "ko": "한국어", "en": "English", "ja": "日本語", "zh": "中文"}
# What most people here speak comes first.
FIRST_COUNTRIES = ("TH", "KR", "US", "GB", "JP", "CN", "SG", "MY")


def _countries() -> list[tuple[str, Any]]:
    language = get_language() or "en"
    named = [(code, places.country_name(code, language)) for code in places.countries()]
    rest = sorted((pair for pair in named if pair[0] not in FIRST_COUNTRIES), key=lambda pair: pair[1])
    return [NOT_TOLD, *((code, places.country_name(code, language)) for code in FIRST_COUNTRIES), *rest]


def _languages() -> list[tuple[str, Any]]:
    language = get_language() or "en"
    others = [(code, places.language_name(code, language)) for code in LANGUAGES - LANGUAGE_NAMES.keys()]
    return [NOT_TOLD, *LANGUAGE_NAMES.items(), *sorted(others, key=lambda pair: pair[1])]


def _text(label: Any, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=1000, widget=forms.TextInput(attrs={"autocomplete": "off", **attrs})
    )


class CustomerForm(forms.Form):
    """Everything staff write about a person. Values are standardised by the same rules as in files and REST."""

    name = _text(_("Name"))
    given_name = _text(_("Given name"))
    family_name = _text(_("Family name"))
    email = _text(_("E-mail"), inputmode="email")
    phone = _text(pgettext_lazy("number", "Phone"), inputmode="tel")
    line_id = _text(_("LINE id"))
    member_number = _text(_("Member number"))
    birth_date = forms.CharField(
        label=_("Birth date"), required=False, widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"})
    )
    gender = forms.ChoiceField(label=_("Gender"), required=False, choices=GENDERS)
    language = forms.ChoiceField(label=_("Language"), required=False, choices=_languages)
    country = forms.ChoiceField(label=_("Country"), required=False, choices=_countries)
    province = _text(_("Province"))
    city = _text(_("City or district"))
    postcode = _text(_("Postcode"), inputmode="text")
    street = _text(_("Street and house number"))
    company = _text(_("Company"))
    job_title = _text(_("Job title"))
    interests = _text(_("Interests"))
    tags = _text(_("Tags"))

    def __init__(self, *args: Any, profile: Profile | None = None, **kwargs: Any) -> None:
        """`profile` is who is corrected; without it somebody new is written down."""
        self.profile = profile
        self.person: Person | None = None
        if profile is not None:
            kwargs["initial"] = initial(profile)
        super().__init__(*args, **kwargs)
        # What the shop has stopped collecting is not asked for; what is there already may be put right or taken out.
        for name in minimising.stopped():
            if name in self.fields and not self.get_initial_for_field(self.fields[name], name):
                del self.fields[name]
        self.fields["name"].widget.attrs["data-autofocus"] = True
        self.fields["name"].help_text = _("As the person writes it.")
        for name in ("interests", "tags"):
            if name in self.fields:
                self.fields[name].help_text = _("Separate them with commas.")

    def clean(self) -> dict[str, Any]:
        """Read the values; what cannot be read is said at its field."""
        cleaned = super().clean() or {}
        told = {name: value for name, value in cleaned.items() if name in self.changed_data or self.profile is None}
        if self.profile is None:
            told = {name: value for name, value in told.items() if value}
        country = self.profile.customer.country if self.profile else ""
        rules = Rules(region=settings.CDP_SHOP_COUNTRY, today=timezone.localdate(), dayfirst=True)
        person, faults = homes.read(lambda rules_: telling.read(told, rules_, country=country), rules)
        for fault in faults:
            self.add_error(fault.field, str(fault.problem.reason))
        if self.profile is None and not faults and not person.is_identified:
            self.add_error(None, _("Give an e-mail address, a phone number, a LINE id or a member number."))
        self.person = person
        return cleaned

    @property
    def is_silent(self) -> bool:
        """Whether nothing was changed at all."""
        return not self.changed_data


def initial(profile: Profile) -> dict[str, Any]:
    """What the form shows of a profile."""
    row, place = profile.customer, profile.place
    shown: dict[str, Any] = {
        "email": profile.email,
        "phone": profile.phone,
        "line_id": profile.value(Kind.LINE),
        "member_number": profile.value(Kind.MEMBER),
        "birth_date": row.birth_date.isoformat() if row.birth_date else "",
        "province": places.province_name(profile.customer.province, get_language() or "en"),
        "street": place.street if place else "",
        "interests": ", ".join(row.interests),
        "tags": ", ".join(row.tags),
    }
    shown |= {field: getattr(profile, field) for field in ("name", "given_name", "family_name")}
    plain = ("gender", "language", "country", "city", "postcode", "company", "job_title")
    return shown | {field: getattr(row, field) for field in plain}
