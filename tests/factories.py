"""Facts for tests, made through the same services the doors use."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cdp.core import actors, api_keys, ids
from cdp.core.models import ApiKey, Source, User
from commerce.models import Order
from consent.models import ConsentRecord, ConsentState
from customers.models import Customer
from customers.rules import people
from customers.services import identity
from loyalty.models import Offer
from loyalty.services import coupons

PASSWORD = "correct horse battery"


def source(key: str = "shop") -> Source:
    """The source of that key."""
    return Source.objects.get_or_create(key=key, defaults={"name": key.title()})[0]


def api_key(scopes: tuple[str, ...] = ("*",), *, source_key: str = "shop") -> tuple[ApiKey, str]:
    """A key and its text."""
    return api_keys.create(
        name="test", scopes=scopes, source=source(source_key), actor=actors.SYSTEM, at=timezone.now()
    )


def staff(role: str = "owner", email: str = "") -> User:
    """A member of staff who logs in with PASSWORD."""
    return User.objects.create_user(email or f"{role}@example.com", PASSWORD, role=role, name=role.title())


def customer(*, source_key: str = "shop", now: dt.datetime | None = None, **raw: str) -> Customer:
    """A customer from raw fields (name, email, phone, external_id, province …)."""
    raw = raw or {"external_id": f"c-{uuid.uuid4()}"}
    if not set(raw) & set(people.IDENTIFYING):
        raw["external_id"] = f"c-{uuid.uuid4()}"
    at = now or timezone.now()
    person, faults = people.clean(raw, people.Rules(region="TH", today=at.date()))
    assert not faults, faults
    (found,) = identity.resolve_many([person], source=source(source_key), now=at)
    return Customer.objects.get(id=found.customer)


def order(
    buyer: Customer,
    *,
    placed_at: dt.datetime | None = None,
    amount: Decimal | int | str = "100",
    currency: str = "THB",
    **fields: Any,
) -> Order:
    """An order row without lines, straight into the table: for tests of what reads orders."""
    at = placed_at or timezone.now()
    return Order.objects.create(
        customer=buyer,
        source="shop",
        external_id=fields.pop("external_id", uuid.uuid4().hex[:12]),
        placed_at=at,
        currency=currency,
        amount=Decimal(amount),
        created_at=at,
        updated_at=at,
        **fields,
    )


def coupon(owner: Customer, *, now: dt.datetime | None = None, **terms: Any) -> coupons.Issued:
    """A coupon for the first order; `terms` are what it gives (percent, amount, currency, minimum) and `valid_days`."""
    offer = Offer.objects.get(key=Offer.FIRST_ORDER)
    offer.valid_days = terms.pop("valid_days", offer.valid_days)
    if terms:
        told = {name: value if isinstance(value, str) else str(value) for name, value in terms.items()}
        offer.benefit = {**({"gives": "amount"} if "amount" in told else offer.benefit), **told}
    issued = coupons.issue(
        customer=owner.id, offer=offer, source="signup", actor=actors.SYSTEM, now=now or timezone.now()
    )
    assert issued is not None
    return issued


def consent(
    who: Customer,
    *,
    purpose: str = "marketing",
    channel: str = "email",
    granted: bool = True,
    at: dt.datetime | None = None,
) -> ConsentRecord:
    """A record and its state, straight into the tables: for tests of what reads consent."""
    moment = at or timezone.now()
    status = "given" if granted else "denied"
    record = ConsentRecord.objects.create(
        id=ids.uuid7(),
        customer=who,
        purpose=purpose,
        channel=channel,
        status=status,
        at=moment,
        recorded_at=moment,
        source="shop",
        method="test",
        actor_kind="system",
    )
    ConsentState.objects.update_or_create(
        customer=who,
        purpose=purpose,
        channel=channel,
        defaults={"is_granted": granted, "status": status, "at": moment, "record_id": record.id},
    )
    return record
