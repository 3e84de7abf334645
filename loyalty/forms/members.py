"""What narrows the list of members."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from loyalty.selectors import members, tiers

ANY = ("", _("Any"))
JOINED = {
    "7": _("In the last 7 days"),
    "30": _("In the last 30 days"),
    "90": _("In the last 90 days"),
    "365": _("In the last 365 days"),
}


class FiltersForm(forms.Form):
    """Every filter stands in the address; a value that is none narrows nothing."""

    tier = forms.ChoiceField(label=pgettext_lazy("loyalty", "Tier"), required=False)
    joined = forms.ChoiceField(label=pgettext_lazy("loyalty", "Joined"), required=False, choices=[ANY, *JOINED.items()])
    least = forms.IntegerField(label=_("Points, at least"), required=False)
    most = forms.IntegerField(label=_("Points, at most"), required=False)
    owing = forms.BooleanField(label=_("Only who owes points"), required=False)
    left = forms.BooleanField(label=_("Those who take part no more, instead"), required=False)

    def __init__(self, given: dict[str, str]) -> None:
        """`given` are the filters in force."""
        super().__init__(initial=given)
        found: list[tuple[str, Any]] = [ANY, *tiers.names(timezone.now()).items(), (members.NONE, _("No tier"))]
        self.fields["tier"].choices = found  # type: ignore[attr-defined]
