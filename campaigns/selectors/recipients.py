"""What is known of the people a batch of messages goes to, opened once for all of them."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from django.conf import settings

from analytics.models import CustomerMetrics
from analytics.rules import currencies
from campaigns.rules import markup, templates
from campaigns.selectors import contacts
from cdp.core import written_dates
from cdp.core.crypto import subjects
from customers.models import Customer
from customers.rules import names
from customers.rules.unreadable import Unreadable
from loyalty.rules.purse import Purse
from loyalty.selectors import endings


@dataclass(frozen=True)
class Recipient:
    """One person as a message needs them; `address` is empty where there is none."""

    id: uuid.UUID
    address: str
    name: str
    language: str
    country: str
    fields: Mapping[str, Any]
    metrics: CustomerMetrics | None
    phone_country: str = ""
    points: Purse | None = None  # of a member


def load(customers: Collection[uuid.UUID], *, channel: str) -> dict[uuid.UUID, Recipient]:
    """The people among these ids that still exist.

    Opens sealed names and addresses: whoever shows the result to a reader calls `context.show`.
    """
    keyring = subjects.load(customers)
    reachable = contacts.primary(customers, channel=channel)
    metrics = CustomerMetrics.objects.in_bulk(list(customers))
    points = endings.members(customers)
    found = {}
    for row in Customer.objects.filter(id__in=list(customers)):
        opened = {
            column: keyring.open(getattr(row, column), table="customers_customer", column=column, row=row.id)
            for column in ("name", "given_name", "family_name")
        }
        contact = reachable.get(row.id)
        found[row.id] = Recipient(
            id=row.id,
            address=keyring.open(contact.sealed, table="customers_contactpoint", column="value", row=contact.id)
            if contact
            else "",
            name=opened["name"] or " ".join(filter(None, (opened["given_name"], opened["family_name"]))),
            language=row.language,
            country=row.country,
            fields=opened
            | {
                "gender": row.gender,
                "company": row.company,
                "job_title": row.job_title,
                "city": row.city,
                "province": row.province,
                "interests": row.interests,
            },
            metrics=metrics.get(row.id),
            phone_country=row.phone_country,
            points=points.get(row.id),
        )
    return found


def values(recipient: Recipient, *, language: str, now: datetime, days_ahead: int) -> dict[str, Any]:
    """The customer's and the metrics' variables of a template, in the message's language. Of points it says what ends
    in so many days.
    """
    flat: dict[str, Any] = {f"customer.{name}": _shielded(value) for name, value in recipient.fields.items()}
    # A greeting brings its own title, and names told earlier may still have theirs.
    for column in ("given_name", "family_name"):
        if column in recipient.fields:
            flat[f"customer.{column}"] = markup.shield(_greeted(recipient.fields[column]))
    flat |= {
        "customer.name": markup.shield(_greeted(recipient.name)),
        "customer.language": recipient.language,
        "customer.country": recipient.country,
        "metrics.currency": settings.CDP_CURRENCY,
        "metrics.orders_count": 0,
    }
    metrics = recipient.metrics
    if metrics is not None:
        zone = ZoneInfo(settings.TIME_ZONE)
        flat |= {
            "metrics.orders_count": metrics.orders_count,
            "metrics.revenue_total": currencies.text(metrics.revenue_total, settings.CDP_CURRENCY)
            if metrics.revenue_total is not None
            else "",
            "metrics.first_order_at": _moment(metrics.first_order_at, language, zone),
            "metrics.last_order_at": _moment(metrics.last_order_at, language, zone),
        }
        if metrics.last_order_at:
            days = now.astimezone(zone).date() - metrics.last_order_at.astimezone(zone).date()
            flat["metrics.days_since_last_order"] = days.days
    if recipient.points is not None:
        ending = endings.of_purse(recipient.points, at=now, days=days_ahead)
        flat |= {"metrics.points_balance": int(ending.balance), "metrics.points_ending": int(ending.amount)}
        last = ending.first - endings.INSTANT if ending.first else None  # the day before a midnight
        flat["metrics.points_ending_on"] = _moment(last, language, ZoneInfo(settings.TIME_ZONE))
    return {name: value for name, value in flat.items() if value is not None}


def _shielded(value: Any) -> Any:
    return [markup.shield(item) for item in value] if isinstance(value, list) else markup.shield(value)


def _greeted(name: str) -> str:
    try:
        return names.part(name)
    except Unreadable:
        return name


def _moment(moment: datetime | None, language: str, zone: ZoneInfo) -> templates.Moment | None:
    if moment is None:
        return None
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    local = moment.astimezone(zone)
    return templates.Moment.of(local, written_dates.dated(local, "long", locale))
