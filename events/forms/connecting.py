"""What is asked to connect a website or an app, and what can be changed of it afterwards."""

import ipaddress
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cdp.core import sources

LONGEST = 200
"""What a source keeps of one origin."""
MOST_ORIGINS = 50
UNREADABLE = gettext_lazy("Write the address as it stands in the browser, for example https://shop.example.")
_OWN_PORTS = {"http": 80, "https": 443}
"""Browsers leave out the port that a scheme has anyway."""
_HOST = re.compile(r"[a-z0-9._-]+", re.ASCII)


def origin(told: str) -> tuple[str, str]:
    """(origin, what was cut off) of a written address: scheme and host, as browsers name a website, and the rest.

    Letter for letter what a browser sends, for the door compares it so. Raises ValidationError, too, for one that a
    source cannot keep.
    """
    try:
        parts = urlsplit(told if "//" in told else f"https://{told}")
        port = "" if parts.port in {None, _OWN_PORTS.get(parts.scheme)} else f":{parts.port}"
        host = _host(parts.hostname or "")
    except (ValueError, UnicodeError):
        raise forms.ValidationError(UNREADABLE) from None
    whole = f"{parts.scheme}://{host}{port}"
    if not host or parts.scheme not in _OWN_PORTS or len(whole) > LONGEST:
        raise forms.ValidationError(UNREADABLE)
    rest = parts._replace(scheme="", netloc="").geturl().strip("/")
    return whole, f"/{rest}" if rest else ""


def origins(told: Iterable[str]) -> list[str]:
    """Each written address as an origin, once, in their order; `*` stands for all. Raises ValidationError, also for an
    address with a path: a path is refused, not cut unseen.
    """
    found: dict[str, Any] = {}
    for line in filter(None, map(str.strip, told)):
        whole, cut = (line, "") if line == "*" else origin(line)
        if cut:
            raise forms.ValidationError(
                _("Browsers name a website without what follows its host: write %(origin)s instead of %(told)s.")
                % {"origin": whole, "told": line[:LONGEST]}
            )
        found[whole] = None
    if len(found) > MOST_ORIGINS:
        raise forms.ValidationError(_("At most %(most)s addresses.") % {"most": MOST_ORIGINS})
    return list(found)


def _host(told: str) -> str:
    """A host as browsers write it; empty for what none can be. Raises ValueError."""
    if ":" in told:
        # In brackets and as short as can be; browsers know no zones of a machine's own network.
        return f"[{ipaddress.IPv6Address(told).compressed}]" if "%" not in told else ""
    host = told.encode("idna").decode().lower()
    return host if _HOST.fullmatch(host) else ""


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
    """What an owner may change of a connected website."""

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
        """As `origins` reads them, apart by commas, blanks or lines."""
        return origins(re.split(r"[\s,]+", self.cleaned_data["origins"].strip()))
