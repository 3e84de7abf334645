"""Resolving a batch of people: read what is known, judge, write new customers, keys and changes.

One transaction per batch. Keys are written first, sorted: when another process claimed one of them meanwhile, the
batch is rolled back to its savepoint and judged again with what is known now.
"""

import itertools
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q
from psycopg.errors import DeadlockDetected, UniqueViolation

from cdp.core import looking_up, pipeline
from cdp.core.models import Source
from customers.models import Customer, Identifier, SharedIdentifier
from customers.rules import provenance, settling
from customers.rules.matching import Holder, Key, Matcher, Named, Outcome, Verdict
from customers.rules.people import Person
from customers.rules.provenance import Standing, Word
from customers.selectors import identifiers
from customers.selectors import suppressions as barring
from customers.services import buckets, suppressions
from customers.services.identity import batches, joining, writing
from customers.services.identity.batches import Batch
from customers.services.identity.joining import Evidence
from customers.services.suppressions import Suppressed, Teller

MOST_TRIES = 5
MOST_REMEMBERED = 100_000
"""Identifiers that a check of a file keeps in mind, some 30 MB."""


class UnableToResolve(Exception):
    """Other processes kept claiming the same identifiers; try again."""


class IdentityConflict(Exception):
    """Identifiers of one person belong to several customers; `customers` are their ids, all of them existing."""

    def __init__(self, customers: Sequence[uuid.UUID]) -> None:
        """Name the customers."""
        super().__init__("the identifiers belong to different customers")
        self.customers = list(customers)


class Resolution(NamedTuple):
    """Who a person is. `rivals` are customers who hold an identifier this person also named."""

    customer: uuid.UUID
    outcome: Outcome
    rivals: tuple[uuid.UUID, ...] = ()
    is_other_name: bool = False  # one by the e-mail alone, under a given name that disagrees with the one known
    by: bytes | None = None  # the identifier they were known by before this was told; None for somebody new


NOBODY = Resolution(buckets.IDS[0], Outcome.SUPPRESSED)
"""Somebody who was forgotten: facts of theirs are a guest's."""


class _How(NamedTuple):
    """What a door wants of those who are told of; see `resolve_many`."""

    refuses_conflicts: bool
    is_stranger: bool
    teller: Teller
    before_change: Callable[[Collection[uuid.UUID]], None] | None
    joins: bool = False
    only_fills: bool = False


def keys_of(person: Person, source: Source) -> list[Key]:
    """The digests of a person's identifiers, strongest first."""
    return batches.Keys(source)(person)


def find(person: Person, source: Source) -> list[uuid.UUID]:
    """The customers who hold any identifier of `person`, strongest first. Reads only."""
    keys = keys_of(person, source)
    owners = identifiers.owners(key.digest for key in keys)
    return list(dict.fromkeys(owners[key.digest] for key in keys if key.digest in owners))


def look_up(people: Sequence[Person], *, source: Source) -> list[uuid.UUID | None]:
    """Who each person is by the strongest identifier that is known, without writing anything; None for nobody."""
    keys = list(map(batches.Keys(source), people))
    owners = identifiers.owners({key.digest for person_keys in keys for key in person_keys})
    return [next((owners[key.digest] for key in person_keys if key.digest in owners), None) for person_keys in keys]


def forgotten(people: Sequence[Person], *, source: Source) -> list[bool]:
    """Which of these people were forgotten: any of their identifiers is suppressed. Reads only."""
    keys = list(map(batches.Keys(source), people))
    barred = barring.since({key.digest for person_keys in keys for key in person_keys})
    return [any(key.digest in barred for key in person_keys) for person_keys in keys]


