"""How what people said, were shown and asked for reads to them."""

from collections.abc import Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cdp.core import readable, sources
from cdp.core.readable import Reading, Row
from consent.models import Channel
from consent.rules import browsers, notices
from consent.rules.evidence import KINDS
from consent.selectors import purposes
from customers.rules import places

EVIDENCE = {
    "text": _("What you read"),
    "banner": _("What you read"),
    "shown": _("What else stood there"),
    "page": _("Page"),
    "form": _("Form"),
    "how": _("How"),
    "signal": _("What your browser said"),
    "guardian": _("Guardian"),
    "ip": _("Network"),
    "user_agent": _("Browser"),
}
"""What of a proof tells people something, in this order; the rest of it is for programs."""


ON_HOLD = {
    "accuracy": _("you said that they are not right"),
    "unlawful": _("you held our use of them to be unlawful"),
    "claims": _("you needed them for a claim"),
    "objection": _("you objected"),
    "asked": _("you asked for it"),
    "staff": _("our staff"),
}
PLACES = {
    "preferences": _("your settings page"),
    "confirm": _("the page behind a link in a message"),
    "guardian": _("the page for guardians"),
    "review": _("the page that asked you again"),
    "counter": _("at the counter"),
    "phone": _("on the phone"),
    "signup": _("sign-up form"),
    "warranty": _("warranty form"),
    "preorder": _("pre-order form"),
    "feedback": _("review form"),
    "unsubscribe": _("the page for unsubscribing"),
    "kiosk": _("tablet in the shop"),
    "qr-counter": _("QR code at the counter"),
    "browser": _("your browser"),
    "staff": _("our staff"),
    "message:": _("by a link in a message"),
    "request:": _("your request"),
    "api": _("a connected program"),
    "import": _("taken over from an earlier system"),
}
TEXTS = {notices.PRIVACY: _("Privacy policy"), notices.TERMS: _("Terms")}
HOW = {"left unticked": _("you were asked and left the box empty")}
METHODS = {
    "form": _("in a form"),
    "preferences": _("your settings page"),
    "unsubscribe": _("by a link in a message"),
    "tracking": _("on the website"),
    "gpc": _("by your browser's signal"),
    "import": _("taken over from an earlier system"),
    "guardian": _("by your guardian"),
    "request": _("you asked for it"),
}


def _places() -> dict[str, object]:
    return {**PLACES, **sources.names()}


def _channels() -> dict[str, object]:
    return {str(channel): channel.label for channel in Channel}


def _purposes() -> dict[str, str]:
    return purposes.names((get_language() or "en")[:2])


def _language(row: Row) -> str:
    return places.language_name(row["language"], (get_language() or "en")[:2])


def _boxes(row: Row) -> str:
    named, ways = _purposes(), _channels()
    return "\n".join(
        f"{named.get(purpose, purpose)} · {ways.get(channel, channel)}" for purpose, channel in row["boxes"]
    )


def _versions(row: Row) -> str:
    named = {**_places(), **_purposes()}
    told = ((TEXTS.get(name) or named.get(notices.key_of(name), name), version) for name, version in _sorted(row))
    return "\n".join(f"{text} ({version})" for text, version in told)


def _sorted(row: Row) -> list[tuple[str, str]]:
    return sorted((row["versions"] or {}).items())


def _proof(row: Row) -> str:
    """What is kept as proof, with the page, the form and the browser called as people call them."""
    kept = readable.opened(row["evidence"])
    if not isinstance(kept, Mapping):
        return readable.flat(kept)
    named = {"page": PLACES, "form": PLACES, "how": HOW}
    told = {}
    for part in EVIDENCE:
        value = kept.get(part)
        if part == "user_agent" and value:
            value = browsers.name(str(value))
        elif part in named and isinstance(value, str):
            value = str(named[part].get(value, value))
        if value:
            told[part] = value
    return readable.flat(told, EVIDENCE)


