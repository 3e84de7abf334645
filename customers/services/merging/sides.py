"""What was told while two were one: when they are parted, each side hears its own again.

Whose a telling is, the identifier said that decided the fact (`customers.services.tellings`). Where the word that holds
about a field of the survivor leaves, the field falls back to what it was before the merge, and what was told of the
survivor alone is told again; so it comes out as if the other had never been there.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from cdp.core.crypto import subjects
from cdp.core.imports import undoing
from customers.models import ContactPoint, Customer, MergeLog, Status, Telling
from customers.rules import provenance, settling, survivorship, tellings
from customers.services import tellings as noting
from customers.services.identity import profiles
from customers.services.merging import golden, places, ways

_ID = 16
"""Bytes of what a known hand named somebody by; digests are longer."""
_PLACE = {provenance.PLACE, provenance.COUNTRY}


class Sides:
    """What was told since a merge, of who leaves and of who stays, once its rows are where they belong."""

    def __init__(
        self,
        log: MergeLog,
        later: Sequence[MergeLog],
        holder: uuid.UUID,
        locked: Mapping[uuid.UUID, Customer],
        at: datetime,
    ) -> None:
        """Read it; `locked` are the rows of everybody whom the merge and the later ones made one."""
        self.log, self.levels, self.holder, self.locked, self.at = log, [log, *later], holder, locked, at
        self.absorbed: uuid.UUID = log.absorbed_id
        self.keyring = subjects.load([*locked])
        told = noting.of(self.absorbed, self.keyring)
        mine = places.in_order(one for _row, _by, some in told for one in some if one.since >= log.id)
        self.theirs = noting.of(holder, self.keyring)
        mine, self.theirs = _but_undone(mine, self.theirs)
        hands = [one for _row, by, some in self.theirs if len(by) == _ID for one in some]
        self.gone = {tellings.name_of(one.word) for one in mine}
        self.told = mine
        self.mine = tellings.without_cleared(mine, hands)
        self._has_left = self._stars = False
        self._state: settling.State | None = None

    # --- postal addresses ---

    def give_addresses(self) -> None:
        """Addresses told since go to who was told them. Call it before anybody's flags are raised again."""
        told = [one for _row, _by, some in self.theirs for one in some]
        self._places = places.Places(self.log, self.holder, self.mine, told, self.keyring, self.at)
        self._places.give()

    def settle_addresses(self, state: settling.State) -> None:
        """Of each comes first what would without the merge; `state` is what the absorbed one heard."""
        self._places.settle(state, self._state)

    # --- ways of contact ---

    def settle_contacts(self) -> None:
        """Of each kind comes first what would without the merge. Of who stays only where no other merge stands: then
        what has been told since the first of them is told again.
        """
        flags = self.log.flags.get(ContactPoint._meta.label, {})
        row = self.locked[self.absorbed]
        theirs, nothing = flags.get("theirs", []), frozenset[tellings.Name]()
        ways.settle(self.absorbed, self.mine, nothing, before=theirs, origins=row.origins, at=self.at)
        if self.log.base and self.log.customer_id == self.holder and not self._stars:
            told, origins = self._told(0), self.log.base["origins"]
            ways.settle(self.holder, told, self.gone, before=flags.get("ours", []), origins=origins, at=self.at)

    # --- fields ---

    def hear(self) -> settling.State:
        """The absorbed one is told what was theirs."""
        state = self._hear(self.absorbed, self.mine, tags=True)
        known = Customer.objects.values_list("sources", flat=True).get(id=self.absorbed)
        if more := survivorship.union(known, tellings.sources(self.mine)):
            Customer.objects.filter(id=self.absorbed).update(sources=more)
        return state

    def fall_back(self, level: int, below: golden.Fields) -> golden.Fields:
        """In the row of who stands at that level: what the leaving side told goes. `below` is what taking the merge
        back restored there. Returns what changed in all, for whoever absorbed that one in turn.
        """
        log = self.levels[level]
        if not log.base or not self._has_tellings():
            return below
        row, told = self.locked[log.customer_id], self._told(level)
        stars = list(
            MergeLog.objects.filter(customer_id=row.id, undone_at=None, id__gt=log.id)
            .exclude(absorbed_status=Status.ANONYMOUS)
            .defer("moved", "images", "identifiers")
            .order_by("id")
        )
        absorbed = Customer.objects.in_bulk([star.absorbed_id for star in stars])
        over = ([log] if level else []) + stars
        resets = [group for group in _GROUPS if self._is_gone(row.origins, group)]
        found: golden.Fields = {
            group: {"wrote": _spelt(row, group), "before": self._start(group, log, over)} for group in resets
        }
        columns = _read({column: value for one in found.values() for column, value in one["before"].items()})
        for group in survivorship.LISTS:
            columns |= self._list(group, row, log, over, told, absorbed)
        known = {column: list(getattr(row, column)) for column in survivorship.LISTS}
        columns |= self._since(row, log, told)
        self._stars |= bool(stars)
        for number, star in enumerate(stars):
            before = [*([log] if level else []), *stars[:number]]
            self._rebase(star, absorbed[star.absorbed_id], log, before, is_bottom=not level)
        if columns:
            Customer.objects.filter(id=row.id).update(**golden.assign(row, columns), updated_at=self.at)
        registers = {register for group in {*resets, *below} for register in survivorship.registers(group)}
        registers |= {group for group in ("interests", "tags") if f"{golden.ORIGIN}{group}" in columns}
        state = self._hear(row.id, told, registers=registers)
        if row.id == self.holder and registers & _PLACE:
            self._state = state
        row.refresh_from_db()
        for star in stars:
            self._fill(row, star, absorbed[star.absorbed_id], resets)
        return below | {group: below.get(group, one) for group, one in found.items()} | _lists(known, row, below)

    def _has_tellings(self) -> bool:
        return bool(self.gone or self.theirs)

    def _told(self, level: int) -> list[tellings.Telling]:
        """What was told at that level of those who stay: of somebody absorbed in turn only until then."""
        log = self.levels[level]
        since = uuid.UUID(log.base.get("since") or str(log.id))
        if level + 1 == len(self.levels):
            return places.in_order(one for _row, _by, some in self.theirs for one in some if one.since >= since)
        above = self.levels[level + 1]
        listed = set(above.moved.get(Telling._meta.label, ()))
        return places.in_order(
            one for row, _by, some in self.theirs if str(row) in listed for one in some if since <= one.since < above.id
        )

    def _is_gone(self, origins: provenance.Origins | None, group: str) -> bool:
        """Whether a word that leaves holds about the group."""
        for register in survivorship.registers(group):
            if register == provenance.FAMILY and register not in (origins or {}):
                continue
            word = provenance.of(origins, register)
            if word is not None and tellings.name_of(word) in self.gone:
                return True
        return False

    def _start(self, group: str, log: MergeLog, over: Sequence[MergeLog]) -> dict[str, Any]:
        """The group as it was before the merge, or as a later one wrote it since, in the spelling of JSON."""
        found = _of_base(log.base, group)
        for one in over:
            wrote = one.fields.get(group, {}).get("wrote")
            if wrote and not self._is_gone(_origins_in(wrote), group):
                found = {column: wrote.get(column) for column in found}
        return found

    def _list(
        self,
        group: str,
        row: Customer,
        log: MergeLog,
        over: Sequence[MergeLog],
        told: Sequence[tellings.Telling],
        absorbed: Mapping[uuid.UUID, Customer],
    ) -> dict[str, Any]:
        """A list without what only the leaving side told, and with everything that who stays was told since."""
        now = list(getattr(row, group))
        gone, _is_all = _entries(self.told, group)
        stay, is_all = _entries(told, group)
        own = {*log.base["columns"][group], *stay}
        for one in over:
            own |= _added(one.fields, group)
            if one.absorbed_id in absorbed:
                own |= set(getattr(absorbed[one.absorbed_id], group))
        columns: dict[str, Any] = {}
        if group != "sources" and self._is_gone(row.origins, group):
            columns = _read(_origins_of_base(log.base, group))
            now = now if group == "tags" or is_all else [*log.base["columns"][group]]
        left = survivorship.union([entry for entry in now if entry not in gone or entry in own], stay)
        return columns if left == list(getattr(row, group)) else columns | {group: left}

    def _since(self, row: Customer, log: MergeLog, told: Sequence[tellings.Telling]) -> dict[str, Any]:
        """Since when somebody is known, where only the leaving side said so."""
        if row.created_at not in {one.person.created_at for one in self.told}:
            return {}
        own = [datetime.fromisoformat(log.base["created_at"]), *(one.person.created_at for one in told)]
        return {"created_at": min(one for one in own if one is not None)}

    def _rebase(
        self, star: MergeLog, absorbed: Customer, log: MergeLog, over: Sequence[MergeLog], *, is_bottom: bool
    ) -> None:
        """A later merge into the same row remembers that row as it would have been without what leaves."""
        for group in _GROUPS:
            was_filled = is_bottom and group in log.fields and _is_as(star.base, log.fields[group]["wrote"])
            start = self._start(group, log, over)
            if group in star.fields and self._is_gone(_origins_in(star.fields[group]["before"]), group):
                star.fields[group]["before"] = start
            if star.base and (was_filled or self._is_gone(star.base["origins"], group)):
                _put(star.base, start)
        for group in survivorship.LISTS:
            gone = set(_entries(self.told, group)[0]) - set(log.base["columns"][group])
            if is_bottom:
                gone |= _added(log.fields, group)
            for one in over:
                gone -= _added(one.fields, group)
            theirs = [entry for entry in getattr(absorbed, group) if entry in gone]
            if group in star.fields or theirs:
                known = star.fields.get(group, {"before": {group: []}, "wrote": {group: []}})
                wrote = survivorship.union(known["wrote"][group], theirs)
                before = [entry for entry in known["before"][group] if entry not in gone]
                star.fields[group] = {"before": {group: before}, "wrote": {group: wrote}, "from": {group: wrote}}
            if star.base:
                kept = [entry for entry in star.base["columns"][group] if entry not in gone]
                star.base["columns"][group] = kept
        self._rebase_contacts(star, log)
        if star.base:
            star.base["since"] = min(star.base.get("since") or str(star.id), log.base.get("since") or str(log.id))
        MergeLog.objects.filter(customer_id=star.customer_id, id=star.id).update(
            fields=star.fields, base=star.base, flags=star.flags
        )

    def _rebase_contacts(self, star: MergeLog, log: MergeLog) -> None:
        """What came first for the row before that later merge, and whose word it was, without what left."""
        label = ContactPoint._meta.label
        flags = star.flags.get(label, {})
        first = ContactPoint.objects.filter(
            customer_id=self.holder, pk__in=[*flags.get("ours", ()), *log.flags.get(label, {}).get("ours", ())]
        )
        ours = {(row.kind, row.source): str(row.pk) for row in first if str(row.pk) not in flags.get("ours", ())}
        ours |= {(row.kind, row.source): str(row.pk) for row in first if str(row.pk) in flags.get("ours", ())}
        if ours:
            star.flags[label] = {"ours": list(ours.values()), "theirs": flags.get("theirs", [])}
        if star.base:
            origins, known = dict(star.base["origins"] or {}), log.base["origins"] or {}
            for register, entry in list(origins.items()):
                is_contact = register.partition("@")[0] in settling.CONTACTS
                if is_contact and tellings.name_of(provenance.read(entry)) in self.gone:
                    origins[register] = known.get(register)
            star.base["origins"] = {register: entry for register, entry in origins.items() if entry} or None

    def _fill(self, row: Customer, star: MergeLog, absorbed: Customer, groups: Sequence[str]) -> None:
        """What the row lacks now is filled by those who were absorbed since, as a merge fills it."""
        filled = golden.fill(row, absorbed, groups, self.keyring, at=self.at)
        if filled:
            star.fields |= filled
            MergeLog.objects.filter(customer_id=star.customer_id, id=star.id).update(fields=star.fields)

    def _hear(
        self,
        customer: uuid.UUID,
        told: Sequence[tellings.Telling],
        *,
        registers: Collection[str] | None = None,
        tags: bool = False,
    ) -> settling.State:
        """Tell it again; with `registers` only about these, and without tags, which add up."""
        found, states = profiles.read([customer])
        state = states[customer]
        for one in told:
            state.hear(one.person, one.word)
        if registers is not None:
            tellings.only(state, registers)
        persons = {customer: [one.person for one in told] if tags else []}
        base = provenance.Word("", self.at)
        profiles.update(found, states, persons, self.keyring, source=None, now=self.at, base=base)
        return state


