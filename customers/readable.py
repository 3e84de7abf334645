"""How this room's rows, and the notices of the outbox, read to the person whose they are."""

from collections.abc import Sequence

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cdp.core import outbox, readable, sources
from cdp.core.readable import Reading, Row
from customers.models import Customer
from customers.rules import bands, places, tags
from customers.selectors import changes


def _tongue() -> str:
    return (get_language() or "en")[:2]


def _languages() -> dict[str, str]:
    codes = ("th", "ko", "en", "ja", "zh", "de", "fr", "es", "it", "ru", "vi", "my", "lo", "km", "ms", "id")
    return {code: places.language_name(code, _tongue()) for code in codes}


def _countries() -> dict[str, str]:
    return {code: places.country_name(code, _tongue()) for code in places.countries()}


def _province(row: Row) -> str:
    return places.told_province(row["province"], _tongue()) if row["province"] else ""


def _channels() -> dict[str, str]:
    return {"email": str(_("E-mail")), "sms": "SMS", "line": "LINE", "kakao": "KakaoTalk"}


_ABOUT = ("name", "given_name", "family_name", "birth_date", *Customer.PLAIN, "interests", "tags")
readable.declare(
    "customers.Customer",
    Reading(
        _("Who you are"),
        {name: changes.NAMES[name] for name in _ABOUT} | {"name": _("Whole name"), "sources": _("How we know you")},
        names={"language": _languages, "country": _countries, "nationality": _countries},
        told={
            "gender": lambda row: str(dict(bands.GENDERS).get(row["gender"], row["gender"])),
            "province": _province,
            "income_band": lambda row: bands.shown("income_band", row["income_band"]),
            "occupation": lambda row: bands.shown("occupation", row["occupation"]),
            "education": lambda row: bands.shown("education", row["education"]),
            "children": lambda row: bands.shown("children", row["children"]),
            "tags": lambda row: ", ".join(tags.shown(one) for one in row["tags"] or ()),
            "sources": lambda row: ", ".join(_sources(row["sources"] or ())),
        },
    ),
)


def _sources(keys: Sequence[str]) -> list[str]:
    named = sources.names()
    return [sources.name_in(named, key) for key in keys]


readable.declare(
    "customers.ContactPoint",
    Reading(
        _("How we reach you"),
        {"kind": _("What it is"), "value": _("Address or number"), "verified_at": _("Confirmed by you")},
    ),
)
readable.declare(
    "customers.Address",
    Reading(
        _("Your addresses"),
        {
            "street": _("Street and house number"),
            "city": _("City or district"),
            "province": _("Province"),
            "postcode": _("Postcode"),
            "country": _("Country"),
        },
        names={"country": _countries},
        told={"province": _province},
    ),
)
readable.declare(
    "customers.Note",
    Reading(
        _("Notes of our staff about you"),
        {"at": _("When"), "kind": _("What it is"), "text": _("What it says")},
        newest="at",
    ),
)
readable.declare(
    "customers.Interaction",
    Reading(
        _("Calls, visits and chats"),
        {
            "started_at": _("When"),
            "kind": _("What it was"),
            "direction": _("Who began it"),
            "outcome": _("How it ended"),
            "follow_up_on": _("We come back to it on"),
            "text": _("What we wrote down"),
        },
        newest="started_at",
    ),
)
readable.declare(
    "customers.Asked",
    Reading(
        _("Questions we asked you"),
        {"at": _("When"), "question": _("What about"), "reply": _("Your answer")},
        newest="at",
        names={"question": lambda: changes.NAMES},
    ),
)
readable.declare(
    "customers.Arrival",
    Reading(
        _("Forms of ours that you filled in"),
        {"at": _("When"), "form": _("Form"), "place": _("Came through"), "campaign": _("What brought you"),
         "language": _("Language")},
        newest="at",
        names={"language": _languages, "place": sources.names, "form": sources.names},
        told={"campaign": lambda row: readable.flat(row["campaign"])},
    ),
)  # fmt: skip
readable.declare(
    "customers.Lead",
    Reading(
        _("What you told us through an advertisement"),
        {
            "arrived_at": _("When"),
            "platform": _("Platform"),
            "form": _("Form"),
            "campaign": _("Campaign"),
            "ad": _("Advertisement"),
            "answers": _("What you told"),
            "status": _("How far we are"),
        },
        newest="arrived_at",
        told={"answers": lambda row: readable.flat(row["answers"])},
    ),
)
readable.declare(
    "customers.CompanyLink",
    Reading(
        _("The company we think you belong to"),
        {"linked_at": _("Since"), "how": _("How we know")},
        newest="linked_at",
    ),
)
readable.declare(
    "core.Notice",
    Reading(
        _("Messages about your account, orders and requests"),
        {
            "created_at": _("When"),
            "kind": _("What about"),
            "channel": _("Way"),
            "address": _("Sent to"),
            "state": _("What became of it"),
            "sent_at": _("Sent"),
        },
        newest="created_at",
        names={"channel": _channels, "kind": outbox.titles},
    ),
)
readable.declare("core.DataKey", Reading(_("The keys that open your sealed data")))
readable.declare_inner("customers.MergeSuggestion", "customers.MergeLog", "customers.Telling")
readable.declare_inner("customers.Identifier", "customers.SharedIdentifier")
