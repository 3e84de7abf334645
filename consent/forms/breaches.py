"""What staff say about a breach."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cdp.core import audiences, written_dates
from consent.models import Breach
from consent.rules import breaches as rules
from consent.selectors import breaches as reading

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
NAMES = _("Name no customers here: who is affected is a list of its own.")


class KnownForm(forms.Form):
    """What staff choose of an incident, at once or when it has turned out."""

    cause = forms.ChoiceField(label=_("How it happened"), choices=lambda: list(rules.CAUSES.items()), initial="unknown")
    kinds = forms.MultipleChoiceField(
        label=_("Which data"), choices=lambda: list(rules.DATA.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


class BreachForm(KnownForm):
    """The incident as far as it is known."""

    field_order = ("title", "noticed_at", "certain", "began_at", "ended_at", "cause", "kinds", "story")

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
    story = forms.CharField(
        label=_("What happened"), required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "Every letter carries it as you write it: translate it there. Name no customers here: who is affected is a"
            " list of its own."
        ),
    )  # fmt: skip


class AccessForm(forms.Form):
    """Whom somebody was shown, by the access log."""

    actor = forms.ChoiceField(label=_("Shown to"), required=False, choices=lambda: [("", _("anybody")), *_lookers()])
    since = forms.DateTimeField(label=_("From"), widget=MOMENT)
    until = forms.DateTimeField(label=_("To"), widget=MOMENT)

    def clean(self) -> dict[str, Any]:
        """A period has a beginning before its end."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until <= since:
            self.add_error("until", _("The end lies before the beginning."))
        return cleaned

    @property
    def asked(self) -> dict[str, str]:
        """The question as plain text."""
        found = self.cleaned_data
        since: dt.datetime = found["since"]
        until: dt.datetime = found["until"]
        return {"actor": found["actor"], "since": since.isoformat(), "until": until.isoformat()}


class ListForm(forms.Form):
    """A list that staff have."""

    people = forms.CharField(
        label=_("One person on each line"), widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=_("E-mail addresses, phone numbers or customer numbers. The list itself is not kept."),
        max_length=200_000,
    )  # fmt: skip


class ChosenForm(forms.Form):
    """One thing out of a list: `name` is what the question calls it."""

    chosen = forms.ChoiceField()

    def __init__(self, label: object, name: str, choices: list[tuple[str, Any]], *args: Any, **kwargs: Any) -> None:
        """Offer these."""
        super().__init__(*args, **kwargs)
        self.name = name
        field = self.fields["chosen"]
        assert isinstance(field, forms.ChoiceField), "declared above"  # noqa: S101
        field.label, field.choices = str(label), [("", str(_("Choose…"))), *choices]

    @property
    def asked(self) -> dict[str, str]:
        """The question as plain text."""
        return {self.name: self.cleaned_data["chosen"]}


class EverybodyForm(forms.Form):
    """All customers."""

    asked: Mapping[str, str] = {}


def people_forms(data: Any = None) -> dict[str, tuple[object, forms.Form]]:
    """The questions that tell who is affected, by key: what staff call each, and its form."""
    found: dict[str, tuple[object, forms.Form]] = {
        "access": (_("Whom somebody was shown, by the access log"), AccessForm(data)),
        "export": (_("Who was in a file that left"), ChosenForm(_("File"), "entry", _exports(), data)),
        "import": (_("Whom an import touched"), ChosenForm(_("Import"), "job", _imports(), data)),
        "list": (_("A list you have"), ListForm(data)),
        "segment": (_("A segment"), ChosenForm(_("Segment"), "key", audiences.choices(), data)),
        "source": (_("Everybody a source has brought"), ChosenForm(_("Source"), "key", reading.sources(), data)),
        "all": (_("All customers"), EverybodyForm(data)),
    }
    for via, (_label, form) in found.items():
        form.auto_id = f"id_{via}_%s"  # they stand on one page, and each label is its own field's
    return found


def _lookers() -> list[tuple[str, str]]:
    return reading.who_looks()


def _imports() -> list[tuple[str, str]]:
    return [
        (str(job.id), f"{gettext(job.title) if job.title else job.id}, {_moment(job.created_at)}")
        for job in reading.imports()
    ]


def _exports() -> list[tuple[str, str]]:
    found = []
    for entry in reading.exports():
        people = ngettext("%(n)s person", "%(n)s people", entry.details.get("people", 0))
        found.append((str(entry.id), f"{_moment(entry.at)}, {people % {'n': entry.details.get('people', 0)}}"))
    return found


def _moment(moment: dt.datetime) -> str:
    return written_dates.moment_in_full(moment, timezone.get_default_timezone())


class RiskForm(forms.Form):
    """How great the risk to people is."""

    risk = forms.ChoiceField(label=_("Risk to people"), choices=Breach.Risk.choices)
    reason = forms.CharField(
        label=_("Why"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Authorities read it in their letter, people do not."),
    )  # fmt: skip


class DraftForm(forms.Form):
    """A text that is to go out."""

    subject = forms.CharField(label=_("Subject"), max_length=200)
    body = forms.CharField(label=_("Text"), max_length=20000, widget=forms.Textarea(attrs={"rows": 18}))
    may_mix = forms.BooleanField(required=False)


def begun() -> dict[str, Any]:
    """A form that begins now."""
    return {"noticed_at": timezone.localtime()}
