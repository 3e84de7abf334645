"""What narrows the list of customers."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cdp.core import sources
from customers.rules import places, tags
from customers.selectors import listing

ANY = ("", _("Any"))


def _countries() -> list[tuple[str, Any]]:
    language = get_language() or "en"
    codes = listing.common("country")
    return [ANY, *sorted(((code, places.country_name(code, language)) for code in codes), key=lambda pair: pair[1])]


def _provinces() -> list[tuple[str, Any]]:
    language = get_language() or "en"
    codes = listing.common("province")
    return [ANY, *sorted(((code, places.told_province(code, language)) for code in codes), key=lambda pair: pair[1])]


def _tags() -> list[tuple[str, Any]]:
    return [ANY, *((tag, tags.shown(tag)) for tag in listing.common("tags"))]


def _sources() -> list[tuple[str, Any]]:
    return [ANY, *sources.names().items()]


def told(name: str, value: str) -> str:
    """The value of a filter in the reader's words; also of one that is not among the usual."""
    language = get_language() or "en"
    if name == "country":
        return places.country_name(value.upper(), language)
    if name == "province":
        return places.told_province(value.upper(), language)
    if name == "tag":
        return tags.shown(value)
    return sources.names().get(value, value)


class FiltersForm(forms.Form):
    """Offered are the usual values; a link may name any other, so the choices are not checked."""

    country = forms.CharField(label=_("Country"), required=False, max_length=2)
    province = forms.CharField(label=_("Province"), required=False, max_length=10)
    tag = forms.CharField(label=_("Tag"), required=False, max_length=60)
    source = forms.CharField(label=_("First came from"), required=False, max_length=60)

    def __init__(self, given: dict[str, str]) -> None:
        """`given` are the filters in force; an unusual value among them is offered too."""
        super().__init__(initial=given)
        for name, choices in (("country", _countries), ("province", _provinces), ("tag", _tags), ("source", _sources)):
            offered = choices()
            value = given.get(name, "")
            if value and value not in {code for code, _label in offered}:
                offered.append((value, told(name, value)))
            self.fields[name].widget = forms.Select(choices=offered)
