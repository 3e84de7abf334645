"""How visits and what was done on them read to the person whose they are."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cdp.core import readable, sources, written_numbers
from cdp.core.readable import Reading, Row
from events.rules import telling, titles


def _what(row: Row) -> str:
    return titles.told(row["kind"], row["name"], row["properties"] or {})


def _about(row: Row) -> str:
    """What of the properties tells people something: the page, the price, how many."""
    told: dict[str, Any] = row["properties"] or {}
    found = [str(told.get("path") or told.get("url") or "")]
    if isinstance(price := told.get("price", told.get("value")), (int, float, str)) and price != "":
        currency = told.get("currency")
        found.append(written_numbers.money(price, currency) if isinstance(currency, str) and currency else str(price))
    if isinstance(quantity := told.get("quantity"), (int, float)):
        found.append(f"× {written_numbers.number(quantity)}")
    return " · ".join(one for one in found if one)


readable.declare(
    "events.Session",
    Reading(
        _("Your visits to our website and app"),
        {
            "started_at": _("Began"),
            "ended_at": _("Ended"),
            "source": _("Came through"),
            "pages": _("Pages looked at"),
            "device": _("Device"),
            "channel": _("What brought you"),
            "referrer_host": _("From the website"),
            "utm_campaign": _("Campaign"),
            "entry_path": _("First page"),
            "exit_path": _("Last page"),
        },
        newest="started_at",
        names={"source": sources.names},
        told={"referrer_host": lambda row: telling.name(row["referrer_host"]) if row["referrer_host"] else ""},
    ),
)
readable.declare(
    "events.Event",
    Reading(
        _("What you did on our website and app"),
        {"occurred_at": _("When"), "what": _("What"), "about": _("More about it"), "sealed": _("What you typed"),
         "source": _("Came through")},
        newest="occurred_at",
        names={"source": sources.names},
        told={"what": _what, "about": _about, "sealed": lambda row: readable.flat(row["sealed"])},
    ),
)  # fmt: skip
readable.declare_inner("events.Handover")
