"""The decision who a person is, on plain values: kinds of identifiers, their priority, limits and shared phones.

Read once for a batch: which customer holds which key. Then people are judged one after another in the order they came
in, each seeing what the ones before it claimed, so that the borders of batches do not matter.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from customers.rules import identifiers, provenance
from customers.rules.provenance import Standing, Word

LIMITS = {code: kind.limit or 10_000 for code, kind in identifiers.KINDS.items()}
PRIORITY = {code: kind.priority for code, kind in identifiers.KINDS.items()}


class Outcome(StrEnum):
    """What became of a person."""

    CREATED = "created"
    ATTACHED = "attached"
    CONFLICT = "conflict"  # attached, but an identifier of lower priority belongs to somebody else
    SUPPRESSED = "suppressed"  # somebody who was forgotten: nobody was found and nothing written


class Key(NamedTuple):
    """One identifier as a digest. `scope` is the source for external ids, empty otherwise: limits are per scope."""

    kind: str
    scope: str
    digest: bytes


@dataclass(slots=True)
class Holder:
    """What is known of one customer: digests held by (kind, scope), the key of the given name (None: no name), and
    who told the name.
    """

    held: dict[tuple[str, str], set[bytes]] = field(default_factory=dict)
    given_name: int | None = None
    name: Standing | None = None
    since: dt.datetime | None = None  # None: new in this batch


MayJoin = Callable[[uuid.UUID, uuid.UUID, str, int | None], bool]
"""Whether two customers whom one fact names are one person without anybody looking: (one, other, kind of identifier by
which the other was named, given name that the fact tells)."""


class Named(NamedTuple):
    """The name of a person who is told of: key of the given name, how whole it is (0: no name), and whose word."""

    given_name: int | None
    rank: int
    word: Word


class Link(NamedTuple):
    """One word named two customers: by the kinds of identifier of the one and of the other."""

    kinds: tuple[str, str]
    word: Word


@dataclass(slots=True)
class Verdict:
    """Who a person is, which keys are new for that customer, and which customers it was mistaken for."""

    customer: uuid.UUID
    outcome: Outcome
    claimed: list[Key] = field(default_factory=list)
    shared: list[Key] = field(default_factory=list)  # a household's phone: one more holder
    rivals: list[uuid.UUID] = field(default_factory=list)
    is_other_name: bool = False  # found by the e-mail alone, and known by a given name that disagrees
    by: bytes | None = None  # the identifier they were known by before; None for somebody new
    held_by: uuid.UUID | None = None  # who had that identifier, where this word made them one with an older record


class Matcher:
    """Judges people against what is known, and remembers its own verdicts."""

    def __init__(
        self,
        *,
        owners: dict[bytes, uuid.UUID],
        shared: Mapping[bytes, Iterable[uuid.UUID]],
        holders: dict[uuid.UUID, Holder],
        guests: Mapping[bytes, Iterable[uuid.UUID]] = MappingProxyType({}),
        is_stranger: bool = False,
        only_fills: bool = False,
    ) -> None:
        """`owners`: digest → customer; `shared`: digest of a shared key → its holders; `guests`: digest of a key that
        one person owns → people of other names who gave it, too, where anybody may type anything; `holders`: all these.

        `is_stranger`: who is known keeps name and phone, whatever is told. `only_fills`: who is known gets an
        identifier only of a kind of which they have none, and keeps the phone.
        """
        self.owners = owners
        self.shared = {digest: list(customers) for digest, customers in shared.items()}
        self.guests = {digest: list(customers) for digest, customers in guests.items()}
        self.holders = holders
        self._admitted: dict[uuid.UUID, tuple[list[Key], Named]] = {}
        self._is_stranger, self._only_fills = is_stranger, only_fills
        self._may_join: MayJoin | None = None
        self.joined: dict[uuid.UUID, uuid.UUID] = {}
        """Absorbed → survivor, in the order in which they were found to be one person."""
        self.links: dict[uuid.UUID, Link] = {}
        """Absorbed → what joined them."""

    def decide_by(self, may_join: MayJoin | None) -> None:
        """Join people whom one fact names together where this says so; nobody without it."""
        self._may_join = may_join

    def learn(self, other: "Matcher") -> None:
        """Take in what another one was told is known; what this one has judged itself goes before it."""
        for digest, owner in other.owners.items():
            self.owners.setdefault(digest, self.standing(owner))
        for mine, theirs in ((self.shared, other.shared), (self.guests, other.guests)):
            for digest, customers in theirs.items():
                mine.setdefault(digest, list(dict.fromkeys(map(self.standing, customers))))
        for customer, holder in other.holders.items():
            if customer not in self._admitted and customer not in self.joined:
                self.holders.setdefault(customer, holder)

    def standing(self, customer: uuid.UUID) -> uuid.UUID:
        """Who stands for a customer after everything that was judged."""
        while customer in self.joined:
            customer = self.joined[customer]
        return customer

    def judge(self, keys: list[Key], *, named: Named, new_id: uuid.UUID) -> Verdict:
        """Who it is. `keys` come in any order; `new_id` is taken when nobody fits."""
        if self._are_all_new(keys):
            return self._admit(keys, named, new_id)
        given_name = named.given_name
        keys = sorted(keys, key=lambda key: PRIORITY[key.kind])
        customer: uuid.UUID | None = None
        found_by = ""
        by: bytes | None = None
        held_by: uuid.UUID | None = None
        rivals: list[uuid.UUID] = []
        refused: set[bytes] = set()
        shared: list[Key] = []
        for key in keys:
            if key.digest not in self.owners and key.digest not in self.shared:
                continue
            owner = self._owner(key, given_name, shared, customer)
            if owner is None or owner == customer:
                continue
            if customer is not None and self._may_join and self._may_join(customer, owner, key.kind, given_name):
                customer = self._unite(customer, owner, Link((found_by, key.kind), named.word))
                continue
            if customer is not None or not self._fits(owner, key, keys):
                # Belongs to somebody else: the identifier of lower priority is dropped from this fact.
                rivals.append(owner)
                refused.add(key.digest)
                continue
            customer = held_by = owner
            found_by, by = key.kind, key.digest
        created = customer is None
        customer = customer or new_id
        holder = self.holder(customer)
        is_other_name = found_by == "email" and not self._same_name(customer, given_name)
        if created or not self._is_stranger:
            _rename(holder, named)
        open_ = [key for key in keys if key.digest not in refused]
        if self._only_fills and not created:
            open_ = [key for key in open_ if key not in shared and not holder.held.get((key.kind, key.scope))]
            shared = []
        claimed = [key for key in open_ if self._claim(key, customer, holder, shared)]
        outcome = Outcome.CREATED if created else Outcome.CONFLICT if rivals else Outcome.ATTACHED
        return Verdict(
            customer,
            outcome,
            claimed,
            shared,
            list(dict.fromkeys(rivals)),
            is_other_name,
            by,
            held_by if held_by != customer else None,
        )

    def _unite(self, one: uuid.UUID, other: uuid.UUID, link: Link) -> uuid.UUID:
        """These two are one from now on, known by the older one's id. What is told next finds them as one."""
        survivor, absorbed = sorted((one, other), key=self._age)
        ours, theirs = self.holder(survivor), self.holders.pop(absorbed, Holder())
        for slot, digests in theirs.held.items():
            ours.held.setdefault(slot, set()).update(digests)
            self.owners.update(dict.fromkeys(digests, survivor))
        for several in (self.shared, self.guests):
            for digest, customers in several.items():
                if absorbed in customers:
                    several[digest] = list(dict.fromkeys(survivor if who == absorbed else who for who in customers))
        is_later = (
            theirs.name and theirs.name.word and provenance.outdoes(theirs.name.word, theirs.name.rank, ours.name)
        )
        if is_later or ours.given_name is None:
            ours.name, ours.given_name = theirs.name or ours.name, theirs.given_name
        self.joined[absorbed], self.links[absorbed] = survivor, link
        return survivor

    def _age(self, customer: uuid.UUID) -> tuple[bool, dt.datetime | None, uuid.UUID]:
        since = self.holder(customer).since
        return since is None, since, customer

    def _are_all_new(self, keys: list[Key]) -> bool:
        """Whether nobody holds any of these keys, of which there is one of each kind: the case of nearly all rows."""
        owners, shared = self.owners, self.shared
        for key in keys:
            if key.digest in owners or key.digest in shared:
                return False
        return len({key.kind for key in keys}) == len(keys)

    def _admit(self, keys: list[Key], named: Named, new_id: uuid.UUID) -> Verdict:
        """Somebody new to whom all keys go. What is known of them is put together when somebody like them comes."""
        for key in keys:
            self.owners[key.digest] = new_id
        self._admitted[new_id] = keys, named
        return Verdict(new_id, Outcome.CREATED, list(keys))

    def holder(self, customer: uuid.UUID) -> Holder:
        """What is known of a customer."""
        holder = self.holders.get(customer)
        if holder is None:
            holder = Holder()
            if customer in self._admitted:
                keys, named = self._admitted.pop(customer)
                holder.held = {(key.kind, key.scope): {key.digest} for key in keys}
                _rename(holder, named)
            self.holders[customer] = holder
        return holder

    def is_held(self, key: Key, customer: uuid.UUID) -> bool:
        """Whether an identifier is this customer's, alone or with others."""
        others = (*self.shared.get(key.digest, ()), *self.guests.get(key.digest, ()))
        return self.owners.get(key.digest) == customer or customer in others

    def _owner(self, key: Key, given_name: int | None, shared: list[Key], chosen: uuid.UUID | None) -> uuid.UUID | None:
        """Who holds the key. A phone counts only where given names agree or one side has none; otherwise it turns
        out to be shared by a household and this person becomes one more holder; but a guest where a stranger says so,
        who could take everybody's phone out of use otherwise. `chosen` is who the person already is
        by a stronger identifier: that customer's own phone stays so, whatever the name is spelt like this time.
        """
        candidates = self.shared.get(key.digest)
        if candidates is None:
            owner = self.owners.get(key.digest)
            if key.kind == "unlisted_phone" and owner is not None and owner != chosen:
                # It holds the whole name that was told, and counts only as long as the customer is called so.
                return owner if self.holder(owner).given_name == given_name else None
            if owner is None or owner == chosen or key.kind != "phone" or self._same_name(owner, given_name):
                return owner
            candidates = [owner, *self.guests.get(key.digest, ())]
        if chosen in candidates:
            return chosen
        # Several holders: the name must decide. Who tells no name is the holder without one, so that the same words
        # told twice are the same person.
        for candidate in candidates:
            if self.holder(candidate).given_name == given_name:
                return candidate
        shared.append(key)
        return None

    def _same_name(self, customer: uuid.UUID, given_name: int | None) -> bool:
        known = self.holder(customer).given_name
        return known is None or given_name is None or known == given_name

    def _fits(self, customer: uuid.UUID, matched: Key, keys: list[Key]) -> bool:
        """Negative evidence: a stronger one-per-person identifier of the person differs from the customer's own."""
        held = self.holder(customer).held
        for key in keys:
            if PRIORITY[key.kind] >= PRIORITY[matched.kind]:
                break
            others = held.get((key.kind, key.scope))
            if others and LIMITS[key.kind] == 1 and key.digest not in others:
                return False
        return True

    def _claim(self, key: Key, customer: uuid.UUID, holder: Holder, shared: list[Key]) -> bool:
        if key in shared and (self._is_stranger or self._only_fills) and key.digest not in self.shared:
            self.guests.setdefault(key.digest, []).append(customer)
            return False
        if key in shared:
            holders = self.shared.setdefault(key.digest, [self.owners[key.digest]])
            if customer not in holders:
                holders.append(customer)
            return False
        if key.digest in self.owners or key.digest in self.shared:
            return False
        held = holder.held.setdefault((key.kind, key.scope), set())
        if len(held) >= LIMITS[key.kind]:
            return False
        held.add(key.digest)
        self.owners[key.digest] = customer
        return True


def _rename(holder: Holder, named: Named) -> None:
    """The name as the customer's row will have it: the same rule decides (`settling`)."""
    if named.rank and provenance.holds(named.word, named.rank, holder.name):
        known = holder.name.word if holder.name else None
        holder.name = Standing(provenance.kept(named.word, known), named.rank)
        holder.given_name = named.given_name
