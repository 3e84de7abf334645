"""Postal addresses told while two were one: when they are parted, each has those that were told of them."""

import operator
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from cdp.core import copying, ids, lifecycle
from cdp.core.crypto import subjects
from customers.models import Address, MergeLog
from customers.rules import settling, tellings
from customers.services.identity import contacts
from customers.services.merging import rows


class Places:
    """The addresses of somebody who leaves (`mine` is what was told of them) and of who stays (`theirs`)."""

    def __init__(
        self,
        log: MergeLog,
        holder: uuid.UUID,
        mine: Sequence[tellings.Telling],
        theirs: Sequence[tellings.Telling],
        keyring: subjects.Keyring,
        at: datetime,
    ) -> None:
        """`holder` stands for the survivor of the merge today."""
        self.log, self.holder, self.mine, self.theirs = log, holder, mine, theirs
        self.absorbed: uuid.UUID = log.absorbed_id
        self.keyring, self.at = keyring, at
        self._left = False

    def give(self) -> None:
        """Addresses told since go to who was told them first, and what both were told both have. Call it before
        anybody's flags are raised again.
        """
        mine = _places(self.mine)
        held = {bytes(row.digest): row for row in Address.objects.filter(customer_id=self.holder)} if mine else {}
        theirs = _places(self.theirs) if mine else {}
        leaving = []
        copies: list[tuple[uuid.UUID, bytes, tellings.Telling]] = []
        for digest in held.keys() & mine.keys():
            is_new, other = held[digest].id > self.log.id, theirs.get(digest)
            if is_new and (other is None or mine[digest].id < other.id):
                leaving.append(held[digest].id)
                copies += [(self.holder, digest, other)] if other else []
            else:
                copies.append((self.absorbed, digest, mine[digest]))
        if leaving:
            self._left = any(held[digest].is_primary for digest in held if held[digest].id in leaving)
            rule = lifecycle.declarations()[Address]
            rows.move(Address, rule, {self.holder: self.absorbed}, only=("id", leaving))
            Address.objects.filter(customer_id=self.absorbed, id__in=leaving, is_primary=True).update(is_primary=False)
        self._copy(copies)

    def _copy(self, copies: Sequence[tuple[uuid.UUID, bytes, tellings.Telling]]) -> None:
        """Addresses that somebody has beside the other one, as they were told; they stand where they were told."""
        held = Address.objects.filter(customer_id=self.absorbed).values_list("digest", flat=True)
        known = {(self.absorbed, bytes(digest)) for digest in held} if copies else set()
        fresh = []
        for customer, digest, one in copies:
            person, row = one.person, one.id
            if (customer, digest) not in known and person.street and not one.word.is_weak:
                street = self.keyring.seal(
                    person.street, customer=customer, table="customers_address", column="street", row=row
                )
                place = (person.city, person.province, person.postcode, person.country)
                fresh.append((row, customer, street, digest, *place, False, one.word.source, ids.moment_of(row)))
        copying.rows(Address, contacts.ADDRESS_COLUMNS, fresh)

    def settle(self, state: settling.State, theirs: settling.State | None) -> None:
        """Of who leaves, the address of the word that holds comes first; `state` is what they heard. Of who stays, the
        one that did before, or that was told since; `theirs` is what they heard, if the word about their place left.
        """
        self._put_first(self.absorbed, self.mine, state)
        if self._left:
            ours = self.log.flags.get(Address._meta.label, {}).get("ours", [])
            rows.raise_flags(Address, rows.flag_of(Address), customer=self.holder, wanted=ours)
        if theirs is not None:
            self._put_first(self.holder, self.theirs, theirs)

    def _put_first(self, customer: uuid.UUID, told: Sequence[tellings.Telling], state: settling.State) -> None:
        """The address of the word that holds; one that staff took out since does not come back."""
        if state.street is None:
            return
        held = {bytes(one) for one in Address.objects.filter(customer_id=customer).values_list("digest", flat=True)}
        wanted = [
            (one.person, one.word)
            for one in told
            if _has_place(one) and (_digest(one) in held or not one.person.street)
        ]
        contacts.write_addresses(
            {customer: wanted}, {customer: state}, known=[customer], keyring=self.keyring, now=self.at
        )


def in_order(told: Iterable[tellings.Telling]) -> list[tellings.Telling]:
    """As they were heard."""
    return sorted(told, key=operator.attrgetter("id"))


def _has_place(one: tellings.Telling) -> bool:
    return bool(one.person.street or one.person.city or one.person.postcode)


def _digest(one: tellings.Telling) -> bytes:
    return contacts.address_digest(one.person)


def _places(told: Iterable[tellings.Telling]) -> dict[bytes, tellings.Telling]:
    """The addresses that were told, each with who told it first."""
    found: dict[bytes, tellings.Telling] = {}
    for one in in_order(told):
        if _has_place(one):
            found.setdefault(_digest(one), one)
    return found
