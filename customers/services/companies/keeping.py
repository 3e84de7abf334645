"""Companies as doors tell them: found by their number, their name or their domain, made when nobody knows them.

A number is unique within its source. A name counts without its legal form. A domain alone finds a company only where
no name was told: branches of one house share a domain and are companies of their own. The latest word wins, silence
changes nothing. Writers take turns: companies are few, and two doors that tell of the same one at once would make two.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from cdp.core import audit, ids, pipeline
from cdp.core.actors import Actor
from cdp.core.crypto import index
from cdp.core.models import Source
from cdp.core.models.sources import SAMPLE
from customers.models import Company, CompanyKey, CompanyLink
from customers.rules import companies as rules
from customers.rules.companies import CompanyInput
from customers.services.companies import linking

FACTS = ("name", "industry", "employees", "size", "domain", "country", "province", "city")
BATCH = 1000
_LOCK = 0x0CD_C02
Kind = CompanyKey.Kind


class UnableToSave(Exception):
    """The company cannot be saved so; `field` and `reason` say why."""

    def __init__(self, field_: str, reason: object, *, other: uuid.UUID | None = None) -> None:
        super().__init__(str(reason))
        self.field, self.reason, self.other = field_, reason, other


class UnableToMerge(Exception):
    """One of the two is gone, or they are one."""


@dataclass(slots=True)
class Written:
    """The company of each input, in order, and how many were new or changed.

    `changes` are the facts of known companies that changed, as [before, after]; `keys` the new keys of each company.
    """

    companies: list[uuid.UUID]
    created: int = 0
    updated: int = 0
    made: set[uuid.UUID] = field(default_factory=set)
    changes: dict[uuid.UUID, dict[str, list[Any]]] = field(default_factory=dict)
    keys: dict[uuid.UUID, list[bytes]] = field(default_factory=dict)
    shared: list[int] = field(default_factory=list)
    """The positions of inputs whose domain is that of a company with another name."""


def digest(kind: str, value: str, *, source: str = "") -> bytes:
    """The keyed digest of what a company is recognised by."""
    return index.digest(f"company.{kind}", f"{source}\n{value}")


def write_many(told: Sequence[CompanyInput], *, source: Source, now: datetime, lane: int = pipeline.BULK) -> Written:
    """Find or make the company of each input and complete it. Every input must be named (`is_named`).

    Some five statements, however many. Customers of companies that changed are marked; those who may belong to a new
    name or domain are looked for afterwards (`linking.sweep`).
    """
    if not told:
        return Written([])
    with transaction.atomic():
        take_turns()
        keys = [_keys(one, source.key) for one in told]
        written = _sorted(told, keys, _known({key_.digest for some in keys for key_ in some}))
        facts: dict[uuid.UUID, CompanyInput] = {}
        for one, company in zip(told, written.companies, strict=True):
            facts[company] = _together(facts.get(company), one)
        fresh = [key_ for some in keys for key_ in some if key_.company_id]
        _insert({row: facts[row] for row in facts if row in written.made}, source, now)
        written.changes = _update({row: facts[row] for row in facts if row not in written.made}, now, lane)
        written.updated = len(written.changes)
        _insert_keys(fresh, now)
        return written


@dataclass(slots=True)
class _Key:
    kind: str
    source: str
    value: str
    digest: bytes
    company_id: uuid.UUID | None = None


class Foresight:
    """What telling of companies would come to, chunk after chunk; nothing is written."""

    def __init__(self) -> None:
        self._seen: dict[bytes, uuid.UUID] = {}

    def tell(self, told: Sequence[CompanyInput], *, source: Source) -> Written:
        """Which of them would be made, and which share a domain with another one."""
        keys = [_keys(one, source.key) for one in told]
        known = _known({key_.digest for some in keys for key_ in some} - set(self._seen))
        self._seen |= known
        return _sorted(told, keys, self._seen)


def _sorted(told: Sequence[CompanyInput], keys: Sequence[Sequence[_Key]], known: dict[bytes, uuid.UUID]) -> Written:
    """The company of each input: one of the `known`, or a new one, by which the later ones are found as well."""
    written = Written([])
    for position, (one, some) in enumerate(zip(told, keys, strict=True)):
        company = _found(one, some, known)
        if company is None:
            company = ids.uuid7()
            written.made.add(company)
        for key_ in some:
            if key_.digest not in known:
                known[key_.digest] = key_.company_id = company
                written.keys.setdefault(company, []).append(key_.digest)
            elif key_.kind == Kind.DOMAIN and known[key_.digest] != company:
                written.shared.append(position)
        written.companies.append(company)
    written.created = len(written.made)
    return written


def _keys(one: CompanyInput, source: str) -> list[_Key]:
    """What the company is recognised by, the strongest first."""
    found = []
    if one.external_id:
        found.append(
            _Key(Kind.EXTERNAL, source, one.external_id, digest(Kind.EXTERNAL, one.external_id, source=source))
        )
    if name := rules.key(one.name):
        found.append(_Key(Kind.NAME, "", "", digest(Kind.NAME, name)))
    if one.domain and not rules.is_public(one.domain):
        found.append(_Key(Kind.DOMAIN, "", one.domain, digest(Kind.DOMAIN, one.domain)))
    return found


def _found(one: CompanyInput, keys: Sequence[_Key], known: Mapping[bytes, uuid.UUID]) -> uuid.UUID | None:
    for key_ in keys:
        if key_.kind == Kind.DOMAIN and rules.key(one.name):
            continue
        if key_.digest in known:
            return known[key_.digest]
    return None


def _known(digests: set[bytes]) -> dict[bytes, uuid.UUID]:
    found = CompanyKey.objects.filter(digest__in=list(digests)).values_list("digest", "company_id")
    return {bytes(digest_): company for digest_, company in found}


def _together(before: CompanyInput | None, one: CompanyInput) -> CompanyInput:
    if before is None:
        return one
    names = ("name", "industry", "size", "country", "province", "city", "domain", "external_id")
    return CompanyInput(**{name: getattr(one, name) or getattr(before, name) for name in names})


def _values(one: CompanyInput) -> dict[str, object]:
    """What was told, by column."""
    size = {"employees": one.size.employees, "size": one.size.band} if one.size else {}
    texts = {name: getattr(one, name) for name in ("name", "industry", "domain", "country", "province", "city")}
    return {**size, **{name: value for name, value in texts.items() if value}}


def _insert(facts: Mapping[uuid.UUID, CompanyInput], source: Source, now: datetime) -> None:
    rows = [
        Company(
            id=row,
            source=source.key,
            is_sample=source.key == SAMPLE,
            created_at=now,
            updated_at=now,
            **{"name": one.domain or one.external_id, **_values(one)},
        )
        for row, one in facts.items()
    ]
    Company.objects.bulk_create(rows, batch_size=BATCH)


def _insert_keys(keys: Sequence[_Key], now: datetime) -> None:
    if not keys:
        return
    CompanyKey.objects.bulk_create(
        [
            CompanyKey(
                company_id=key_.company_id, kind=key_.kind, source=key_.source, value=key_.value, digest=key_.digest
            )
            for key_ in keys
            if key_.company_id
        ],
        batch_size=BATCH,
    )
    if any(key_.kind in {Kind.NAME, Kind.DOMAIN} for key_ in keys):
        linking.want_sweep(now=now)


def _update(facts: Mapping[uuid.UUID, CompanyInput], now: datetime, lane: int) -> dict[uuid.UUID, dict[str, list[Any]]]:
    """Complete companies that are known. Returns what really changed."""
    changed, changes = [], {}
    if not facts:
        return {}
    for row in Company.objects.select_for_update().filter(id__in=list(facts)).order_by("id"):
        values = {name: value for name, value in _values(facts[row.id]).items() if getattr(row, name) != value}
        if "employees" in values and values["employees"] is None and row.size == (values.get("size") or row.size):
            del values["employees"]  # a band says less than the number it holds
        if not values:
            continue
        changes[row.id] = {name: [getattr(row, name), value] for name, value in values.items()}
        for name, value in values.items():
            setattr(row, name, value)
        row.updated_at = now
        changed.append(row)
    if changed:
        Company.objects.bulk_update(changed, [*FACTS, "updated_at"], batch_size=BATCH)
        linking.mark([row.id for row in changed], lane=lane)
    return changes


def save(*, company: uuid.UUID | None, told: CompanyInput, source: Source, actor: Actor, now: datetime) -> Company:
    """Staff write a company down, or correct one: what is empty is emptied.

    Raises UnableToSave where the name or domain belongs to another company; nothing is written then.
    """
    if not rules.key(told.name):
        raise UnableToSave("name", _("Please write the name of the company."))
    if told.domain and rules.is_public(told.domain):
        raise UnableToSave("domain", _("Anybody may have a mailbox there; it tells nothing of a company."))
    with transaction.atomic():
        take_turns()
        keys = _keys(told, source.key)
        for key_ in keys:
            owner = _known({key_.digest}).get(key_.digest)
            if owner is not None and owner != company:
                raise UnableToSave(
                    "domain" if key_.kind == Kind.DOMAIN else "name",
                    _("Another company has this already. Open it, or merge the two."),
                    other=owner,
                )
        row = Company(id=ids.uuid7(), source=source.key, created_at=now) if company is None else _locked(company)
        before = {name: getattr(row, name) for name in FACTS}
        size = told.size or rules.Size(None, "")
        values = {"employees": size.employees, "size": size.band}
        values |= {name: getattr(told, name) for name in FACTS if name not in values}
        for name, value in values.items():
            setattr(row, name, value)
        row.updated_at = now
        row.save(force_insert=company is None)
        have = set(CompanyKey.objects.filter(company=row).values_list("digest", flat=True))
        if before["domain"] and before["domain"] != told.domain:
            # Other domains, which a merge or a file brought, are the company's as before.
            CompanyKey.objects.filter(company=row, kind=Kind.DOMAIN, value=before["domain"]).delete()
        fresh = [key_ for key_ in keys if key_.digest not in {bytes(one) for one in have}]
        for key_ in fresh:
            key_.company_id = row.id
        _insert_keys(fresh, now)
        fields = [name for name in FACTS if before[name] != values[name]]
        action = audit.Action.COMPANY_CREATED if company is None else audit.Action.COMPANY_UPDATED
        audit.record(action, actor=actor, at=now, subject=row.id, details={"fields": fields})
        if company is not None and fields:
            linking.mark([row.id], lane=pipeline.INTERACTIVE)
    return row


def merge(*, keep: uuid.UUID, absorb: uuid.UUID, actor: Actor, now: datetime) -> None:
    """Two rows are one company: contacts, names and numbers of `absorb` go to `keep`, which is completed by it.

    Raises UnableToMerge.
    """
    if keep == absorb:
        raise UnableToMerge
    with transaction.atomic():
        take_turns()
        rows = {row.id: row for row in Company.objects.select_for_update().filter(id__in=[keep, absorb]).order_by("id")}
        if len(rows) < 2:
            raise UnableToMerge
        kept, gone = rows[keep], rows[absorb]
        for name in FACTS:
            if name != "employees" and not getattr(kept, name):
                setattr(kept, name, getattr(gone, name))
        if kept.employees is None and kept.size == gone.size:
            kept.employees = gone.employees
        kept.updated_at = now
        kept.save()
        CompanyKey.objects.filter(company=gone).update(company=kept)
        linking.mark([absorb], lane=pipeline.INTERACTIVE)
        contacts = CompanyLink.objects.filter(company=gone).update(company=kept)
        gone.delete()
        audit.record(
            audit.Action.COMPANIES_MERGED,
            actor=actor,
            at=now,
            subject=keep,
            details={"absorbed": str(absorb), "contacts": contacts},
        )


def _locked(company: uuid.UUID) -> Company:
    row = Company.objects.select_for_update().filter(id=company).first()
    if row is None:
        raise UnableToSave("name", _("This company is no longer here."))
    return row


def take_turns() -> None:
    """Wait until nobody else writes companies; held until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
