"""A small random population with its facts in plain Python, and the same in the tables."""

import datetime as dt
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from hypothesis import strategies as st

from cdp.core import ids
from commerce.models import ExchangeRate, Order, OrderLine, Refund
from consent.models import ConsentState
from customers.models import Customer
from events.models import Event, Session
from events.services import sessions

NOW = dt.datetime(2026, 3, 15, 20, 30, tzinfo=dt.UTC)  # already the 16th in Bangkok, still the 15th in New York
SKUS = ("A-1", "B-2")


@dataclass
class Bought:
    at: dt.datetime
    currency: str
    amount: Decimal
    is_counted: bool = True
    sku: str = "A-1"


@dataclass
class Returned:
    at: dt.datetime
    currency: str
    amount: Decimal


@dataclass
class Seen:
    at: dt.datetime
    name: str
    properties: dict


@dataclass
class Person:
    status: str = "known"
    gender: str = ""
    birth_date: dt.date | None = None
    country: str = ""
    province: str = ""
    city: str = ""
    tags: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    created_at: dt.datetime = NOW
    orders: list[Bought] = field(default_factory=list)
    refunds: list[Returned] = field(default_factory=list)
    events: list[Seen] = field(default_factory=list)
    consents: dict[tuple[str, str], bool] = field(default_factory=dict)
    id: uuid.UUID = field(default_factory=ids.uuid7)


# Around midnights of both zones, and around the 90 days of the stages.
moments = st.one_of(
    st.integers(0, 24 * 130).map(lambda hours: NOW - dt.timedelta(hours=hours)),
    st.sampled_from([17, 4, 5]).flatmap(
        lambda hour: st.integers(0, 120).map(
            lambda days: dt.datetime(2026, 3, 15, hour, tzinfo=dt.UTC) - dt.timedelta(days=days)
        )
    ),
)
amounts = st.decimals(Decimal("0.0001"), Decimal("99999.9999"), places=4, allow_nan=False)
currencies = st.sampled_from(["THB", "THB", "GBP", "KRW", "KWD"])
bought = st.builds(Bought, moments, currencies, amounts, st.booleans(), st.sampled_from(SKUS))
returned = st.builds(Returned, moments, currencies, amounts)
seen = st.builds(
    Seen,
    moments,
    st.sampled_from(["Product Viewed", "Signed In"]),
    st.fixed_dictionaries({}, optional={"sku": st.sampled_from(SKUS), "price": st.sampled_from([1, 2.5])}),
)
people = st.builds(
    Person,
    status=st.sampled_from(["known", "known", "known", "anonymous", "erased"]),
    gender=st.sampled_from(["", "female", "male"]),
    birth_date=st.sampled_from(
        [None, dt.date(2000, 2, 29), dt.date(1990, 3, 15), dt.date(1990, 3, 16), dt.date(2010, 12, 31)]
    ),
    country=st.sampled_from(["", "TH", "KR"]),
    province=st.sampled_from(["", "TH-10", "KR-11"]),
    city=st.sampled_from(["", "Bang Rak", "bang rak", "강남구", "บางรัก", "50% off_"]),
    tags=st.lists(st.sampled_from(["vip", "gift"]), unique=True),
    sources=st.lists(st.sampled_from(["shop", "till"]), unique=True),
    created_at=moments,
    orders=st.lists(bought, max_size=4),
    refunds=st.lists(returned, max_size=2),
    events=st.lists(seen, max_size=3),
    consents=st.dictionaries(st.tuples(st.just("marketing"), st.sampled_from(["email", "sms"])), st.booleans()),
    id=st.builds(ids.uuid7),
)
rates = st.dictionaries(
    st.tuples(
        st.sampled_from(["GBP", "KRW", "KWD"]),
        st.integers(0, 150).map(lambda days: dt.date(2026, 3, 16) - dt.timedelta(days=days)),
    ),
    st.decimals(Decimal("0.0001"), Decimal(100), places=8, allow_nan=False).filter(bool),
    max_size=8,
)


def write(population: list[Person], dated: dict[tuple[str, dt.date], Decimal]) -> None:
    """Put the facts into the tables."""
    for (currency, on), rate in dated.items():
        ExchangeRate.objects.create(currency=currency, on=on, rate=rate)
    for person in population:
        Customer.objects.create(
            id=person.id,
            status=person.status,
            gender=person.gender,
            birth_date=person.birth_date,
            country=person.country,
            province=person.province,
            city=person.city,
            tags=person.tags,
            sources=person.sources,
            created_at=person.created_at,
            updated_at=NOW,
        )
        write_facts(person)


def write_facts(person: Person) -> None:
    for number, order in enumerate(person.orders):
        row = Order.objects.create(
            customer_id=person.id,
            source="shop",
            external_id=str(number),
            placed_at=order.at,
            currency=order.currency,
            amount=order.amount,
            is_counted=order.is_counted,
            created_at=NOW,
            updated_at=NOW,
        )
        OrderLine.objects.create(
            customer_id=person.id,
            order=row,
            sku=order.sku,
            name=f"Article {order.sku}",
            quantity=1,
            unit_price=order.amount,
            amount=order.amount,
        )
    for number, refund in enumerate(person.refunds):
        Refund.objects.create(
            customer_id=person.id,
            source="shop",
            external_id=str(number),
            at=refund.at,
            currency=refund.currency,
            amount=refund.amount,
            created_at=NOW,
        )
    for number, event in enumerate(person.events):
        Event.objects.create(
            id=ids.uuid7_at(event.at),
            customer_id=person.id,
            kind="track",
            name=event.name,
            source="shop",
            message_id=str(number),
            occurred_at=event.at,
            received_at=NOW,
            properties=event.properties,
        )
    sessions.derive([person.id])
    for (purpose, channel), granted in person.consents.items():
        ConsentState.objects.create(
            customer_id=person.id,
            purpose=purpose,
            channel=channel,
            is_granted=granted,
            status="given" if granted else "denied",
            at=NOW,
            record_id=ids.uuid7(),
        )


def forget_facts(person: Person) -> None:
    """Take the person's facts out of the tables."""
    for model in (OrderLine, Order, Refund, Event, Session, ConsentState):
        model.objects.filter(customer_id=person.id).delete()


@contextmanager
def undone():
    """Whatever happens inside leaves no trace: one example of a property beside the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def days(at: dt.datetime | None, now: dt.datetime, zone: str) -> int | None:
    """Calendar days since, in the zone."""
    return None if at is None else (date(now, zone) - date(at, zone)).days


def date(at: dt.datetime, zone: str) -> dt.date:
    return at.astimezone(ZoneInfo(zone)).date()


def age(birth: dt.date | None, today: dt.date) -> int | None:
    return None if birth is None else today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
