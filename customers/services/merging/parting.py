"""One customer becomes two again, as if they had never been merged; what came since goes to whom it belongs."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import models

from cdp.core import audit, holds, ids, lifecycle, pipeline
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from cdp.core.lifecycle import OnMerge
from cdp.core.models import DataKey
from customers.models import ContactPoint, Customer, MergeLog, MergeSuggestion, Status
from customers.selectors import merges
from customers.services import suggestions, tellings
from customers.services.merging import golden, keys, retold, rows, sides, tellers
from customers.services.merging.joining import lock, rebuild
from customers.services.merging.refusals import Reason, UnableToUnmerge


def part(*, merge_log: uuid.UUID, actor: Actor, at: datetime) -> MergeLog:
    """See `merging.unmerge`. Call it inside a transaction."""
    log = MergeLog.objects.filter(id=merge_log).first()
    if log is None:
        raise UnableToUnmerge(Reason.UNKNOWN)
    later = merges.above(log.customer_id)
    locked = lock(log.absorbed_id, log.customer_id, *(one.customer_id for one in later))
    log = MergeLog.objects.select_for_update().get(customer_id=log.customer_id, id=merge_log)
    if log.undone_at is not None:
        raise UnableToUnmerge(Reason.UNDONE)
    if [one.id for one in merges.above(log.customer_id)] != [one.id for one in later]:
        raise UnableToUnmerge(Reason.BUSY)  # merged on while we waited for the locks
    holder, absorbed = merges.holder_of(log, later), log.absorbed_id
    _may_part(locked)

    back = _Back(log, later, holder)
    returned = keys.give_back(log.identifiers, giver=holder, taker=absorbed)
    told = tellers.Tellers(log, holder)
    back.digests, back.facts = retold.follow(returned, told, giver=holder, taker=absorbed)
    back.points = [row for row, teller in told.points.items() if teller in set(back.digests)]
    for model, declaration in lifecycle.declarations().items():
        if declaration.on_merge is OnMerge.MOVE:
            back.give(model, declaration)
    heard = sides.Sides(log, later, holder, locked, at)
    heard.give_addresses()
    for model, declaration in lifecycle.declarations().items():
        images = rows.put_back(model, log.images.get(model._meta.label, {}).values(), customer=absorbed)
        rows.count(declaration, images, by=1)
        if declaration.one_of:
            flags = log.flags.get(model._meta.label, {})
            rows.raise_flags(model, declaration.one_of, customer=absorbed, wanted=flags.get("theirs", []))
            # Nobody may bear the flag on purpose: it is raised again only where it left.
            if model is not ContactPoint and back.flagged[model._meta.label]:
                rows.raise_flags(model, declaration.one_of, customer=holder, wanted=flags.get("ours", []))
    left = back.flagged[ContactPoint._meta.label]
    for settle in lifecycle.settlers():
        settle(lifecycle.Parted(absorbed, holder, back.digests, log.id, actor, at))
    retold.settle(absorbed, holder, log=log, facts=back.facts, left=left)
    _reseal(absorbed, holder)
    retold.claim(absorbed, holder, since=log.at)
    _restore(log, later, locked, heard, at)
    retold.fill(absorbed, holder, logs=[log, *later], facts=back.facts, left=left)
    retold.hand_words_over(absorbed, holder, facts=back.facts, at=at)
    heard.settle_addresses(heard.hear())
    heard.settle_contacts()
    Customer.objects.filter(id=absorbed).update(status=log.absorbed_status, merged_into=None, updated_at=at)
    keys.follow(keys.owned([absorbed]), to={})
    undo = {"undone_at": at, "undone_by_kind": actor.kind, "undone_by_id": actor.id}
    # What was kept for this moment has served; the log remembers who, when and why.
    emptied: dict[str, dict[str, object]] = {
        "images": {},
        "fields": {},
        "base": {},
        "moved": {},
        "flags": {},
        "identifiers": {},
    }
    MergeLog.objects.filter(customer_id=log.customer_id, id=log.id).update(**undo, **emptied)
    tellings.forget([absorbed, *(one.customer_id for one in (log, *later))])
    rebuild(absorbed, holder)
    for other in {log.customer_id, holder}:
        _keep_apart(absorbed, other, at)
    for who in dict.fromkeys((absorbed, holder)):
        audit.record(
            audit.Action.CUSTOMERS_UNMERGED,
            actor=actor,
            at=at,
            customer=who,
            subject=log.id,
            details={"from": str(holder), "restored": str(absorbed), "rows": back.counts},
        )
    pipeline.mark(dict.fromkeys((absorbed, holder)), cause="customers.unmerged")
    log.undone_at = at
    return log


def _may_part(locked: Mapping[uuid.UUID, Customer]) -> None:
    """Raises UnableToUnmerge where one of them is erased or held."""
    if any(row.status == Status.ERASED for row in locked.values()):
        raise UnableToUnmerge(Reason.ERASED)
    if holds.held(list(locked)):
        raise UnableToUnmerge(Reason.HELD)


class _Back:
    """Rows on their way back from `holder` to the absorbed one."""

    def __init__(self, log: MergeLog, later: Sequence[MergeLog], holder: uuid.UUID) -> None:
        self.log, self.later, self.holder = log, later, holder
        self.digests: list[bytes] = []
        self.facts: set[str] = set()
        self.points: list[uuid.UUID] = []
        """Ways of contact that words told which the absorbed one's identifiers decided."""
        self.flagged: dict[str, list[uuid.UUID]] = defaultdict(list)
        """Rows that came first for both, by their model."""
        self.parents: dict[str, list[uuid.UUID]] = defaultdict(list)
        self.counts: dict[str, int] = {}

    def give(self, model: type[models.Model], declaration: lifecycle.Declaration) -> None:
        label = model._meta.label
        found: list[uuid.UUID] = []
        if declaration.follows:
            parent, column = declaration.follows
            found += self._move(model, declaration, column, self.parents[parent.lower()])
        listed = [uuid.UUID(row) for row in self.log.moved.get(label, ())]
        found += self._move(model, declaration, "id", listed)
        self._from_images(model, set(listed) - set(found))
        if declaration.resolved_by:
            found += self._move(model, declaration, declaration.resolved_by, self.digests)
        if declaration.told_by:
            found += self._move(model, declaration, declaration.told_by, list(self.facts))
            found += self._move(model, declaration, "id", self.points)
        self.parents[label.lower()] += found
        if found:
            self.counts[label] = len(found)

    def _move(
        self, model: type[models.Model], declaration: lifecycle.Declaration, column: str, values: Sequence[object]
    ) -> list[uuid.UUID]:
        if not values:
            return []
        if rows.busy(model, declaration.busy, customers=[self.holder]):
            raise UnableToUnmerge(Reason.BUSY)
        moved = rows.move(model, declaration, {self.holder: self.log.absorbed_id}, only=(column, values))
        if not moved:
            return []
        self.flagged[model._meta.label] += moved[self.holder].flagged
        return moved[self.holder].ids

    def _from_images(self, model: type[models.Model], missing: set[uuid.UUID]) -> None:
        """Rows that a later merge turned into images, because they collided there."""
        label = model._meta.label
        for one in self.later:
            images = one.images.get(label, {})
            mine = {row: images.pop(row) for row in list(images) if uuid.UUID(row) in missing}
            if mine:
                rows.put_back(model, mine.values(), customer=self.log.absorbed_id)
                MergeLog.objects.filter(customer_id=one.customer_id, id=one.id).update(images=one.images)


