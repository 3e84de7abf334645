"""Leads of any door become people and rows, once each.

What stands in an ad's form was typed by whoever held the phone, so it is a stranger's word (decision 5): somebody we
know already keeps name, ways of contact and identifiers, and what was told differently stays with the lead, where
staff see both. The platform's own id of a lead is claimed first; what is claimed already only completes what was not
known, such as the name of a campaign that a webhook had no word for.
"""

import json
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from cdp.core import ids, pipeline
from cdp.core.crypto import index, subjects
from cdp.core.models import Source
from customers.models import Lead, LeadKey
from customers.rules import leads as rules
from customers.rules.leads import LeadInput
from customers.rules.people import Person
from customers.services import identity, standing
from customers.services.identity import deciding

TABLE = "customers_lead"
TOLD = ("name", "email", "phone", "company", "job_title", "city", "postcode", "street")
"""What the form said of a person we know already; it changes nothing of theirs, so it is kept here."""
NAMES = ("form", "form_id", "campaign", "campaign_id", "ad", "ad_id")
"""What a later telling may complete."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of leads. `customers` are those they belong to, in the order told; `fresh` says which were new.

    None stands for somebody who was erased and is not to be known again: nothing is kept of that lead. `written` are
    the new rows, `completed` the names that leads of earlier had not known: the row, its key, name → value.
    """

    customers: Sequence[uuid.UUID | None]
    fresh: Sequence[bool]
    resolutions: Sequence[identity.Resolution]
    written: Sequence[Lead] = ()
    completed: Sequence[tuple[uuid.UUID, bytes, dict[str, str]]] = ()

    @property
    def created(self) -> int:
        """How many were new."""
        return sum(self.fresh)


def digest(source: str, key: str) -> bytes:
    """The keyed digest of a lead: a platform's id may name a person."""
    return index.digest("customers.lead", f"{source}\n{key}")


def take(
    told: Sequence[LeadInput],
    *,
    source: Source,
    now: datetime,
    lane: int = pipeline.INTERACTIVE,
    is_stranger: bool = True,
    before_change: Callable[[Collection[uuid.UUID]], None] | None = None,
) -> Taken:
    """Resolve the people of these leads and write those that are new, all in one transaction.

    Every person must be identified. `is_stranger=False` is for platforms that vouch for who it is, `before_change` for
    whoever has to remember what people were like (see `identity.resolve_many`). Raises UnableToResolve.
    """
    if not told:
        return Taken((), (), ())
    with transaction.atomic():
        people = [lead.person for lead in told]
        for lead in told:
            lead.person.told_at = rules.arrived(lead.arrived_at, now=now)
            lead.person.told_by = f"lead:{lead.external_id or lead.platform}"
        resolutions = identity.resolve_many(
            people, source=source, now=now, lane=lane, is_stranger=is_stranger, before_change=before_change
        )
        who = standing.hold({one.customer for one in resolutions})
        customers = [who.get(one.customer) for one in resolutions]
        keys = [digest(source.key, lead.key) for lead in told]
        rows = {
            key: ids.uuid7_at(rules.arrived(lead.arrived_at, now=now)) for key, lead in zip(keys, told, strict=True)
        }
        first: dict[bytes, int] = {}  # told twice at once: the first counts
        wanted: dict[bytes, tuple[uuid.UUID, uuid.UUID]] = {}
        for place, (key, customer) in enumerate(zip(keys, customers, strict=True)):
            if customer is not None and key not in first:
                first[key], wanted[key] = place, (customer, rows[key])
        claimed = _claim(wanted)
        fresh = [key in claimed and first[key] == place for place, key in enumerate(keys)]
        by = deciding.decided_by(people, resolutions, source=source)
        batch = _Batch(told, customers, keys, rows, resolutions, by)
        rows_made = _write([place for place, is_fresh in enumerate(fresh) if is_fresh], batch, source=source, now=now)
        completed = _complete({key: told[place] for key, place in first.items() if key not in claimed})
        return Taken(customers, fresh, resolutions, rows_made, completed)


