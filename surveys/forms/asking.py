"""Whom to invite, by which way, and how often to remind them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cdp.core import audiences, outbox
from surveys.models import Survey
from surveys.selectors import inviting
from surveys.services.inviting import MOST_REMINDERS, Terms

NAMES = {"email": _("E-mail"), "sms": _("Text message")}


class InviteForm(forms.Form):
    """A segment and the terms. An anonymous survey has no reminders: nobody knows who answered."""

    segment = forms.ChoiceField(label=_("Segment"))
    channel = forms.ChoiceField(label=_("Channel"))
    days = forms.IntegerField(label=_("Days the link works"), min_value=1, max_value=365, initial=30)
    reminders = forms.IntegerField(label=_("Reminders"), min_value=0, max_value=MOST_REMINDERS, initial=1)
    remind_days = forms.IntegerField(label=_("Days between them"), min_value=1, max_value=90, initial=7)

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        """Offer live segments and ways that reach anybody from here."""
        super().__init__(*args, **kwargs)
        self.fields["segment"].choices = audiences.choices()  # type: ignore[attr-defined]
        open_ways = [(way, NAMES[way]) for way in inviting.CHANNELS if outbox.reaches(way)]
        self.fields["channel"].choices = open_ways  # type: ignore[attr-defined]
        if survey.is_anonymous:
            del self.fields["reminders"]
            del self.fields["remind_days"]

    def terms(self) -> Terms:
        """What was chosen."""
        told = self.cleaned_data
        return Terms(
            channel=told["channel"],
            days=told["days"],
            reminders=told.get("reminders", 0),
            remind_days=told.get("remind_days", 7),
        )
