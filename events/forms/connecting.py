"""What is asked to connect a website or an app, and what can be changed of it afterwards."""

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cdp.core import sources

LONGEST = 200
MOST_ORIGINS = 50
UNREADABLE = gettext_lazy("Write the address as it stands in the browser, for example https://shop.example.")


def origin(told: str) -> tuple[str, str]:
    """(origin, what was cut off) of a written address: scheme and host, as browsers name a website, and the rest.

    Raises ValidationError.
    """
    try:
        parts = urlsplit(told if "//" in told else f"https://{told}")
        port = f":{parts.port}" if parts.port else ""
        host = (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError):
        raise forms.ValidationError(UNREADABLE) from None
    if not host or parts.scheme not in {"http", "https"}:
        raise forms.ValidationError(UNREADABLE)
    rest = parts._replace(scheme="", netloc="").geturl().strip("/")
    return f"{parts.scheme}://{host}{port}", f"/{rest}" if rest else ""


class ConnectForm(forms.Form):
    """A name, and where the pages are. `cut` is what was left off the address."""

    cut = ""

    name = forms.CharField(
        label=gettext_lazy("Name of the website or app"),
        max_length=sources.LONGEST_NAME,
        help_text=gettext_lazy("For example “Web shop”. Staff see it beside each event."),
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
        """Scheme and host, as browsers name a website; what follows the host is cut off and told."""
        told = self.cleaned_data["origin"].strip()
        if not told:
            return ""
        found, self.cut = origin(told)
        return found


class SourceForm(forms.Form):
    """What an administrator may change of a connected website."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=sources.LONGEST_NAME)
    origins = forms.CharField(
        label=gettext_lazy("Addresses whose pages may send"),
        required=False,
        max_length=MOST_ORIGINS * LONGEST,
        help_text=gettext_lazy(
            "One on each line, for example https://shop.example. Pages and pictures of products are taken from these"
            " hosts only: add the one that keeps your pictures, too. Leave it empty for an app or a server."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "none", "class": "mono"}),
    )

    def clean_origins(self) -> list[str]:
        """Each once, in the order in which they were written; an address with a path is refused, not cut unseen."""
        found: dict[str, Any] = {}
        for line in re.split(r"[\s,]+", self.cleaned_data["origins"].strip()):
            if line in {"", "*"}:
                found.update({line: None} if line else {})
                continue
            whole, cut = origin(line)
            if cut:
                raise forms.ValidationError(
                    _("Browsers name a website without what follows its host: write %(origin)s instead of %(told)s.")
                    % {"origin": whole, "told": line[:LONGEST]}
                )
            if len(whole) > LONGEST:
                raise forms.ValidationError(UNREADABLE)
            found[whole] = None
        if len(found) > MOST_ORIGINS:
            raise forms.ValidationError(_("At most %(most)s addresses.") % {"most": MOST_ORIGINS})
        return list(found)
