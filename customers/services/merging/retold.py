"""What was told of a person while two were one: identifiers and ways of contact go where the facts go that told them.

An `identify` that named the absorbed one's customer number may have told a new address. The event goes back by its
`resolved_by`; so must the address, and by it what was told of whoever it leads to, and so on.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypeGuard

from cdp.core import lifecycle
from cdp.core.crypto import subjects
from customers.models import ContactPoint, Customer, Identifier, MergeLog
from customers.rules import provenance, settling, survivorship
from customers.rules.matching import LIMITS
from customers.selectors import identifiers, suppressions
from customers.services.merging import golden, keys, rows, tellers

Rows = Collection[uuid.UUID]


def follow(
    digests: Sequence[bytes], known: tellers.Tellers, *, giver: uuid.UUID, taker: uuid.UUID
) -> tuple[list[bytes], set[str]]:
    """Identifiers of `giver` that facts resolved by any of `digests` told recognise `taker` from now on, and those that
    facts resolved by these told, and so on; `known` says it of facts that name no single person. Returns all digests,
    and of the facts (`provenance.told_by`) those that told an identifier or a way of contact. Call it before the facts
    themselves change hands.
    """
    told = Identifier.objects.filter(customer_id=giver).exclude(told_by=None)
    waiting = {bytes(digest): fact for digest, fact in told.values_list("digest", "told_by")}
    points = ContactPoint.objects.filter(customer_id=giver).exclude(told_by=None)
    wanted = {fact for fact in (*waiting.values(), *points.values_list("told_by", flat=True)) if fact}
    found, facts, fresh = list(digests), set[str](), list(digests)
    heard = dict(known.identifiers)
    while fresh:
        facts |= _resolved(wanted - facts, giver, fresh)
        told_now = {digest for digest, teller in heard.items() if teller in fresh}
        fresh = [digest for digest, fact in waiting.items() if fact in facts or digest in told_now]
        for digest in fresh:
            del waiting[digest]
            heard.pop(digest, None)
        keys.give_back({"own": [digest.hex() for digest in fresh]}, giver=giver, taker=taker)
        found += fresh
    return found, facts


def _resolved(wanted: Collection[str], customer: uuid.UUID, digests: Sequence[bytes]) -> set[str]:
    """Those of the facts that one of these identifiers brought to the customer."""
    found: set[str] = set()
    for model, declaration in lifecycle.declarations().items():
        if declaration.fact is None:
            continue
        prefix, column = declaration.fact
        tellers = [provenance.teller(one) for one in wanted]
        names = {fact.removeprefix(prefix) for _source, fact in tellers if fact.startswith(prefix)}
        if names:
            facts = model._default_manager.filter(
                **{"customer_id": customer, f"{declaration.resolved_by}__in": digests, f"{column}__in": names}
            )
            found |= {
                provenance.told_by(source, f"{prefix}{name}") for source, name in facts.values_list("source", column)
            }
    return found.intersection(wanted)


def settle(absorbed: uuid.UUID, holder: uuid.UUID, *, log: MergeLog, facts: Collection[str], left: Rows) -> None:
    """Which way of contact of the absorbed one comes first: the row that came first for both (`left`), else what was
    told last. What was emptied on purpose stays empty: by them before, or by whoever looked at both since.
    """
    rule = rows.flag_of(ContactPoint)
    mine = list(ContactPoint.objects.filter(customer_id=absorbed).order_by("-pk"))
    theirs = ContactPoint.objects.filter(customer_id=holder, is_primary=True)
    filled = {_group(row) for row in (*mine, *theirs) if row.is_primary}
    people = Customer.objects.in_bulk([absorbed, holder])
    listed = log.flags.get(ContactPoint._meta.label, {}).get("theirs", [])
    is_short = not {str(row.pk) for row in mine}.issuperset(listed)
    first = {_group(row): row.pk for row in mine if row.pk in left}
    for row in mine:
        group = _group(row)
        # A row that had come first may have gone with somebody else who was parted since.
        if group in first or not (row.told_by in facts or (is_short and group not in filled)):
            continue
        own, common = _word_of(people[absorbed], row), _word_of(people[holder], row)
        if group in filled or not (_empties(own) or (_empties(common) and common.at >= log.at)):
            first[group] = row.pk
    rows.raise_flags(ContactPoint, rule, customer=absorbed, wanted=list(first.values()), takes=True)


def fill(
    absorbed: uuid.UUID, holder: uuid.UUID, *, logs: Sequence[MergeLog], facts: Collection[str], left: Rows
) -> None:
    """Where the way of contact that came first for both left the holder (`left`), the one told last before comes first.
    What was emptied on purpose before that one was told stays empty. Call it when the holder's words are restored.
    """
    gone = {_group(row) for row in ContactPoint.objects.filter(customer_id=absorbed, pk__in=left)}
    if not gone:
        return
    ours = {row for log in logs for row in log.flags.get(ContactPoint._meta.label, {}).get("ours", [])}
    since, person = logs[0].at, Customer.objects.get(id=holder)
    waiting: dict[tuple[str, str], list[ContactPoint]] = defaultdict(list)
    for row in ContactPoint.objects.filter(customer_id=holder):
        if _group(row) in gone:
            waiting[_group(row)].append(row)
    wanted = []
    for group in waiting.values():
        found, word = group, _word_of(person, group[0])
        corrected = word.not_before if word else None
        if corrected:
            is_gone = word is not None and provenance.told_by(word.source, word.fact) in facts
            found = [
                row
                for row in group
                if (str(row.pk) in ours and corrected < since) or (is_gone and row.created_at >= max(since, corrected))
            ]
        if found:
            wanted.append(max(found, key=lambda row: (row.created_at >= since, str(row.pk) in ours, row.pk)).pk)
    rows.raise_flags(ContactPoint, rows.flag_of(ContactPoint), customer=holder, wanted=wanted)


def _group(row: ContactPoint) -> tuple[str, str]:
    return row.kind, row.source


def _word_of(person: Customer, row: ContactPoint) -> provenance.Word | None:
    """The word that holds about that kind of contact."""
    return provenance.of(person.origins, _register(row.kind, row.source))


def _empties(word: provenance.Word | None) -> TypeGuard[provenance.Word]:
    """Whether somebody corrected what stood there: where nothing comes first, it was emptied then."""
    return word is not None and word.not_before is not None and word.not_before == word.at


def claim(*people: uuid.UUID, since: datetime) -> None:
    """What identified nobody because the two together had one of its kind already identifies the one who has it now:
    addresses and numbers told since they were merged, unless they are somebody's. Call it when all is resealed.
    """
    for who in people:
        _claim(who, since)


def _claim(who: uuid.UUID, since: datetime) -> None:
    points = list(
        ContactPoint.objects.filter(customer_id=who, created_at__gte=since).exclude(told_by=None).order_by("pk")
    )
    if not points:
        return
    keyring = subjects.load([who])
    held = Counter(Identifier.objects.filter(customer_id=who).values_list("kind", "source"))
    for row in points:
        (kind,), scope = survivorship.registers(row.kind), row.source
        if held[kind, scope] >= LIMITS[kind]:
            continue
        value = keyring.open(row.value, table=ContactPoint._meta.db_table, column="value", row=row.pk)
        marker = identifiers.digest(kind, value, scope)
        if suppressions.since([marker]):
            continue
        told = {"kind": kind, "source": scope, "created_at": row.created_at, "told_by": row.told_by}
        _key, is_new = Identifier.objects.get_or_create(digest=marker, defaults={"customer_id": who, **told})
        held[kind, scope] += is_new


def hand_words_over(absorbed: uuid.UUID, holder: uuid.UUID, *, facts: Collection[str], at: datetime) -> None:
    """The words about ways of contact that went back go with them, and what is told of the holder's is who told those
    that come first now.
    """
    if not facts:
        return
    people = Customer.objects.in_bulk([absorbed, holder])
    first: dict[uuid.UUID, dict[str, ContactPoint]] = {absorbed: {}, holder: {}}
    for row in ContactPoint.objects.filter(customer_id__in=[absorbed, holder], is_primary=True):
        first[row.customer_id][_register(row.kind, row.source)] = row
    taken: dict[str, Any] = {}
    left: dict[str, Any] = {}
    for register in {*first[absorbed], *first[holder], *map(_register, ContactPoint.Kind.values)}:
        entry = (people[holder].origins or {}).get(register)
        if entry is None or provenance.told_by(entry[0], entry[2]) not in facts:
            continue
        mine, theirs = first[absorbed].get(register), first[holder].get(register)
        if mine is not None and mine.told_by in facts:
            taken[f"{golden.ORIGIN}{register}"] = entry
        left[f"{golden.ORIGIN}{register}"] = None if theirs is None else _word(theirs)
    for who, columns in ((absorbed, taken), (holder, left)):
        if columns:
            Customer.objects.filter(id=who).update(**golden.assign(people[who], columns), updated_at=at)


def _register(kind: str, scope: str = "") -> str:
    (field,) = survivorship.registers(kind)
    return settling.register_of(field, scope=scope)


def _word(row: ContactPoint) -> list[Any]:
    source, fact = provenance.teller(row.told_by)
    return provenance.spelt(provenance.Word(source or row.source, row.created_at, fact))