def resolve_many(
    people: Sequence[Person],
    *,
    source: Source,
    now: datetime,
    lane: int = pipeline.INTERACTIVE,
    refuse_conflicts: bool = False,
    is_stranger: bool = False,
    teller: Teller = Teller.OTHERS,
    before_change: Callable[[Collection[uuid.UUID]], None] | None = None,
    joins: bool = True,
    by: str = "",
    is_correction: bool = False,
    only_fills: bool = False,
) -> list[Resolution]:
    """Who each person is, in order; new customers are made, known ones updated, all of them marked.

    Every person must be identified. With `refuse_conflicts` nothing is written and IdentityConflict raised when a
    person's identifiers belong to several customers; otherwise the strongest wins and a suggestion for a steward is
    kept. With `is_stranger` nobody knows whether the teller is the person told of (a public form): customers who are
    known keep everything as it is (name, ways of contact, identifiers), only interests and tags are added. `by` is
    the fact that told of those who name none (`Person.told_by`). With `is_correction` the teller knows what stands
    there and says what is so now. With `only_fills` the teller need not be who they say they are (a key that pages
    carry): of customers who are known only what is empty is filled, weakly, and nobody known is merged. Customers
    whom one person's identifiers name together are merged where nothing speaks against it (`joining`), unless
    `joins` is False.
    Somebody who was forgotten comes out as Outcome.SUPPRESSED with a bucket for a customer, unless `teller` says that
    it is the person, who is known again then, or that Suppressed is to be raised. Whoever has to remember what people
    were like is told in `before_change` which customers are about to be changed, once more for each try. Raises
    UnableToResolve after MOST_TRIES lost races.
    """
    return resolve_batch(
        batches.gather(people, source),
        source=source,
        now=now,
        lane=lane,
        refuse_conflicts=refuse_conflicts,
        is_stranger=is_stranger,
        teller=teller,
        before_change=before_change,
        joins=joins,
        by=by,
        is_correction=is_correction,
        only_fills=only_fills,
    )


def resolve_batch(
    batch: Batch,
    *,
    source: Source,
    now: datetime,
    lane: int = pipeline.INTERACTIVE,
    refuse_conflicts: bool = False,
    is_stranger: bool = False,
    teller: Teller = Teller.OTHERS,
    before_change: Callable[[Collection[uuid.UUID]], None] | None = None,
    joins: bool = True,
    by: str = "",
    is_correction: bool = False,
    only_fills: bool = False,
) -> list[Resolution]:
    """As `resolve_many`, for people whose keys, and perhaps rows, are made already (see `batches`)."""
    base = Word(source.key, now, by, not_before=now if is_correction else None, is_weak=only_fills)
    is_sure = joins and not (refuse_conflicts or is_stranger or only_fills)
    how = _How(refuse_conflicts, is_stranger, teller, before_change, is_sure, only_fills)
    for _ in range(MOST_TRIES):
        try:
            with transaction.atomic():
                return _resolve(batch, source, base, lane, how)
        except writing.Outrun:
            continue
        except IntegrityError as problem:
            # Another process claimed the same key, or wrote the same contact or address, between our reading and our
            # writing.
            if not isinstance(problem.__cause__, UniqueViolation):
                raise
        except OperationalError as problem:
            # Two batches that change the same customers in different order: PostgreSQL ended one of them.
            if not isinstance(problem.__cause__, DeadlockDetected):
                raise
    raise UnableToResolve


