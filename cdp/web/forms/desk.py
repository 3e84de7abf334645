"""The forms of the counter and the phone. Few fields, and everything but what identifies a person is optional."""

import datetime as dt
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cdp.core import ids
from cdp.web.desk import talks
from customers.models import FormChoice, Interaction
from customers.rules import people
from customers.rules.people import Person, Rules
from customers.rules.profiling import Reply
from customers.selectors import choices, interactions

ANSWER = "answer_"
"""How the fields of an answer are called in a form: `answer_email`."""


def rules() -> Rules:
    """How values are read here and today."""
    return Rules(region=settings.CDP_SHOP_COUNTRY, today=timezone.localdate(), dayfirst=True)


class NewPersonForm(forms.Form):
    """Somebody who is not known yet: a name and a number are enough."""

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "words"}),
    )
    phone = forms.CharField(
        label=pgettext_lazy("number", "Phone"),
        max_length=60,
        required=False,
        widget=forms.TelInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email", "autocapitalize": "none"}),
    )
    heard = forms.ChoiceField(label=_("How did they hear about us?"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The ways of hearing in the reader's language."""
        super().__init__(*args, **kwargs)
        self.fields["heard"].choices = [  # type: ignore[attr-defined]
            ("", _("Not asked")),
            *choices.offered(FormChoice.List.HEARD, get_language() or settings.LANGUAGE_CODE),
        ]
        self.person = Person()

    def clean(self) -> dict[str, Any]:
        """Read the person by the one standard of all doors."""
        data = super().clean() or {}
        raw = {field: str(data.get(field) or "") for field in ("name", "phone", "email")}
        self.person, faults = people.clean(raw, rules())
        for fault in faults:
            self.add_error(fault.field, str(fault.problem.reason))
        if not faults and not self.person.is_identified:
            self.add_error("phone", _("Give a phone number or an e-mail address."))
        return data


class TalkForm(forms.Form):
    """What a call or visit was about and what became of it."""

    talk = forms.UUIDField(widget=forms.HiddenInput)
    started_at = forms.CharField(widget=forms.HiddenInput, max_length=40)
    direction = forms.ChoiceField(
        label=_("Who called?"), choices=Interaction.Direction.choices, required=False, widget=forms.RadioSelect
    )
    topic = forms.ChoiceField(label=_("What was it about?"), required=False, widget=forms.RadioSelect)
    outcome = forms.ChoiceField(
        label=_("What became of it?"), choices=Interaction.Outcome.choices, required=False, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 4000})
    )
    follow_up_on = forms.DateField(
        label=_("Get back to them on"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The shop's topics; the id and the moment of this form where it is new."""
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = interactions.topics(get_language() or "en")  # type: ignore[attr-defined]
        if not self.is_bound:
            self.initial = {
                **self.initial,
                "talk": ids.uuid7(),
                "started_at": timezone.now().isoformat(),
                "direction": Interaction.Direction.IN,
            }

    @property
    def is_silent(self) -> bool:
        """Whether nothing was written down of the talk itself."""
        data = self.cleaned_data
        return not any(data.get(name) for name in ("topic", "outcome", "text", "follow_up_on"))

    def told(self, kind: str) -> talks.Talk:
        """The talk as it is to be kept."""
        data = self.cleaned_data
        return talks.Talk(
            id=data["talk"],
            kind=kind,
            direction=data["direction"] or Interaction.Direction.IN,
            topic=data["topic"],
            outcome=data["outcome"],
            text=data["text"],
            started_at=_moment(data["started_at"]),
            follow_up_on=data["follow_up_on"],
        )


def _moment(text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return timezone.now()
    return found if timezone.is_aware(found) else timezone.now()


def answer(data: Any) -> talks.Answer | None:
    """The reply in a posted form: what was chosen, or an answer that was simply typed; None where nothing was asked."""
    question, said = data.get("question", ""), data.get("reply", "")
    told: dict[str, Any] = {}
    for name in data:
        if name.startswith(ANSWER):
            values = [value for value in data.getlist(name) if value.strip()]
            if values:
                told[name.removeprefix(ANSWER)] = values if name == f"{ANSWER}interests" else values[-1]
    if isinstance(told.get("interests"), list):
        told["interests"] = [word for text in told["interests"] for word in text.split(",") if word.strip()]
    if not question or not (said or told):
        return None
    reply = Reply(said) if said in Reply.__members__.values() else Reply.TOLD
    return talks.Answer(question, reply, told)


class SaleForm(forms.Form):
    """A purchase: an amount, articles, or both."""

    sale = forms.UUIDField(widget=forms.HiddenInput)
    amount = forms.DecimalField(
        label=_("Amount"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=14,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    articles = forms.CharField(
        label=_("Articles"),
        required=False,
        max_length=2000,
        help_text=_("Scan them or write their numbers, with blanks between."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The id of this purchase where the form is new."""
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial = {**self.initial, "sale": ids.uuid7()}

    @property
    def numbers(self) -> Iterable[str]:
        """The articles one by one."""
        return str(self.cleaned_data["articles"]).replace(",", " ").split()

    @property
    def id(self) -> uuid.UUID:
        """Which purchase."""
        return uuid.UUID(str(self.cleaned_data["sale"]))


class CardForm(forms.Form):
    """The token of a payment card, as the terminal gives it."""

    card_token = forms.CharField(
        label=_("Token of the card"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean(self) -> dict[str, Any]:
        """Read it; the number of a card itself is refused and not repeated."""
        data = super().clean() or {}
        self.person, faults = people.clean({"card_token": str(data.get("card_token") or "")}, rules())
        for fault in faults:
            self.add_error(fault.field, str(fault.problem.reason))
        if faults:
            # A number typed by mistake does not stay on a screen that the whole shop can see.
            self.data = {"card_token": ""}
        return data
