"""What staff choose and write about tickets."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from customers.selectors import interactions, staff
from surveys.models import Sentiment, Ticket
from surveys.selectors.tickets import queue
from surveys.services.tickets.telling import LONGEST_SUBJECT, LONGEST_WORDS

MOMENT = "%Y-%m-%dT%H:%M"
ANY = ("", _("Any"))


def topics(*, with_others: bool = False, with_old: bool = False) -> list[tuple[str, str]]:
    """Topics of talks in the reader's language, with what other systems call theirs, and with those that are no longer
    offered, where they are asked for.
    """
    ours = interactions.topics(get_language() or "en", with_old=with_old)
    known = {key for key, _label in ours}
    others = [text for text in (queue.topics() if with_others else ()) if text not in known]
    # A topic of ours that is offered no more still has its name; what another system calls theirs is one.
    names = dict(interactions.topics(get_language() or "en", with_old=True)) if others else {}
    return [*ours, *((text, names.get(text, text)) for text in others)]


def topic_name(key: str) -> str:
    """What staff call a topic."""
    return dict(interactions.topics(get_language() or "en", with_old=True)).get(key, key)


def colleagues() -> list[tuple[str, str]]:
    """Who may look after a ticket."""
    return [(str(user.id), str(user)) for user in staff.active()]


class MomentForm(forms.Form):
    """When something was said. `offered` is what the page had filled in: left as it was, it means now."""

    said_at = forms.DateTimeField(required=False, input_formats=[MOMENT, f"{MOMENT}:%S"])
    offered = forms.DateTimeField(required=False, input_formats=[MOMENT])

    def moment(self, now: dt.datetime) -> dt.datetime:
        """The moment; the present minute is now."""
        at: dt.datetime | None = self.cleaned_data["said_at"]
        if at is None or at == self.cleaned_data["offered"] or at <= now < at + dt.timedelta(minutes=1):
            return now
        return at


class ReportForm(forms.Form):
    """Offered are the usual values; a link may name any other, so the choices are not checked."""

    priority = forms.CharField(label=_("Priority"), required=False)
    channel = forms.CharField(label=_("Channel"), required=False)
    topic = forms.CharField(label=_("Topic"), required=False)

    def __init__(self, given: dict[str, str]) -> None:
        """`given` are the filters in force."""
        super().__init__(initial=given)
        for name, values in self.offered().items():
            self.fields[name].widget = forms.Select(choices=values)

    def offered(self) -> dict[str, list[Any]]:
        """The values of each field."""
        return {
            "priority": [ANY, *Ticket.Priority.choices],
            "channel": [ANY, *Ticket.Channel.choices],
            "topic": [ANY, *topics(with_others=True)],
        }


class FiltersForm(ReportForm):
    """The same, how the customer felt last, and who looks after a ticket."""

    sentiment = forms.CharField(label=_("Feeling"), required=False)
    owner = forms.CharField(label=_("Looked after by"), required=False)

    def offered(self) -> dict[str, list[Any]]:
        """The values of each field."""
        return {
            **super().offered(),
            "sentiment": [ANY, *Sentiment.choices],
            "owner": [ANY, ("me", _("Me")), *colleagues()],
        }


class SortForm(forms.Form):
    priority = forms.ChoiceField(label=_("Priority"), choices=Ticket.Priority.choices)
    topic = forms.ChoiceField(label=_("Topic"), required=False)

    def __init__(self, *args: Any, topic: str = "", **kwargs: Any) -> None:
        """`topic` is the one it has, which may be none of ours."""
        super().__init__(*args, **kwargs)
        offered = [("", _("None yet")), *topics()]
        if topic and topic not in dict(offered):
            offered.append((topic, topic))
        field: Any = self.fields["topic"]
        field.choices = offered


class NewForm(SortForm):
    """What a customer says, written down by somebody who works here."""

    channel = forms.ChoiceField(label=_("Channel"), choices=Ticket.Channel.choices)
    subject = forms.CharField(label=_("Subject"), required=False, max_length=LONGEST_SUBJECT)
    words = forms.CharField(
        label=_("What the customer says"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 6}),
        strip=True,
    )
    is_mine = forms.BooleanField(label=_("I look after it"), required=False)
    number = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("channel", "subject", "words", "topic", "priority", "is_mine", "number")


class OwnerForm(forms.Form):
    owner = forms.ChoiceField(label=_("Looked after by"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["owner"]
        field.choices = [("", _("Nobody yet")), *colleagues()]

    @property
    def chosen(self) -> uuid.UUID | None:
        """Who was chosen; None for nobody."""
        text = self.cleaned_data["owner"]
        return uuid.UUID(text) if text else None


class EscalateForm(OwnerForm):
    words = forms.CharField(
        label=_("Why it needs help"), max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 2})
    )
    field_order = ("words", "owner")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["owner"]
        field.choices = [("", _("Nobody in particular")), *colleagues()]
        field.label = _("Who helps")


STARS = [(str(number), str(number)) for number in range(1, 6)]


class RatingForm(forms.Form):
    """The page behind the link to rate."""

    stars = forms.TypedChoiceField(
        label=pgettext_lazy("ticket", "How did we do?"), choices=STARS, coerce=int, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("Anything you would like to add"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
