"""Tracked events of which no order, cart or coupon was written: for the page of stores, and beside the event itself.

Values are those that lie scrubbed in the clear; what is personal in an event is sealed and not opened for a list.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cdp.core import sources
from cdp.core.models import Source
from commerce.models import BookingFault, Storefront
from commerce.selectors.hooks import reason
from commerce.services.booking import foreign_hosts
from commerce.tracking import articles, names
from customers.models import Customer, Status
from events.models import Handover
from events.rules import titles
from events.selectors import latest
from events.selectors.remarks import Remark
from events.services import handover

SHOWN = 50
LONGEST = 80
_AT_ONCE = 30
"""Seconds in which what waits for its turn is no news."""
_NUMBERS = ("order_id", "checkout_id", "cart_id", "coupon_id", "sku", "product_id")


@dataclass(frozen=True, slots=True)
class Told:
    """One fault. `value` is what stands at its place, `number` what the event is about; `is_gone`: its month was
    dropped, nothing more is known of it.
    """

    row: BookingFault
    reason: str | Promise
    title: str
    number: str = ""
    value: str = ""
    customer: uuid.UUID | None = None
    is_gone: bool = False


def told() -> list[Told]:
    """The newest faults with what is at fault, and whose event it is."""
    rows = list(BookingFault.objects.order_by("-noted_at", "-id")[:SHOWN])
    events = latest.of_ids([row.event_id for row in rows])
    whose = {event.customer_id for event in events.values()}
    known = set(Customer.objects.filter(id__in=whose, status__in=[Status.KNOWN, Status.ANONYMOUS]).values_list("id"))
    found = []
    for row in rows:
        event = events.get(row.event_id)
        if event is None:
            found.append(Told(row, reason(row.code), titles.told("track", row.name, {}), is_gone=True))
            continue
        found.append(
            Told(
                row,
                reason(row.code),
                titles.told("track", row.name, {}),
                number=next((text for name in _NUMBERS if (text := _text(event.properties.get(name)))), ""),
                value=_text(_at(event.properties, row.place)),
                customer=event.customer_id if (event.customer_id,) in known else None,
            )
        )
    return found


def left_off() -> list[tuple[str, list[str]]]:
    """(source, hosts) whose pages and pictures were left off articles, and would still be."""
    origins = dict(
        Source.objects.filter(write_key_digest__isnull=False).values_list("key", "allowed_origins")[: sources.MOST]
    )
    found = []
    for key, hosts in sorted(foreign_hosts.told(origins.keys()).items()):
        still = [
            host
            for host in hosts
            if not articles.of_hosts(articles.Article("", url=f"https://{host}/"), origins[key] or ["*"]).url
        ]
        found += [(key, still)] if still else []
    return found


def remarks(events: Sequence[latest.Latest]) -> dict[uuid.UUID, Remark]:
    """What did not become an order, a refund, a cart or a coupon of these events, and why."""
    ours = {one.id: one for one in events if one.kind == "track" and names.kind(one.name)}
    if not ours:
        return {}
    url = reverse("commerce:stores")
    found = {
        fault.event_id: Remark(_missed(fault.name), _why(fault), f"{url}#no-fact", is_wrong=True)
        for fault in BookingFault.objects.filter(event_id__in=ours)
    }
    rest = {event: one for event, one in ours.items() if event not in found}
    return found | _waiting(rest) | _left_alone(rest)


def _waiting(events: Mapping[uuid.UUID, latest.Latest]) -> dict[uuid.UUID, Remark]:
    """Those that wait for their turn longer than usual, or for an order that nobody has told yet."""
    aside = handover.aside_of(names.READER)
    rows = Handover.objects.filter(
        customer_id__in={one.customer_id for one in events.values()},
        reader__in=[names.READER, aside],
        event_id__in=events,
    ).values_list("event_id", "reader")
    late = _("It waits for its turn; as soon as the workers run it is written.")
    unknown = _("Its order has not arrived yet. It waits six days for it.")
    now = timezone.now()
    return {
        event: Remark(_("waits"), unknown if reader == aside else late)
        for event, reader in rows
        if reader == aside or (now - events[event].received_at).total_seconds() > _AT_ONCE
    }


def _left_alone(events: Mapping[uuid.UUID, latest.Latest]) -> dict[uuid.UUID, Remark]:
    """Those of robots, and orders of websites whose orders only the store itself tells."""
    told = {
        event: Remark(_missed(one.name), _("A robot did this; what robots do becomes no order and no cart."))
        for event, one in events.items()
        if isinstance(around := one.properties.get("$context"), dict) and around.get("bot")
    }
    orders = {event: one for event, one in events.items() if names.kind(one.name) in names.ORDERS}
    if not orders:
        return told
    fronts = Storefront.objects.filter(takes_orders=False, source__key__in={one.source for one in orders.values()})
    sources = set(fronts.values_list("source__key", flat=True))
    why = _("Orders of this website count only when its store reports them; that is set on its storefront.")
    return {event: Remark(_missed(one.name), why) for event, one in orders.items() if one.source in sources} | told


def _missed(name: str) -> str:
    """What was not written of an event of that name."""
    kind = names.kind(name)
    if kind in names.ORDERS:
        return _("no order was written")
    if kind == names.REFUNDED:
        return _("no refund was written")
    return _("nothing was written of it")


def _why(fault: BookingFault) -> str:
    text = str(reason(fault.code))
    return f"{text}: {fault.place}" if fault.place else text


def _at(properties: Mapping[str, Any], place: str) -> Any:
    """What stands at a place such as `products.0.price`; None where there is nothing."""
    found: Any = properties
    for step in re.split(r"[./]", place) if place else ():
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


def _text(value: Any) -> str:
    return str(value)[:LONGEST] if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
