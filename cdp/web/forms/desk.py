"""The forms of the counter and the phone. Few fields, and everything but what identifies a person is optional."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cdp.web.desk import sales, talks
from customers.models import FormChoice, Interaction
from customers.rules import homes, people
from customers.rules.people import Person, Rules
from customers.rules.profiling import Reply
from customers.selectors import choices, interactions
from loyalty.rules import coupons as rules_of_coupons

ANSWER = "answer_"
"""How the fields of an answer are called in a form: `answer_email`."""
LONGEST = 60
_AROUND = re.compile(r"[\s฿₩$€£¥]")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")


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
        help_text=_("From another country: with its country code, like +82 10 1234 5678."),
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
        self.person, faults = homes.read(lambda rules_: people.clean(raw, rules_), rules())
        for fault in faults:
            self.add_error(fault.field, str(fault.problem.reason))
        if not faults and not self.person.is_identified:
            self.add_error("phone", _("Give a phone number or an e-mail address."))
        return data


class TalkForm(forms.Form):
    """What a call or visit was about and what became of it."""

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
        """The shop's topics."""
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = interactions.topics(get_language() or "en")  # type: ignore[attr-defined]
        if not self.is_bound:
            self.initial = {"direction": Interaction.Direction.IN, **self.initial}

    @property
    def is_silent(self) -> bool:
        """Whether nothing was written down of the talk itself."""
        given = self.data or self.initial
        return not any(given.get(name, "").strip() for name in ("topic", "outcome", "text", "follow_up_on"))

    def told(self, kind: str) -> talks.Talk:
        """The talk as it is to be kept."""
        data = self.cleaned_data
        return talks.Talk(
            kind=kind,
            direction=data["direction"] or Interaction.Direction.IN,
            topic=data["topic"],
            outcome=data["outcome"],
            text=data["text"],
            follow_up_on=data["follow_up_on"],
        )


def answer(data: Any) -> talks.Answer | None:
    """The reply in a posted form: what was chosen, or an answer that was simply typed; None where neither was."""
    question, said = data.get("question", "")[:LONGEST], data.get("reply", "")
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


class AmountField(forms.DecimalField):
    """An amount as people type it: `1290.5`, `1,290.50`, `฿ 1 290`."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """The number without what stands around and between its digits."""
        plain = _AROUND.sub("", str(value or ""))
        return super().to_python(plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain)


class SaleForm(forms.Form):
    """A purchase: an amount, articles, or both, and what pays for it beside money."""

    amount = AmountField(
        label=_("Amount"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=14,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    # A scanner ends each number with Enter, which must not send the form; and what is too long is refused in words,
    # not cut by the browser.
    articles = forms.CharField(
        label=_("Articles"),
        required=False,
        help_text=_("Scan them or write their numbers, with blanks between."),
        widget=forms.Textarea(attrs={"rows": 1, "autocomplete": "off", "autocapitalize": "characters"}),
    )
    known_coupon = forms.CharField(required=False)
    coupon = forms.CharField(
        label=_("Code of a coupon"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    reward = forms.CharField(required=False, max_length=40)
    points = AmountField(
        label=_("Points to spend"),
        required=False,
        min_value=Decimal(1),
        max_digits=12,
        decimal_places=0,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    credit = AmountField(
        label=_("Credit to use"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=14,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """One coupon: the one that was chosen or the one that was typed."""
        data = super().clean() or {}
        chosen, typed = rules_of_coupons.read(data.get("known_coupon") or ""), data.get("coupon") or ""
        if typed.strip() and chosen and rules_of_coupons.read(typed) != chosen:
            self.add_error("coupon", _("One coupon for each purchase: this is another one than the one chosen."))
        data["coupon"] = typed.strip() or chosen
        return data

    @property
    def is_silent(self) -> bool:
        """Whether nothing was bought."""
        return not any(self.data.get(name, "").strip() for name in self.fields)

    def told(self, number: str) -> sales.Sale:
        """The purchase as it is to be written."""
        data = self.cleaned_data
        articles = str(data["articles"]).replace(",", " ").split()
        return sales.Sale(
            number, data["amount"], articles, data["coupon"], data["points"], data["credit"], data["reward"]
        )


class CardForm(forms.Form):
    """The token of a payment card, as the terminal gives it."""

    card_token = forms.CharField(
        label=_("Token of the card"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "form": "sheet"}),
    )

    def clean(self) -> dict[str, Any]:
        """Read it; the number of a card itself is refused and not repeated."""
        data = super().clean() or {}
        if not str(data.get("card_token") or "").strip():
            self.add_error("card_token", _("Hold the card to the terminal, or type what it prints."))
        self.person, faults = people.clean({"card_token": str(data.get("card_token") or "")}, rules())
        for fault in faults:
            self.add_error(fault.field, str(fault.problem.reason))
        if faults:
            # A number typed by mistake does not stay on a screen that the whole shop can see.
            self.data = {"card_token": ""}
        return data
