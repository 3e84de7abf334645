"""Back-in-stock interest: who wants to hear when an article is there again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cdp.core import audit, ids, pipeline
from cdp.core.actors import Actor
from cdp.core.models import Source
from commerce.models import StockInterest
from customers.rules import unreadable
from customers.rules.people import Person
from customers.selectors import lineage
from customers.services import identity
from customers.services.identity import deciding


@dataclass(frozen=True, slots=True)
class InterestInput:
    """Somebody and an article, at a moment of the source's clock. `customer` is a surviving id."""

    customer: uuid.UUID
    sku: str
    at: datetime
    name: str = ""
    is_ended: bool = False
    resolved_by: bytes | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who wants what: a person to be recognised, or a customer's id. `at` left out is now."""

    sku: str
    name: str = ""
    at: datetime | None = None
    person: Person | None = None
    customer_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An interest as it is stored now, and whether it begins with this telling."""

    interest: StockInterest
    is_new: bool


class UnableToNote(Exception):
    """Nobody who can wait: there is no such customer or interest, or they were forgotten (`suppressed`)."""

    def __init__(self, code: str, detail: str = "") -> None:
        """Say which of them."""
        super().__init__(detail or code)
        self.code = code


def tell(*, wanted: Wanted, source: Source, actor: Actor, now: datetime) -> Told:
    """Recognise who asks and note what they wait for. Who asks is a stranger: of somebody known nothing is changed.

    Raises UnableToNote with nothing written.
    """
    with transaction.atomic():
        customer, by = _who(wanted, source=source, now=now)
        at = min(wanted.at or now, now)
        rows = StockInterest.objects.filter(customer_id=customer, sku=wanted.sku)
        before = rows.first()
        told = InterestInput(customer, wanted.sku, at, wanted.name, resolved_by=by)
        if record(interests=[told], source=source, now=now):
            audit.record(
                audit.Action.INTEREST_TOLD, actor=actor, at=now, customer=customer, details={"sku": wanted.sku}
            )
        row = rows.get()
        return Told(row, is_new=row.ended_at is None and (before is None or before.ended_at is not None))


def _who(wanted: Wanted, *, source: Source, now: datetime) -> tuple[uuid.UUID, bytes | None]:
    """Whose it is, and by which identifier."""
    if wanted.person is not None:
        person = replace(wanted.person, told_at=wanted.at or now, told_by=wanted.person.told_by or "key:interest")
        (found,) = identity.resolve_many([person], source=source, now=now, is_stranger=True)
        if found.outcome is identity.Outcome.SUPPRESSED:
            raise UnableToNote("suppressed", str(unreadable.REASONS["suppressed"]))
        return found.customer, deciding.decided_by([person], [found], source=source)[0]
    try:
        if wanted.customer_id is None:
            raise lineage.Unknown
        return lineage.get(wanted.customer_id).customer.id, None
    except (lineage.Unknown, lineage.Erased) as problem:
        raise UnableToNote("unknown_customer", _("There is no such customer.")) from problem


def end_one(*, interest: uuid.UUID, actor: Actor, now: datetime) -> None:
    """End an interest by its id; one that ended stays as it is. Raises UnableToNote where there is none."""
    with transaction.atomic():
        row = StockInterest.objects.filter(id=interest).first()
        if row is None:
            raise UnableToNote("not_found")
        changed = StockInterest.objects.filter(customer_id=row.customer_id, id=interest, ended_at=None).update(
            ended_at=max(now, row.told_at), told_at=max(now, row.told_at)
        )
        if changed:
            pipeline.mark([row.customer_id], cause="commerce.interest")
            audit.record(
                audit.Action.INTEREST_TOLD,
                actor=actor,
                at=now,
                customer=row.customer_id,
                subject=interest,
                details={"sku": row.sku, "ended": True},
            )


def note(*, interests: Sequence[InterestInput], source: Source, now: datetime) -> int:
    """Somebody wants to hear; returns how many rows changed. Asking again, or later than it ended, opens it anew."""
    return record(interests=[replace(one, is_ended=False) for one in interests], source=source, now=now)


def end(*, interests: Sequence[InterestInput], source: Source, now: datetime) -> int:
    """It was said, bought or is no longer wanted."""
    return record(interests=[replace(one, is_ended=True) for one in interests], source=source, now=now)


def record(*, interests: Sequence[InterestInput], source: Source, now: datetime) -> int:
    """Interests noted and ended, mixed; the newest word about an article stands, whichever arrives last."""
    latest = {(one.customer, one.sku): one for one in sorted(interests, key=lambda one: one.at) if one.sku}
    told = [latest[key] for key in sorted(latest)]
    if not told:
        return 0
    rows = [(one.customer, one.sku, one.name, one.at, one.is_ended, one.resolved_by) for one in told]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO commerce_stockinterest AS known
                    (id, customer_id, sku, name, source, noted_at, ended_at, told_at, resolved_by)
                SELECT id, customer_id, sku, name, %s, at, CASE WHEN is_ended THEN at END, at, resolved_by
                FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::timestamptz[], %s::boolean[],
                            %s::bytea[])
                    AS told (id, customer_id, sku, name, at, is_ended, resolved_by)
                ON CONFLICT (customer_id, sku) DO UPDATE SET
                    name = coalesce(nullif(EXCLUDED.name, ''), known.name),
                    noted_at = CASE WHEN EXCLUDED.ended_at IS NULL AND known.ended_at IS NOT NULL
                        THEN EXCLUDED.noted_at ELSE known.noted_at END,
                    ended_at = CASE WHEN EXCLUDED.ended_at IS NULL THEN NULL
                        ELSE coalesce(known.ended_at, EXCLUDED.ended_at) END,
                    told_at = EXCLUDED.told_at,
                    resolved_by = coalesce(EXCLUDED.resolved_by, known.resolved_by)
                WHERE EXCLUDED.told_at > known.told_at OR EXCLUDED.told_at = known.told_at
                    AND (EXCLUDED.ended_at IS NULL) IS DISTINCT FROM (known.ended_at IS NULL)
                """,
                [source.key, ids.uuid7s(len(told)), *(list(column) for column in zip(*rows, strict=True))],
            )
            changed = cursor.rowcount
        pipeline.mark(sorted({one.customer for one in told}), cause="commerce.interest")
    return changed