def _resolve(batch: Batch, source: Source, base: Word, lane: int, how: _How) -> list[Resolution]:
    words = batch.words(base)
    keys = [key for person_keys in batch.keys for key in person_keys]
    matcher = _matcher(keys, is_stranger=how.is_stranger, only_fills=how.only_fills)
    evidence = Evidence(matcher)
    evidence.begin(batch, words)
    if how.joins:
        matcher.decide_by(evidence.may_join)
    # After the owners: whoever was forgotten before we read those is found here.
    barred = barring.since({key.digest for key in keys})
    if barred and how.teller is Teller.ANSWERED:
        raise Suppressed
    if barred and how.teller is Teller.OTHERS:
        return _without(barred, batch, lambda rest: _resolve(rest, source, base, lane, how))
    known_holders = {digest: set(customers) for digest, customers in (matcher.guests | matcher.shared).items()}
    verdicts: list[Verdict] = []
    names = map(Named, batch.given_names, batch.ranks, words)
    for person_keys, named, new_id in zip(batch.keys, names, batch.ids, strict=True):
        verdict = matcher.judge(person_keys, named=named, new_id=new_id)
        # A new person is no customer to be confused with: one rival alone is somebody else with the same e-mail.
        claimants = verdict.rivals if verdict.outcome is Outcome.CREATED else [verdict.customer, *verdict.rivals]
        if how.refuses_conflicts and len(claimants) > 1:
            raise IdentityConflict(claimants)
        if how.is_stranger and verdict.outcome is not Outcome.CREATED:
            verdict.claimed.clear()
            verdict.shared.clear()
        evidence.note(verdict.customer, len(verdicts))
        verdicts.append(verdict)
    matcher.decide_by(None)  # or the two would hold each other, and the batch, until somebody looks for garbage
    if how.only_fills:
        batch = replace(batch, people=_filling(batch, verdicts, matcher))
    if how.before_change is not None:
        changed = {verdict.customer for verdict in verdicts if verdict.outcome is not Outcome.CREATED}
        changed.update(matcher.joined)
        if changed:
            changed -= {verdict.customer for verdict in verdicts if verdict.outcome is Outcome.CREATED}
        how.before_change(changed)
    writing.write(
        batch,
        [_as_told(batch, position, verdict) for position, verdict in enumerate(verdicts)]
        if matcher.joined
        else verdicts,
        source=source,
        now=base.at,
        known_holders=known_holders,
        is_stranger=how.is_stranger,
        words=words,
        base=base,
    )
    pipeline.mark((verdict.customer for verdict in verdicts), cause="customers.identity", lane=lane)
    if barred:
        judged = zip(batch.keys, verdicts, strict=True)
        suppressions.lift(
            ((key.digest, verdict.customer) for keys, verdict in judged for key in keys if key.digest in barred),
            source=source,
            at=base.at,
        )
    stands = joining.join(matcher, source=source, at=base.at)
    return [_resolution(verdict, stands) for verdict in verdicts]


def _filling(batch: Batch, verdicts: Sequence[Verdict], matcher: Matcher) -> list[Person]:
    """The people as they are told weakly: of somebody known without the identifiers that did not become theirs."""
    told = []
    for person, keys, verdict in zip(batch.people, batch.keys, verdicts, strict=True):
        left: dict[str, Any] = {} if verdict.outcome is Outcome.CREATED else {
            batches.FIELDS_OF[key.kind]: "" for key in keys if not matcher.is_held(key, verdict.customer)
        }  # fmt: skip
        told.append(replace(person, **left) if left else person)
    return told


def _as_told(batch: Batch, position: int, verdict: Verdict) -> Verdict:
    """The verdict as it is written. A word that makes two people one is told of the one whose identifier decided, and
    the merge that follows takes it over; so it is theirs again once they are parted. What it empties is so for both.
    """
    if verdict.held_by is None or batch.people[position].cleared:
        return verdict
    return replace(verdict, customer=verdict.held_by)


def _without(barred: Collection[bytes], batch: Batch, resolve: Callable[[Batch], list[Resolution]]) -> list[Resolution]:
    """Who the others are; those who were forgotten are nobody."""
    is_barred = [any(key.digest in barred for key in keys) for keys in batch.keys]
    others = [position for position, no in enumerate(is_barred) if not no]
    rest = Batch(
        people=[batch.people[position] for position in others],
        keys=[batch.keys[position] for position in others],
        given_names=[batch.given_names[position] for position in others],
        ids=[batch.ids[position] for position in others],
        ranks=bytes(batch.ranks[position] for position in others),
        told=None if batch.told is None else [batch.told[position] for position in others],
    )
    found = iter(resolve(rest) if others else ())
    return [NOBODY if no else next(found) for no in is_barred]


def _resolution(verdict: Verdict, stands: Mapping[uuid.UUID, uuid.UUID] = MappingProxyType({})) -> Resolution:
    customer = stands.get(verdict.customer, verdict.customer) if stands else verdict.customer
    return Resolution(customer, verdict.outcome, tuple(verdict.rivals), verdict.is_other_name, verdict.by)


