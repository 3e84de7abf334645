"""What all public forms share: screens, the person, unticked consent boxes, the token, and what only robots fill in."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cdp.core import minimising
from cdp.core.files import dates, problems
from consent.rules import notices, preferences
from consent.rules.packs import Basis
from consent.selectors import jurisdiction, policies, purposes
from customers.rules import homes, people, unreadable
from customers.rules.profiling import Input
from customers.selectors import questions
from customers.selectors.questions import Question

ASKED = (
    *(("marketing", channel) for channel in ("email", "sms", "line", "kakao")),
    ("profiling", "any"),
)
COUNTRY_OF_LANGUAGE = {"th": "TH", "ko": "KR"}
"""Where a reader lives, most likely: of which the messengers that are asked about depend."""
PERSON = ("name", "email", "phone")
TERMS = "accept_terms"
LINE_ID = "line_id"
FIELDS_OF_WAYS = {"email": "email", "sms": "phone", "kakao": "phone", "line": LINE_ID}
"""Without which field of the form a ticked way of contact would be one that does not exist."""
NEEDED = {
    "email": _("Give your e-mail address as well, or untick this: else it cannot reach you."),
    "phone": _("Give your phone number as well, or untick this: else it cannot reach you."),
    LINE_ID: _("Give your LINE ID as well, or untick LINE: else it cannot reach you."),
}
LABELS = {
    "heard": _("How did you hear about us?"),
    "birth_date": _("Date of birth"),
    "interests": _("What are you interested in?"),
    "line_id": _("LINE ID"),
    "gender": _("Gender"),
    "chose": _("Why did you choose us?"),
}
"""What a form can ask besides its own. The shop's sentences are to be spoken, with the manners of speaking."""
OLDEST_PURCHASE = dt.timedelta(days=366 * 30)


@dataclass(frozen=True, slots=True)
class Screen:
    """One thought: on a phone it is a screen of its own. `asks` adds the next useful question of the shop's own list at
    its end, `consents` the boxes.
    """

    title: str | Promise
    fields: Sequence[str] = ()
    text: str | Promise = ""
    consents: bool = False
    asks: bool = False


class DayField(forms.Field):
    """A day, by the browser's own picker or typed in any usual form, Buddhist era included."""

    def __init__(self, **kwargs: Any) -> None:
        """The picker speaks the person's language; without one it is a line to type into."""
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> dt.date | None:
        """The day, or None. The error says what is wrong with it."""
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return dates.day(text, dayfirst=True)
        except problems.ValueProblem as problem:
            raise forms.ValidationError(str(problem.reason)) from problem


def _field_of(question: Question) -> forms.Field:
    """The question as a field that may stay empty."""
    words: dict[str, Any] = {"label": LABELS[question.key], "required": False}
    item = question.item
    if item.input is Input.CHOICE:
        return forms.ChoiceField(choices=[("", _("Choose one")), *question.choices], **words)
    if item.input is Input.CHOICES:
        return forms.MultipleChoiceField(choices=question.choices, widget=forms.CheckboxSelectMultiple, **words)
    if item.input is Input.DATE:
        return forms.CharField(max_length=40, widget=forms.DateInput(attrs={"type": "date"}), **words)
    return forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}), **words)


