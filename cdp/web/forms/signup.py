"""The public sign-up form. Consent boxes start unticked, one for each purpose and channel."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from consent.selectors import purposes
from customers.rules import people

INTERESTS = (
    ("skincare", _("Skincare")),
    ("home", pgettext_lazy("interest", "Home")),
    ("fragrance", _("Fragrance")),
    ("gifts", _("Gifts")),
    ("wellness", _("Wellness")),
)
HEARD = (
    ("", _("Choose one")),
    ("friend", _("From a friend")),
    ("walk-in", _("I walked by")),
    ("line", "LINE"),
    ("facebook", "Facebook"),
    ("instagram", "Instagram"),
    ("google", "Google"),
    ("other", _("Somewhere else")),
)
HOME_OF = {"th": "TH", "ko": "KR"}
ASKED = (("marketing", "email"), ("marketing", "sms"), ("marketing", "line"), ("profiling", "any"))


class SignupForm(forms.Form):
    """Name and one way to be reached; everything else is optional."""

    name = forms.CharField(label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    phone = forms.CharField(
        label=pgettext_lazy("number", "Phone"),
        max_length=40,
        required=False,
        help_text=_("From another country: with its country code, like +82 10 1234 5678."),
        widget=forms.TelInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    interests = forms.MultipleChoiceField(
        label=_("What are you interested in?"),
        choices=INTERESTS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    heard = forms.ChoiceField(label=_("How did you hear about us?"), choices=HEARD, required=False)
    # People never see it; programs that fill every field do.
    website = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add one unticked box per purpose and channel, in the words of the register."""
        super().__init__(*args, **kwargs)
        self.consents: dict[str, tuple[str, str, str]] = {}
        wording = {purpose.key: purpose for purpose in purposes.offered(get_language() or "en")}
        for purpose, channel in ASKED:
            if purpose not in wording or channel not in wording[purpose].channels:
                continue
            name = f"consent_{purpose}_{channel}"
            label = wording[purpose].name
            if channel != "any":
                label = gettext("%(purpose)s by %(channel)s") % {
                    "purpose": label,
                    "channel": purposes.channel_name(channel),
                }
            self.consents[name] = (purpose, channel, label)
            self.fields[name] = forms.BooleanField(
                label=label, required=False, initial=False, help_text=wording[purpose].description
            )

    def clean(self) -> dict[str, Any]:
        """Read the person with the one standard of all doors; its faults stand at their fields."""
        data = super().clean() or {}
        raw = {name: str(data.get(name) or "") for name in ("name", "email", "phone")}
        today = timezone.localdate()
        language = (get_language() or "")[:2]
        self.person, faults = people.clean(raw, people.Rules(region=settings.CDP_SHOP_COUNTRY, today=today))
        if any(fault.field == "phone" for fault in faults) and language in HOME_OF:
            # A number without its country code: the reader's country is the next best guess after the shop's.
            again, fewer = people.clean(raw, people.Rules(region=HOME_OF[language], today=today))
            if len(fewer) < len(faults):
                self.person, faults = again, fewer
        for fault in faults:
            self.add_error(fault.field, str(fault.problem.reason))
        for name in ("name", "email"):  # "-" and "n/a" are no fault elsewhere, but here somebody must be named
            if data.get(name) and not getattr(self.person, name) and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        self.person.interests = tuple(data.get("interests") or ())
        self.person.language = language
        if data.get("heard"):
            self.person.tags = (f"heard:{data['heard']}",)
        return data

    @property
    def is_robot(self) -> bool:
        """Whether the field that people cannot see was filled."""
        return bool(self.data.get("website"))

    def chosen(self) -> list[tuple[str, str, str]]:
        """The ticked boxes: purpose, channel and the words that stood beside them."""
        return [entry for name, entry in self.consents.items() if self.cleaned_data.get(name)]

    def shown(self) -> list[str]:
        """Every consent text the person saw, ticked or not."""
        return [label for _purpose, _channel, label in self.consents.values()]