@dataclass(frozen=True, slots=True)
class _Batch:
    told: Sequence[LeadInput]
    customers: Sequence[uuid.UUID | None]
    keys: Sequence[bytes]
    rows: Mapping[bytes, uuid.UUID]
    resolutions: Sequence[identity.Resolution]
    resolved_by: Sequence[bytes | None]


def _claim(wanted: Mapping[bytes, tuple[uuid.UUID, uuid.UUID]]) -> set[bytes]:
    """Make the keys that nobody made; in the order of their digests, so that two doors cannot wait for each other."""
    in_order = sorted(wanted.items())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO customers_leadkey (digest, customer_id, lead_id)
            SELECT * FROM unnest(%s::bytea[], %s::uuid[], %s::uuid[]) ON CONFLICT DO NOTHING RETURNING digest
            """,
            [[key for key, _ in in_order], [who for _, (who, _row) in in_order], [row for _, (_who, row) in in_order]],
        )
        return {bytes(found) for (found,) in cursor.fetchall()}


def _write(places: Sequence[int], batch: _Batch, *, source: Source, now: datetime) -> list[Lead]:
    keyring = subjects.load({customer for place in places if (customer := batch.customers[place])})
    rows = []
    for place in places:
        lead, customer, key = batch.told[place], batch.customers[place], batch.keys[place]
        assert customer is not None, "only leads of somebody are claimed"  # noqa: S101
        row = batch.rows[key]
        is_known = batch.resolutions[place].outcome is not identity.Outcome.CREATED
        content = written(lead.answers, lead.person if is_known else None)
        rows.append(
            Lead(
                id=row,
                customer_id=customer,
                key=key,
                platform=lead.platform,
                source=source.key,
                external_id=lead.external_id[:200],
                is_organic=lead.is_organic,
                arrived_at=rules.arrived(lead.arrived_at, now=now),
                answers=keyring.seal(content, customer=customer, table=TABLE, column="answers", row=row),
                status=lead.status,
                status_at=now,
                resolved_by=batch.resolved_by[place],
                created_at=now,
                **{name: getattr(lead, name) for name in NAMES},
            )
        )
    return Lead.objects.bulk_create(rows, batch_size=1000)


def written(answers: Iterable[rules.Answer], told: Person | None) -> str:
    """What is sealed of a lead; empty when nothing was told beside who it is."""
    content: dict[str, object] = {}
    if found := [[one.question, one.answer] for one in answers]:
        content["answers"] = found
    if told and (said := {name: getattr(told, name) for name in TOLD if getattr(told, name)}):
        content["told"] = said
    return json.dumps(content, ensure_ascii=False) if content else ""


def _complete(known: Mapping[bytes, LeadInput]) -> list[tuple[uuid.UUID, bytes, dict[str, str]]]:
    """Names that were not known when the lead was first told. What is known stays. Returns what was filled in."""
    told = {key: lead for key, lead in known.items() if any(getattr(lead, name) for name in NAMES)}
    if not told:
        return []
    keys = {key.lead_id: key for key in LeadKey.objects.filter(digest__in=list(told))}
    rows = Lead.objects.filter(customer_id__in={key.customer_id for key in keys.values()}, id__in=list(keys))
    filled = []
    for row in rows.order_by("customer_id", "id").defer("answers", "next_step"):
        lead = told[bytes(keys[row.id].digest)]
        if gains := {name: getattr(lead, name) for name in NAMES if not getattr(row, name) and getattr(lead, name)}:
            filled.append((row, gains))
    if filled:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                UPDATE customers_lead AS l SET {", ".join(_filled(name) for name in NAMES)}
                FROM unnest(%s::uuid[], %s::uuid[], {", ".join("%s::text[]" for _ in NAMES)})
                    AS n (customer_id, id, {", ".join(NAMES)})
                WHERE l.customer_id = n.customer_id AND l.id = n.id
                """,  # noqa: S608  (names of columns)
                [
                    [row.customer_id for row, _gains in filled],
                    [row.id for row, _gains in filled],
                    *([gains.get(name, "") for _row, gains in filled] for name in NAMES),
                ],
            )
    return [(row.id, bytes(keys[row.id].digest), gains) for row, gains in filled]


def _filled(name: str) -> str:
    return f"{name} = CASE WHEN l.{name} = '' THEN n.{name} ELSE l.{name} END"