_GROUPS = tuple(group for group in survivorship.GROUPS if group != "source")
"""Which source brought somebody first no later fact tells."""


def _but_undone(
    mine: list[tellings.Telling], theirs: list[noting.Row]
) -> tuple[list[tellings.Telling], list[noting.Row]]:
    """What was told, but for imports that were taken back since: nobody is told that again."""
    every = [*mine, *(one for _row, _by, some in theirs for one in some)]
    jobs = {fact.removeprefix(provenance.FILE) for one in every if (fact := one.word.fact).startswith(provenance.FILE)}
    undone = {f"{provenance.FILE}{job}" for job in undoing.begun(jobs)}
    return (
        [one for one in mine if one.word.fact not in undone],
        [(row, by, [one for one in some if one.word.fact not in undone]) for row, by, some in theirs],
    )


def _entries(told: Sequence[tellings.Telling], group: str) -> tuple[list[str], bool]:
    if group == "sources":
        return tellings.sources(told), False
    return tellings.entries(told, group)


def _spelt(row: Customer, group: str) -> dict[str, Any]:
    """The group as a merge logs it where it is taken from this row."""
    columns = {column: getattr(row, column) for column in survivorship.GROUPS[group]}
    return {column: golden.spelt(value) for column, value in (columns | golden.origins_of(group, row)).items()}


