"""The shop's hours, holidays, targets and own addresses, as staff write them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.models import Ticket
from surveys.rules.tickets import week
from surveys.rules.tickets.hours import Span
from surveys.selectors.tickets.ruling import Ruling

DAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
PROBLEMS = {
    "shape": _("Write it like 09:00-12:00, 13:00-18:00, or leave it empty."),
    "time": _("There is no such time of day."),
    "empty": _("These hours end when they begin; a whole day is 0:00-24:00."),
    "overlap": _("These hours overlap, or are more than four spans."),
}


class SpansField(forms.CharField):
    """The hours of one day."""

    def clean(self, value: Any) -> list[Span]:
        """Raises ValidationError."""
        text = super().clean(value)
        try:
            return week.spans(text)
        except week.Unreadable as problem:
            raise forms.ValidationError(PROBLEMS[problem.code]) from problem


class RulesForm(forms.Form):
    """Days `day_0` (Monday) to `day_6`, targets `first_…` and `resolve_…` in hours."""

    holidays = forms.CharField(
        label=_("Holidays"),
        required=False,
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
        help_text=_("One day a line, like 2026-12-31. Nobody is there all day."),
    )
    own_addresses = forms.CharField(
        label=_("Our own e-mail addresses"),
        required=False,
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        help_text=_("One a line. In a mailbox that is read, mail from these is a reply of ours and not a question."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, name in enumerate(DAYS):
            self.fields[f"day_{number}"] = SpansField(
                label=name, required=False, max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
            )
        for key, label in Ticket.Priority.choices:
            for part in ("first", "resolve"):
                self.fields[f"{part}_{key}"] = forms.DecimalField(
                    label=label,
                    min_value=0,
                    max_value=week.LONGEST_TARGET // 60,
                    decimal_places=2,
                    widget=forms.NumberInput(attrs={"step": "0.25", "min": "0.25"}),
                )

    def clean_holidays(self) -> list[dt.date]:
        """The days. Raises ValidationError naming the first that is none."""
        found = []
        for line in self.cleaned_data["holidays"].splitlines():
            if line.strip():
                try:
                    found.append(dt.date.fromisoformat(line.strip()))
                except ValueError as problem:
                    raise forms.ValidationError(
                        _("“%(line)s” is no day; write it like 2026-12-31."), params={"line": line.strip()[:40]}
                    ) from problem
        return found

    def clean_own_addresses(self) -> list[str]:
        """The addresses."""
        return self.cleaned_data["own_addresses"].split()

    @property
    def days(self) -> list[forms.BoundField]:
        """Monday to Sunday."""
        return [self[f"day_{number}"] for number in range(len(DAYS))]

    @property
    def targets(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Of each priority, the most urgent first."""
        return [
            (str(label), self[f"first_{key}"], self[f"resolve_{key}"])
            for key, label in reversed(Ticket.Priority.choices)
        ]

    @property
    def week(self) -> Mapping[int, list[Span]]:
        """The week that was written."""
        return {number: self.cleaned_data[f"day_{number}"] for number in range(len(DAYS))}

    @property
    def minutes(self) -> Mapping[str, tuple[int, int]]:
        """The targets that were written."""
        return {
            key: (round(self.cleaned_data[f"first_{key}"] * 60), round(self.cleaned_data[f"resolve_{key}"] * 60))
            for key in Ticket.Priority.values
        }


def beginning(rules: Ruling) -> dict[str, Any]:
    """What the form shows of what holds."""
    return {
        "holidays": "\n".join(day.isoformat() for day in rules.holidays),
        "own_addresses": "\n".join(rules.own_addresses),
        **{f"day_{number}": week.written(rules.week.get(number, ())) for number in range(len(DAYS))},
        **{f"first_{key}": _hours(first) for key, (first, _resolve) in rules.minutes.items()},
        **{f"resolve_{key}": _hours(resolve) for key, (_first, resolve) in rules.minutes.items()},
    }


def _hours(minutes: int) -> str:
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")
