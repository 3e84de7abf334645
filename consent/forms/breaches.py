"""What staff say about a breach."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consent.models import Breach
from consent.rules import breaches as rules

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
NAMES = _("Name no customers here: who is affected is a list of its own.")


class BreachForm(forms.Form):
    """The incident as far as it is known."""

    title = forms.CharField(label=_("In one line"), max_length=160, help_text=NAMES)
    noticed_at = forms.DateTimeField(
        label=_("Noticed"), widget=MOMENT, help_text=_("The hours run from here. Use the shop's own time.")
    )
    certain = forms.BooleanField(
        label=_("It is certain"), required=False,
        help_text=_("Leave it off for a possible breach: some laws want that reported, too."),
    )  # fmt: skip
    began_at = forms.DateTimeField(label=_("Began"), widget=MOMENT, required=False)
    ended_at = forms.DateTimeField(label=_("Ended"), widget=MOMENT, required=False)
    cause = forms.ChoiceField(label=_("How it happened"), choices=lambda: list(rules.CAUSES.items()), initial="unknown")
    kinds = forms.MultipleChoiceField(
        label=_("Which data"), choices=lambda: list(rules.DATA.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    story = forms.CharField(
        label=_("What happened"), required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=NAMES,
    )  # fmt: skip


class PeopleForm(forms.Form):
    """Which question tells who is affected."""

    via = forms.ChoiceField(
        label=_("Who is affected"),
        choices=[
            ("access", _("Whom somebody was shown, by the access log")),
            ("segment", _("A segment")),
            ("source", _("Everybody a source has brought")),
            ("all", _("All customers")),
        ],
    )
    actor = forms.ChoiceField(label=_("Shown to"), required=False)
    since = forms.DateTimeField(label=_("From"), widget=MOMENT, required=False)
    until = forms.DateTimeField(label=_("To"), widget=MOMENT, required=False)
    key = forms.CharField(label=_("Key of the segment or source"), max_length=60, required=False)

    def __init__(self, actors: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        """Offer these members of staff and keys."""
        super().__init__(*args, **kwargs)
        field = self.fields["actor"]
        assert isinstance(field, forms.ChoiceField), "declared above"  # noqa: S101
        field.choices = [("", str(_("anybody"))), *actors]

    def clean(self) -> dict[str, Any]:
        """Each question needs its own words."""
        cleaned = super().clean() or {}
        if cleaned.get("via") == "access":
            for name in ("since", "until"):
                if not cleaned.get(name):
                    self.add_error(name, _("Say from when to when."))
        elif cleaned.get("via") in {"segment", "source"} and not cleaned.get("key"):
            self.add_error("key", _("Say which."))
        return cleaned

    @property
    def asked(self) -> dict[str, str]:
        """The question as plain text."""
        found = self.cleaned_data
        if found["via"] == "access":
            since: dt.datetime = found["since"]
            until: dt.datetime = found["until"]
            return {"actor": found["actor"], "since": since.isoformat(), "until": until.isoformat()}
        return {"key": found["key"]} if found["via"] in {"segment", "source"} else {}


class RiskForm(forms.Form):
    """How great the risk to people is."""

    risk = forms.ChoiceField(label=_("Risk to people"), choices=Breach.Risk.choices)
    reason = forms.CharField(label=_("Why"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class DraftForm(forms.Form):
    """A text that is to go out."""

    subject = forms.CharField(label=_("Subject"), max_length=200)
    body = forms.CharField(label=_("Text"), max_length=20000, widget=forms.Textarea(attrs={"rows": 18}))


def begun() -> dict[str, Any]:
    """A form that begins now."""
    return {"noticed_at": timezone.localtime()}
