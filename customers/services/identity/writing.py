"""Writing a judged batch: keys first, then new customers by COPY, then changes of known customers set-wise."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection

from cdp.core import webhooks
from cdp.core.crypto import subjects
from cdp.core.models import Source
from customers.rules import people, provenance, settling
from customers.rules.matching import Outcome, Verdict
from customers.rules.people import Person
from customers.rules.provenance import Word
from customers.services import suggestions, tellings
from customers.services.identity import contacts, fresh, profiles
from customers.services.identity.batches import Batch
from customers.services.identity.profiles import Outrun

Heard = tuple[Person, Word]


def write(
    batch: Batch,
    verdicts: Sequence[Verdict],
    *,
    source: Source,
    now: datetime,
    known_holders: Mapping[bytes, set[uuid.UUID]],
    is_stranger: bool,
    words: Sequence[Word],
    base: Word,
) -> None:
    """Write keys, customers, contacts, addresses and suggestions of a batch.

    `known_holders` are the holders of shared keys that the verdicts were made with, `words` say who told of each
    person. Raises Outrun, or IntegrityError where another process claimed one of the keys.
    """
    maker = fresh.Maker(source, now, base=base)
    fresh.copy_identifiers(_claims(batch, verdicts, maker, words))
    _share(verdicts, known_holders, is_stranger=is_stranger or base.is_weak)
    once, others = _apart(batch, verdicts)
    _write_new(once, batch, maker)
    if others:
        new = {customer for customer, told in others.items() if verdicts[told[0]].outcome is Outcome.CREATED}
        heard = {
            customer: [(batch.people[position], words[position]) for position in told]
            for customer, told in others.items()
        }
        by = {customer: [verdicts[position].by for position in told] for customer, told in others.items()}
        _write_others(heard, by, new, maker, source=source, now=now, is_stranger=is_stranger, base=base)
    rivals = ((verdict.customer, rival) for verdict in verdicts for rival in verdict.rivals)
    suggestions.ask(rivals, source=source, at=now)
    _tell(batch, verdicts, source=source, now=now)


def _tell(batch: Batch, verdicts: Sequence[Verdict], *, source: Source, now: datetime) -> None:
    """Other systems learn who is new; a visitor nobody knows is nobody yet."""
    new = {
        verdict.customer
        for person, verdict in zip(batch.people, verdicts, strict=True)
        if verdict.outcome is Outcome.CREATED and person.is_identified
    }
    facts = [webhooks.Fact(customer, now, {"source": source.key}) for customer in sorted(new)]
    webhooks.publish_many("customer.created", facts)


def _apart(batch: Batch, verdicts: Sequence[Verdict]) -> tuple[list[int], dict[uuid.UUID, list[int]]]:
    """Where the new customers stand whose rows are what was made of them beforehand, and where everybody else does:
    who is told of more than once, or known already, is made of everything that was told.
    """
    made = None if batch.firsts is None else batch.together()
    again = {verdict.customer for verdict in verdicts if verdict.outcome is not Outcome.CREATED}
    if made is None and not again:  # strangers, each told of once: the case of nearly all chunks
        return list(range(len(verdicts))), {}
    once: list[int] = []
    told: dict[uuid.UUID, list[int]] = {}
    for position, verdict in enumerate(verdicts):
        if made is None and verdict.customer not in again:
            once.append(position)
        else:
            told.setdefault(verdict.customer, []).append(position)
    if made is not None:
        created = (
            (customer, positions)
            for customer, positions in told.items()
            if verdicts[positions[0]].outcome is Outcome.CREATED
        )
        alone = {customer: positions[0] for customer, positions in created if positions == made.get(positions[0])}
        once = list(alone.values())
        told = {customer: positions for customer, positions in told.items() if customer not in alone}
    return once, told


def _claims(batch: Batch, verdicts: Sequence[Verdict], maker: fresh.Maker, words: Sequence[Word]) -> list[bytes]:
    """The rows of all keys that were claimed."""
    lines: list[bytes] = []
    for position, verdict in enumerate(verdicts):
        if batch.identifiers is not None and verdict.outcome is Outcome.CREATED:
            made = batch.identifiers[position]
            if len(verdict.claimed) == len(made):  # a new customer with nothing refused: all keys, as prepared
                lines += made
                continue
        lines += maker.identifiers(verdict.claimed, verdict.customer, words[position])
    return lines


def _write_new(positions: Sequence[int], batch: Batch, maker: fresh.Maker) -> None:
    """New customers who are told of once, or by nothing but what their rows are made of: they need nothing else."""
    if batch.rows is not None:
        fresh.copy(batch.rows, positions)
        return
    people = [batch.people[position] for position in positions]
    rows = fresh.Rows(maker.make(people, [batch.ids[position] for position in positions]))
    fresh.copy(rows, range(len(positions)))


def _write_others(
    heard: Mapping[uuid.UUID, Sequence[Heard]],
    by: Mapping[uuid.UUID, Sequence[bytes | None]],
    new: Collection[uuid.UUID],
    maker: fresh.Maker,
    *,
    source: Source,
    now: datetime,
    is_stranger: bool,
    base: Word,
) -> None:
    """Known customers, and new ones of whom several words tell: which word holds must be found out. `by` are the
    identifiers by which the words found them.
    """
    made = [customer for customer in heard if customer in new]
    known = [customer for customer in heard if customer not in new]
    rows, states = profiles.read(known)
    if is_stranger:
        heard = {**heard, **{customer: _of_stranger(rows[customer], heard[customer]) for customer in rows}}
    heard = {**heard, **{customer: _of_weak(rows[customer], heard[customer]) for customer in rows}}
    for customer, state in states.items():
        for person, word in heard[customer]:
            state.hear(person, word)
    persons = []
    for customer in made:
        person, states[customer] = settling.settled(heard[customer])
        persons.append(person)
    reached = {customer: heard[customer] for customer in (made if is_stranger else states)}
    points = contacts.plan_points(reached, states, known=known, source=source, base=base)
    keyring = subjects.load(known)
    origins = [provenance.gathered(states[customer].words, otherwise=heard[customer][0][1]) for customer in made]
    fresh.copy(fresh.Rows(maker.make(persons, made, keep=keyring.add, origins=origins)), range(len(made)), alone=True)
    told = {customer: [person for person, _word in heard[customer]] for customer in rows}
    profiles.update(rows, states, told, keyring, source=source, now=now, base=base)
    said = {
        customer: [
            (digest, person, word)
            for digest, (person, word) in zip(by[customer], heard[customer], strict=True)
            if digest
        ]
        for customer in rows
    }
    if not tellings.note(said, keyring=keyring):
        raise Outrun
    contacts.write_points(points, keyring=keyring, now=now)
    contacts.write_addresses(reached, states, known=known, keyring=keyring, now=now)


def _of_stranger(row: Mapping[str, Any], heard: Sequence[Heard]) -> list[Heard]:
    """What somebody who may be anybody adds to what is known: interests and tags, nothing else."""
    kept, known = [], list(row["interests"])
    for person, word in heard:
        known = list(dict.fromkeys([*known, *person.interests]))[: people.MOST_LISTED]
        interests = tuple(known) if person.interests else ()
        kept.append((Person(interests=interests, tags=person.tags), word))
    return kept


def _of_weak(row: Mapping[str, Any], heard: Sequence[Heard]) -> list[Heard]:
    """What weak words (`Word.is_weak`) say of somebody known, without what they may not: empty a field, add to the
    tags, change since when they are known. That they fill what is empty only is for the rules to see to.
    """
    return [
        (replace(person, cleared=frozenset(), created_at=None, tags=() if row["tags"] else person.tags), word)
        if word.is_weak
        else (person, word)
        for person, word in heard
    ]


def _share(verdicts: Sequence[Verdict], known_holders: Mapping[bytes, set[uuid.UUID]], *, is_stranger: bool) -> None:
    """A phone that turned out to be a household's: mark the key and keep both holders. Where a stranger says so the key
    stays its owner's, and the new one is kept beside it as a guest: known again by phone and name.

    Being one more holder claims no unique key, so the key itself is locked first and its holders are read again: when
    another process added one since we judged, it may be the person we are about to make.
    """
    pairs = sorted({(key.digest, verdict.customer) for verdict in verdicts for key in verdict.shared})
    if not pairs:
        return
    digests, customers = (list(column) for column in zip(*pairs, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT digest FROM customers_identifier WHERE digest = ANY(%s) ORDER BY digest FOR UPDATE", [digests]
        )
        cursor.execute("SELECT digest, customer_id FROM customers_sharedidentifier WHERE digest = ANY(%s)", [digests])
        for digest, customer in cursor.fetchall():
            if customer not in known_holders.get(bytes(digest), ()):
                raise Outrun
        if not is_stranger:
            cursor.execute("UPDATE customers_identifier SET is_shared = true WHERE digest = ANY(%s)", [digests])
            # The first owner becomes a holder like the others.
            cursor.execute(
                """
                INSERT INTO customers_sharedidentifier (digest, customer_id)
                SELECT digest, customer_id FROM customers_identifier WHERE digest = ANY(%s)
                ON CONFLICT DO NOTHING
                """,
                [digests],
            )
        cursor.execute(
            """
            INSERT INTO customers_sharedidentifier (digest, customer_id)
            SELECT * FROM unnest(%s::bytea[], %s::uuid[]) ON CONFLICT DO NOTHING
            """,
            [digests, customers],
        )