class Foresight:
    """What resolving would come to for batches one after another, without writing anything: for a file to be checked.

    It remembers whom the batches before would have made, as long as those are not too many: `is_rough` says that it
    has forgotten some, and that somebody who came again after that is counted as new once more.
    """

    def __init__(self, *, joins: bool = True) -> None:
        """Nobody told of yet. `joins` as in `resolve_many`."""
        self._joins = joins
        self._begin()
        self.is_rough = False
        self.joined = self.fewer = 0
        """Of the last batch: records of people we know that would become one with another, and people whom it or one
        before it would have made new and who turn out to be somebody.
        """

    def _begin(self) -> None:
        self._matcher = Matcher(owners={}, shared={}, holders={})
        self._evidence = Evidence(self._matcher)
        self._known: set[uuid.UUID] = set()
        if self._joins:
            self._matcher.decide_by(self._evidence.may_join)

    def resolve(self, batch: Batch, base: Word) -> list[Resolution]:
        """Who each person would be; customers who would be new have ids that nobody ever gets. `base` is the word of
        who knows no better.
        """
        if len(self._matcher.owners) > MOST_REMEMBERED:
            self._begin()
            self.is_rough = True
        self.joined = self.fewer = 0
        barred = barring.since({key.digest for person_keys in batch.keys for key in person_keys})
        return _without(barred, batch, lambda rest: self._resolve(rest, base)) if barred else self._resolve(batch, base)

    def _resolve(self, batch: Batch, base: Word) -> list[Resolution]:
        read = _matcher([key for person_keys in batch.keys for key in person_keys])
        self._matcher.learn(read)
        self._known |= read.holders.keys()
        words, before = batch.words(base), len(self._matcher.joined)
        self._evidence.begin(batch, words)
        found: list[Resolution] = []
        for person_keys, named, new_id in zip(
            batch.keys, map(Named, batch.given_names, batch.ranks, words), batch.ids, strict=True
        ):
            verdict = self._matcher.judge(person_keys, named=named, new_id=new_id)
            self._evidence.note(verdict.customer, len(found))
            found.append(_resolution(verdict))
        for absorbed in itertools.islice(self._matcher.joined, before, None):
            self.joined += absorbed in self._known
            self.fewer += absorbed not in self._known
        return found


def _matcher(keys: Sequence[Key], *, is_stranger: bool = False, only_fills: bool = False) -> Matcher:
    """What is known about these keys: four set-based reads whatever the size of the batch."""
    digests = list({key.digest for key in keys})
    owners: dict[bytes, uuid.UUID] = {}
    shared_digests: list[bytes] = []
    for digest, customer, is_shared in looking_up.by_digests(
        "SELECT digest, customer_id, is_shared FROM customers_identifier WHERE digest = ANY(%s)", digests
    ):
        owners[bytes(digest)] = customer
        if is_shared:
            shared_digests.append(bytes(digest))
    shared: dict[bytes, list[uuid.UUID]] = {digest: [] for digest in shared_digests}
    guests: dict[bytes, list[uuid.UUID]] = {}
    phones = [key.digest for key in keys if key.kind == "phone" and key.digest in owners]
    if phones:
        rows = SharedIdentifier.objects.filter(digest__in=phones).order_by("id")
        for digest, customer in rows.values_list("digest", "customer_id"):
            (shared if bytes(digest) in shared else guests).setdefault(bytes(digest), []).append(customer)
    known = {*owners.values(), *itertools.chain.from_iterable([*shared.values(), *guests.values()])}
    holders = {customer: Holder() for customer in known}
    if known:
        named = Customer.objects.filter(id__in=known).annotate(has_name=Q(name__isnull=False))
        columns = ("id", "given_name_key", "origins", "has_name", "created_at")
        for customer, given_name, origins, has_name, since in named.values_list(*columns):
            holder = holders[customer]
            holder.given_name, holder.since = given_name, since
            if has_name or (origins and provenance.NAME in origins):
                word = provenance.of(origins, provenance.NAME)
                holder.name = Standing(word, settling.name_rank(given_name), has_name)
        held = Identifier.objects.filter(customer_id__in=known).values_list("customer_id", "kind", "source", "digest")
        for customer, kind, scope, digest in held:
            holders[customer].held.setdefault((kind, scope), set()).add(bytes(digest))
    return Matcher(
        owners=owners, shared=shared, holders=holders, guests=guests, is_stranger=is_stranger, only_fills=only_fills
    )