def _read(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {column: golden.read(column, value) for column, value in columns.items()}


def _of_base(base: Mapping[str, Any], group: str) -> dict[str, Any]:
    columns = {column: base["columns"][column] for column in survivorship.GROUPS[group]}
    return columns | _origins_of_base(base, group)


def _origins_of_base(base: Mapping[str, Any], group: str) -> dict[str, Any]:
    origins = base["origins"] or {}
    return {f"{golden.ORIGIN}{register}": origins.get(register) for register in survivorship.registers(group)}


def _origins_in(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The words among columns as a merge logs them."""
    return {
        column.removeprefix(golden.ORIGIN): value
        for column, value in columns.items()
        if column.startswith(golden.ORIGIN) and value
    }


def _is_as(base: Mapping[str, Any], columns: Mapping[str, Any]) -> bool:
    """Whether a row was like this just before a merge."""
    known = base.get("columns", {})
    return all(known.get(column) == value for column, value in columns.items() if not column.startswith(golden.ORIGIN))


def _put(base: dict[str, Any], columns: Mapping[str, Any]) -> None:
    origins = dict(base["origins"] or {})
    for column, value in columns.items():
        if column.startswith(golden.ORIGIN):
            origins[column.removeprefix(golden.ORIGIN)] = value
        else:
            base["columns"][column] = value
    base["origins"] = {register: entry for register, entry in origins.items() if entry} or None


def _added(fields: golden.Fields, group: str) -> set[str]:
    """What a merge added to a list, as it logged it."""
    logged = fields.get(group)
    return set(logged["wrote"][group]) - set(logged["before"][group]) if logged else set()


def _lists(known: Mapping[str, list[str]], row: Customer, below: golden.Fields) -> golden.Fields:
    """Which entries of lists left the row and which came, after what taking the merge back did."""
    found: golden.Fields = {}
    for group, before in known.items():
        now = list(getattr(row, group))
        gone, added = set(before) - set(now), set(now) - set(before)
        if gone or added:
            wrote = (_added(below, group) | gone) - added
            found[group] = {"before": {group: []}, "wrote": {group: sorted(wrote)}, "from": {}}
    return found
