"""What is asked to connect a website or an app."""

from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy

LONGEST = 200
UNREADABLE = gettext_lazy("Write the address as it stands in the browser, for example https://shop.example.")


class ConnectForm(forms.Form):
    """A name, and where the pages are."""

    name = forms.CharField(
        label=gettext_lazy("Name of the website or app"),
        max_length=60,
        help_text=gettext_lazy("Latin letters and digits, for example “Web shop”. Staff see it beside each event."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    origin = forms.CharField(
        label=gettext_lazy("Address of the website"),
        required=False,
        max_length=LONGEST,
        help_text=gettext_lazy("For example https://shop.example. Leave it empty for an app or a server."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "https://"}),
    )

    def clean_origin(self) -> str:
        """Scheme and host, as browsers name a website; what follows the host is dropped."""
        told = self.cleaned_data["origin"].strip()
        if not told:
            return ""
        try:
            parts = urlsplit(told if "//" in told else f"https://{told}")
            port = f":{parts.port}" if parts.port else ""
            host = (parts.hostname or "").encode("idna").decode()
        except (ValueError, UnicodeError):
            raise forms.ValidationError(UNREADABLE) from None
        if not host or parts.scheme not in {"http", "https"}:
            raise forms.ValidationError(UNREADABLE)
        return f"{parts.scheme}://{host}{port}"