def _ending(row: Row) -> str:
    return KINDS[row["kind"]].ending if row["kind"] in KINDS else row["kind"]


readable.declare(
    "consent.ConsentRecord",
    Reading(
        _("What you allowed and refused, each purpose and way by itself"),
        {
            "at": _("When"),
            "purpose": _("What for"),
            "channel": _("Way"),
            "status": _("What you said"),
            "method": _("How"),
            "source": _("Came through"),
            "evidence": _("What was kept as proof"),
        },
        newest="at",
        names={"purpose": _purposes, "channel": _channels, "source": _places},
        told={
            "method": lambda row: str(METHODS.get(row["method"], _("told to us"))),
            "evidence": _proof,
        },
    ),
)
readable.declare(
    "consent.EvidenceFile",
    Reading(
        _("Papers and recordings that prove what you said"),
        {"added_at": _("When"), "name": _("Name"), "kind": _("What it is"), "file": _("File")},
        newest="added_at",
        told={
            "kind": lambda row: _ending(row).upper(),
            "file": lambda row: f"files/{row['id']}.{_ending(row)}",
        },
    ),
)
readable.declare(
    "consent.SpecialDetail",
    Reading(
        _("Sensitive details you told us"),
        {"told_at": _("When"), "field": _("What about"), "value": _("What you told")},
        newest="told_at",
    ),
)
readable.declare(
    "consent.ServedNotice",
    Reading(
        _("Texts about your data that you were shown"),
        {
            "shown_at": _("When"),
            "place": _("Came through"),
            "language": _("Language"),
            "versions": _("Text and version"),
            "answered_at": _("You answered"),
        },
        newest="shown_at",
        names={"place": _places},
        told={"language": _language, "versions": _versions},
    ),
)
readable.declare(
    "consent.TermsAcceptance",
    Reading(
        _("Terms you accepted"),
        {"at": _("When"), "version": _("Version"), "language": _("Language"), "place": _("Came through")},
        newest="at",
        names={"place": _places},
        told={"language": _language},
    ),
)
readable.declare(
    "consent.Restriction",
    Reading(
        _("Times when your data were on hold"),
        {"since": _("Since"), "until": _("Until"), "lifted_at": _("Ended"), "reason": _("Reason")},
        newest="since",
        names={"reason": lambda: ON_HOLD},
    ),
)
readable.declare(
    "consent.Pending",
    Reading(
        _("Ticks that waited for you to confirm them"),
        {
            "at": _("When"),
            "boxes": _("What for"),
            "state": _("What became of it"),
            "settled_at": _("Settled"),
            "source": _("Came through"),
        },
        newest="at",
        names={"source": _places},
        told={"boxes": _boxes},
    ),
)
readable.declare(
    "consent.ContactWish",
    Reading(
        _("How often you want to hear from us"),
        {"frequency": _("How often"), "paused_until": _("Quiet until"), "changed_at": _("Chosen")},
    ),
)
readable.declare(
    "consent.Guardianship",
    Reading(
        _("What your guardian was asked"),
        {
            "asked_at": _("When"),
            "name": _("Guardian"),
            "channel": _("Way"),
            "address": _("Sent to"),
            "boxes": _("What for"),
            "state": _("What became of it"),
            "decided_at": _("Decided"),
            "ends_on": _("Good until"),
        },
        newest="asked_at",
        names={"channel": _channels},
        told={"boxes": _boxes},
    ),
)
readable.declare(
    "consent.Confirmation",
    Reading(
        _("That we told you what we noted"),
        {"at": _("When"), "kind": _("What it was"), "channel": _("Way")},
        newest="at",
        names={"channel": _channels},
    ),
)
readable.declare(
    "consent.BreachPerson",
    Reading(
        _("Incidents with data that concerned you"),
        {"added_at": _("Found out"), "told_at": _("You were told")},
        newest="added_at",
    ),
)
readable.declare("consent.LegalHold", Reading(_("Duties to keep your data for a time")))
readable.declare_inner("consent.ConsentState")