def _reseal(absorbed: uuid.UUID, holder: uuid.UUID) -> None:
    """What was edited while they were one is sealed under the survivor's keys: seal it under their own."""
    own = list(DataKey.objects.filter(customer_id=absorbed).values_list("id", flat=True))
    if not own:
        return
    keyring = subjects.load([absorbed, holder])
    for model, declaration in lifecycle.declarations().items():
        if declaration.on_merge is OnMerge.MOVE:
            rows.reseal(model, customer=absorbed, keyring=keyring, keys=own)


def _restore(
    log: MergeLog,
    later: Sequence[MergeLog],
    locked: dict[uuid.UUID, Customer],
    heard: sides.Sides,
    at: datetime,
) -> None:
    """The survivor's row, and the rows of those who absorbed the survivor in turn."""
    lower = locked[log.customer_id]
    below = log.fields
    restored = golden.take_back(lower, below, at=at)
    _inherit(log, {group: (one["wrote"], one["before"]) for group, one in below.items() if group not in restored})
    below = {group: logged for group, logged in below.items() if group in restored}
    below = heard.fall_back(0, below)
    keyring = subjects.load([*locked])
    for level, one in enumerate(later, 1):
        upper = locked[one.customer_id]
        below, heirs = golden.carry(upper, one.fields, below, lower, keyring)
        MergeLog.objects.filter(customer_id=one.customer_id, id=one.id).update(fields=one.fields)
        _inherit(one, heirs)
        below = heard.fall_back(level, below)
        lower = upper


def _inherit(log: MergeLog, heirs: golden.Heirs) -> None:
    """Later merges into the same survivor, in order, take over what is not to be seen because of them."""
    if not heirs:
        return
    since = MergeLog.objects.filter(customer_id=log.customer_id, undone_at=None, id__gt=log.id).order_by("id")
    for one in since:
        if golden.inherit(one.fields, heirs):
            MergeLog.objects.filter(customer_id=one.customer_id, id=one.id).update(fields=one.fields)


def _keep_apart(one: uuid.UUID, other: uuid.UUID, at: datetime) -> None:
    """Whoever takes a merge back says that they are two people: the machine does not ask again."""
    first, second = sorted((one, other))
    pair = MergeSuggestion.objects.filter(customer_id=first, other_id=second)
    if not pair.update(state=suggestions.APART):
        MergeSuggestion.objects.create(
            id=ids.uuid7(),
            customer_id=first,
            other_id=second,
            reason="unmerged",
            state=suggestions.APART,
            created_at=at,
        )