class PublicForm(forms.Form):
    """Name and one way to be reached; subclasses add what they are about."""

    key: ClassVar[str] = ""
    screens: ClassVar[Sequence[Screen]] = ()
    conditional: ClassVar[frozenset[str]] = frozenset({"email", "phone"})
    """What may be needed after all, and so must not be called optional."""
    terms_reason: str | Promise = ""
    """Why the form asks to accept the terms; one without a reason does not ask."""

    name = forms.CharField(label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    phone = forms.CharField(
        label=pgettext_lazy("number", "Phone"),
        max_length=40,
        required=False,
        help_text=_("From another country: with its country code, like +82 10 1234 5678."),
        widget=forms.TelInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    # People never see it; programs that fill every field do.
    website = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))
    form_token = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, is_kiosk: bool = False, **kwargs: Any) -> None:
        """Add one unticked box per purpose and channel, in the words of the register."""
        super().__init__(*args, **kwargs)
        self.person = people.Person()
        free = set(LABELS) - set(self.fields) - set(minimising.stopped())
        self.named = questions.named([key for key in self._named() if key in free])
        self.asked = questions.on_form(
            among=LABELS.keys() - self.fields.keys() - {one.key for one in self.named}, now=timezone.now()
        )
        for question in self._questions:
            self.fields[question.key] = _field_of(question)
        self.terms = self._terms()
        if self.terms:
            # A box of its own, apart from all that may be refused: it belongs to the contract, not to any consent.
            self.fields[TERMS] = forms.BooleanField(
                label=_("I accept the terms of use"),
                help_text=str(self.terms_reason),
                error_messages={"required": _("Please accept the terms, or leave this form: nothing has been sent.")},
            )
        self.consents: dict[str, tuple[str, str, str]] = {}
        self.about: dict[str, str] = {}
        self.refusals: dict[str, str] = {}
        wording = {purpose.key: purpose for purpose in purposes.offered(get_language() or "en", with_refusals=True)}
        law = jurisdiction.of_told(language=get_language() or "")
        country = COUNTRY_OF_LANGUAGE.get((get_language() or "")[:2], settings.CDP_SHOP_COUNTRY)
        for purpose, channel in ASKED:
            if purpose not in wording or channel not in wording[purpose].channels:
                continue
            if not preferences.fits(channel, country) or law.basis(purpose, channel) is not Basis.CONSENT:
                continue  # who asks for a "yes" may not do it without one: what rests on no word is not asked
            if channel == "line" and not self._asks_line_id():
                continue
            name = f"consent_{purpose}_{channel}"
            label = wording[purpose].name
            if channel != "any":
                label = gettext("%(purpose)s by %(channel)s") % {
                    "purpose": label,
                    "channel": purposes.channel_name(channel),
                }
            self.consents[name] = (purpose, channel, "\n".join(filter(None, (label, wording[purpose].description))))
            # What the boxes of one purpose have in common is said once, above them.
            described = forms.CheckboxInput(attrs={"aria-describedby": f"about-{purpose}"})
            self.fields[name] = forms.BooleanField(label=label, required=False, initial=False, widget=described)
            self.about[purpose] = wording[purpose].description
            self.refusals[purpose] = wording[purpose].refusal
        if is_kiosk:  # the shop's tablet must not offer what the last person typed
            for field in self.fields.values():
                field.widget.attrs["autocomplete"] = "off"

    def _named(self) -> Sequence[str]:
        """Questions that this form asks for a reason of its own, besides its fields."""
        return ()

    @property
    def _questions(self) -> list[Question]:
        return [*self.named, *([self.asked] if self.asked else [])]

    @classmethod
    def kept(cls, data: QueryDict, *, is_kiosk: bool) -> Self:
        """The form as it was filled in up to here, judged by nobody yet."""
        form = cls(is_kiosk=is_kiosk)
        form.initial = {
            name: field.widget.value_from_datadict(data, MultiValueDict(), name) for name, field in form.fields.items()
        }
        return form

    def _asks_line_id(self) -> bool:
        """Ask for it beside the box that needs it, where nothing else does; False where it is not collected."""
        if LINE_ID not in self.fields and LINE_ID not in minimising.stopped():
            self.fields[LINE_ID] = forms.CharField(
                label=LABELS[LINE_ID],
                max_length=200,
                required=False,
                help_text=_("Only if you ticked LINE. You find it in LINE under your profile."),
                widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
            )
        return LINE_ID in self.fields

    def names_on(self, screen: str) -> Sequence[str]:
        """The fields of one screen by its number from 0; none for a number that is none."""
        numbers = {str(number): one for number, one in enumerate(self.screens)}
        if screen not in numbers:
            return []
        return [*self._names(numbers[screen]), *([TERMS] if numbers[screen].consents and self.terms else [])]

    def _names(self, screen: Screen) -> list[str]:
        asked = [one.key for one in self._questions] if screen.asks else []
        return [name for name in (*screen.fields, *asked) if name in self.fields]

    def _terms(self) -> bool:
        """Whether this form asks to accept the terms: it has a reason to, and there are terms."""
        return bool(self.terms_reason) and bool(policies.current_version("terms", at=timezone.now()))

    @property
    def texts(self) -> list[str]:
        """The names of all texts that stand in this form, for what is kept of who was shown what."""
        asked = [notices.of_purpose(purpose) for purpose in self.about]
        documents = [notices.PRIVACY, *([notices.TERMS] if self.terms else [])]
        return [notices.of_disclosure("form", self.key), *documents, *asked]

    @property
    def pages(self) -> list[dict[str, Any]]:
        """The screens with their fields, for the template."""
        return [
            {
                "title": screen.title,
                "text": screen.text,
                "fields": [self[name] for name in self._names(screen)],
                "consents": self._boxes() if screen.consents else [],
                "terms": self[TERMS] if screen.consents and self.terms else None,
            }
            for screen in self.screens
        ]

    def _boxes(self) -> list[dict[str, Any]]:
        """The boxes by their purpose, with the words that hold for all of one."""
        return [
            {
                "purpose": purpose,
                "about": about,
                "refusal": self.refusals[purpose],
                "boxes": [
                    self[field]
                    for name, (asked, channel, _words) in self.consents.items()
                    if asked == purpose
                    for field in (name, *([LINE_ID] if channel == "line" and self._is_line_id_here() else []))
                ],
            }
            for purpose, about in self.about.items()
        ]

    def _is_line_id_here(self) -> bool:
        """Whether it stands beside its box, and not on a screen of its own as the question that is asked next."""
        return all(one.key != LINE_ID for one in self._questions)

    def clean(self) -> dict[str, Any]:
        """Read the person with the one standard of all doors; its faults stand at their fields."""
        data = super().clean() or {}
        self.person = self._read_person({name: str(data.get(name) or "") for name in PERSON} | self._told(data))
        self._need_ways(data)
        self._keep_answers(data)
        if data.get("name") and not self.person.name and "name" not in self.errors:
            self.add_error("name", self.fields["name"].error_messages["required"])
        if not (self.person.email or self.person.phone or {"email", "phone"} & set(self.errors)):
            self.add_error("email", gettext("Give an e-mail address or a phone number, so that we can reach you."))
        self.person.language = (get_language() or "")[:2]
        return data

    def _need_ways(self, data: dict[str, Any]) -> None:
        """A yes to a way of contact needs that way: what is missing is said, at its box or at the LINE ID."""
        for name, (_purpose, channel, _words) in self.consents.items():
            field = FIELDS_OF_WAYS.get(channel, "")
            if not field or not data.get(name) or getattr(self.person, field) or field in self.errors:
                continue
            self.add_error(LINE_ID if field == LINE_ID else name, str(NEEDED[field]))

    def _told(self, data: dict[str, Any]) -> dict[str, str]:
        """The LINE ID, and the answers to questions as fields of the person, where one standard reads it."""
        told = {LINE_ID: str(data.get(LINE_ID) or "")} if LINE_ID in self.fields else {}
        items = [one.item for one in self._questions if not one.item.tag and one.item.input is not Input.CHOICES]
        return told | {item.fields[0]: str(data.get(item.key) or "") for item in items}

    def _keep_answers(self, data: dict[str, Any]) -> None:
        """The answers that are choices of the shop's own words."""
        for item in (one.item for one in self._questions):
            given = data.get(item.key)
            if given and item.tag:
                self.person.tags = (*self.person.tags, f"{item.tag}{given}")
            elif given and item.input is Input.CHOICES:
                self.person.interests = tuple(given)

    def _read_person(self, raw: dict[str, str]) -> people.Person:
        today = timezone.localdate()
        language = (get_language() or "")[:2]
        person, faults = people.clean(raw, people.Rules(region=settings.CDP_SHOP_COUNTRY, today=today))
        if any(fault.field == "phone" for fault in faults) and language in homes.OF_LANGUAGE:
            # A number without its country code: the reader's country is the next best guess after the shop's.
            again, fewer = people.clean(raw, people.Rules(region=homes.OF_LANGUAGE[language], today=today))
            if len(fewer) < len(faults):
                person, faults = again, fewer
        for fault in faults:
            self.add_error(fault.field if fault.field in self.fields else None, str(fault.problem.reason))
        return person

    def check_day(self, name: str, *, earliest: dt.date, latest: dt.date) -> None:
        """An error at the field for a day outside of these."""
        day = self.cleaned_data.get(name)
        if day is not None and day > latest:
            self.add_error(name, str(unreadable.Unreadable("in_the_future").reason))
        elif day is not None and day < earliest:
            self.add_error(name, gettext("This lies too far back; check the year."))

    @property
    def is_robot(self) -> bool:
        """Whether the field that people cannot see was filled."""
        return bool(self.data.get("website"))

    @property
    def content(self) -> dict[str, Any]:
        """What was filled in, as plain values: the same again is the same sending."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"website", "form_token"}}

    def chosen(self) -> list[tuple[str, str, str]]:
        """The ticked boxes: purpose, channel and the words that stood beside them."""
        return [entry for name, entry in self.consents.items() if self.cleaned_data.get(name)]

    def left_alone(self) -> list[tuple[str, str, str]]:
        """The boxes that were not ticked, as `chosen` has those that were."""
        return [entry for name, entry in self.consents.items() if not self.cleaned_data.get(name)]

    def shown(self) -> list[str]:
        """Every consent text the person saw, ticked or not."""
        return [words for _purpose, _channel, words in self.consents.values()]
