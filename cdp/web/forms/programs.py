"""What other programs may do here, and what they are told: API keys and webhooks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cdp.core import api_keys
from cdp.core.models import Source
from cdp.core.webhooks import registry
from cdp.web.forms.exports import purpose_names


class KeyForm(forms.Form):
    """A new API key."""

    name = forms.CharField(
        label=_("Which program is it for?"), max_length=120, help_text=_("For example: till in Silom. One key each.")
    )
    source = forms.ChoiceField(
        label=_("Where do its facts come from?"),
        help_text=_("What it writes is told as coming from there; customer numbers are unique within it."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Give what the program needs and no more: a key that leaks can do no more either."),
        error_messages={"required": _("Choose at least one thing it may do.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the sources there are, and one for programs."""
        super().__init__(*args, **kwargs)
        sources = [(row.key, row.name) for row in Source.objects.order_by("name")[:500]]
        if not any(key == "api" for key, _name in sources):
            sources.insert(0, ("api", "API"))
        _choices(self, "source", sources)
        _choices(self, "scopes", [(scope, scope) for scope in api_keys.SCOPES])


class WebhookForm(forms.Form):
    """A subscription."""

    name = forms.CharField(label=_("Which system is told?"), max_length=120)
    url = forms.CharField(
        label=_("Address"), max_length=500, help_text=_("Begins with https://; deliveries are signed."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    purpose = forms.ChoiceField(
        label=_("What does the receiver use it for?"),
        widget=forms.RadioSelect,
        help_text=_("Each person is judged by it: of whoever did not allow it, nothing is told."),
    )
    events = forms.MultipleChoiceField(
        label=_("What it is told"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one event.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the events that rooms have declared."""
        super().__init__(*args, **kwargs)
        _choices(self, "purpose", list(purpose_names().items()))
        _choices(self, "events", [(one.key, f"{one.title} ({one.key})") for one in registry.every().values()])
        self.fields["purpose"].initial = "third_party"


def _choices(form: forms.Form, name: str, choices: list[Any]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]
    form.fields[name].widget.choices = choices
