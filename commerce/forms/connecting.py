"""What is asked to connect a store or a platform."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cdp.core import source_secrets, sources
from commerce.hooks.stores import Store


class ConnectForm(forms.Form):
    """Secrets go in and never come out: their fields are empty even after a mistake, but for the one that we propose.
    Only what that kind of store or platform has is asked for, by the names it has there.
    """

    name = forms.CharField(
        label=_("Name of the store or page"),
        max_length=sources.LONGEST_NAME,
        help_text=_(
            "If you import files of the same store or page, take the name they have: then both are one source."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    secret = forms.CharField(
        max_length=source_secrets.LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False),
        help_text=_("It is kept encrypted and cannot be shown again; a new one replaces it."),
    )
    token = forms.CharField(
        required=False,
        max_length=source_secrets.LONGEST_TOKEN,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False),
        help_text=_("We ask for a lead with it. It may come later; leads wait for it for seven days."),
    )
    consent_box = forms.CharField(
        label=_("Box for consent to marketing by e-mail"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "The key of the box in the form (LinkedIn: its number). Only when somebody ticks it, consent is recorded,"
            " with the lead as proof."
        ),
    )

    replaces = forms.BooleanField(
        label=_("Replace the connection of this name"),
        required=False,
        help_text=_("Its secret goes, and what is signed with it is turned away from then on."),
    )

    def __init__(self, *args: Any, store: Store, proposed: str = "", **kwargs: Any) -> None:
        """For one kind of store or platform; a `proposed` secret stands in its field already."""
        super().__init__(*args, **kwargs)
        self._store, self._proposed = store, proposed
        secret = self.fields["secret"]
        secret.label = str(store.guide.secret)
        if proposed:
            secret.initial = proposed
            secret.widget = _Proposed(proposed)
            secret.help_text = _(
                "It is the one made for you on this page; a secret of your own may take its place."
                " It is kept encrypted."
            )
        if store.guide.token:
            self.fields["token"].label = str(store.guide.token)
        else:
            del self.fields["token"]
        if not store.guide.has_consent_box:
            del self.fields["consent_box"]

    def clean_secret(self) -> str:
        """A secret that was cut while it was copied fits no signature: it is refused, and nothing of it is repeated."""
        text = str(self.cleaned_data["secret"]).strip()
        if self._proposed and text != self._proposed and text in self._proposed:
            raise forms.ValidationError(
                gettext("This is only a part of the secret made for you. Copy the whole of it.")
            )
        if len(text) < self._store.guide.shortest:
            raise forms.ValidationError(
                gettext(
                    "This has only %(count)s characters; a secret of %(store)s has at least %(least)s."
                    " Copy the whole of it."
                )
                % {"count": len(text), "store": self._store.name, "least": self._store.guide.shortest}
            )
        return text


class _Proposed(forms.PasswordInput):
    """Shows the proposed secret and nothing that somebody typed."""

    def __init__(self, proposed: str) -> None:
        super().__init__(attrs={"autocomplete": "off"})
        self._proposed = proposed

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        context["widget"]["value"] = self._proposed
        return context
