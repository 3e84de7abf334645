"""Customers become one, many pairs at a time. What un-merging needs is written down in the same transaction.

One statement for each registered table whatever the number of pairs: a merge of its own costs about forty statements,
and a thousand visitors who log in at once made a queue of half a minute (ADR 12). Pairs come out as if they had been
joined one after the other in their order.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from cdp.core import audit, copying, ids, lifecycle, pipeline, webhooks
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from cdp.core.lifecycle import OnMerge
from cdp.core.models import DataKey
from customers.models import Address, ContactPoint, Customer, MergeLog, Status
from customers.rules import survivorship
from customers.rules.survivorship import Side
from customers.selectors import merges
from customers.services import phone_countries
from customers.services.merging import golden, keys, rows
from customers.services.merging.refusals import Reason

MERGED = "merged"


@dataclass(frozen=True)
class Pair:
    """Who absorbs whom; `choices` as in `merging.merge`."""

    survivor: uuid.UUID
    absorbed: uuid.UUID
    choices: Mapping[str, Side] = field(default_factory=dict)
    is_by_time: bool = False
    """Whether of two words the later one stands where `choices` name no side; else the survivor's does."""
    why: Mapping[str, Any] = field(default_factory=dict)
    """Why these are one, beside what they have in common; never values, only kinds, sources and facts."""


@dataclass
class Joined:
    """The logs of those who are one now, in the order of the pairs, and why others are not, by the absorbed id."""

    logs: list[MergeLog] = field(default_factory=list)
    refused: dict[uuid.UUID, Reason] = field(default_factory=dict)


class _TakenMeanwhileError(Exception):
    """Somebody began to work on rows of these absorbed ones between our look and our move."""

    def __init__(self, absorbed: Iterable[uuid.UUID]) -> None:
        super().__init__()
        self.absorbed = set(absorbed)


def join(pairs: Sequence[Pair], *, reason: str, actor: Actor, at: datetime) -> Joined:
    """Join these pairs; nobody may be absorbed twice, or be absorbed and absorb. Call it inside a transaction."""
    busy: set[uuid.UUID] = set()
    while True:
        try:
            with transaction.atomic():
                joined = _join([pair for pair in pairs if pair.absorbed not in busy], reason, actor, at)
        except _TakenMeanwhileError as taken:
            busy |= taken.absorbed
        else:
            joined.refused |= dict.fromkeys(busy, Reason.BUSY)
            return joined


def _join(pairs: Sequence[Pair], reason: str, actor: Actor, at: datetime) -> Joined:
    joined = Joined()
    locked = lock(*(one for pair in pairs for one in (pair.survivor, pair.absorbed)))
    joined.refused = _refused(pairs, locked)
    pairs = [pair for pair in pairs if pair.absorbed not in joined.refused]
    if not pairs:
        return joined
    into = {pair.absorbed: pair.survivor for pair in pairs}
    why = merges.in_common(into)
    joined.logs = [
        MergeLog(
            id=log_id,
            customer_id=pair.survivor,
            absorbed_id=pair.absorbed,
            at=at,
            actor_kind=actor.kind,
            actor_id=actor.id,
            reason=reason,
            why={**why[pair.absorbed], **pair.why},
            absorbed_status=locked[pair.absorbed].status,
        )
        for log_id, pair in zip(ids.uuid7s(len(pairs)), pairs, strict=True)
    ]
    logs = {log.absorbed_id: log for log in joined.logs}
    ways = _ways(pairs, locked)
    pairs = [_timed(pair, locked, ways) for pair in pairs]
    preferred = {pair.absorbed: _preferred(pair) for pair in pairs if pair.choices}
    foreign = keys.owned(into)
    for absorbed, logged in keys.hand_over(into).items():
        logs[absorbed].identifiers = logged
    own = _newest_keys(into.values())
    _move(logs, into)
    keyring = _keyring(pairs, locked, logs, own, at)
    for pair in pairs:
        if locked[pair.absorbed].status == Status.KNOWN:  # nothing that goes into a profile was told by a visitor
            logs[pair.absorbed].base = golden.image(locked[pair.survivor])
        logs[pair.absorbed].fields = golden.fold(
            locked[pair.survivor], locked[pair.absorbed], pair.choices, keyring, contacts=_taken(pair, ways)
        )
        ways[pair.survivor] |= ways[pair.absorbed]
    golden.save([locked[survivor] for survivor in dict.fromkeys(into.values())], at=at)
    for absorbed, chosen in preferred.items():
        for model, wanted in chosen.items():
            _prefer(into[absorbed], model, wanted)
    _point(into, at)
    MergeLog.objects.bulk_create(joined.logs, batch_size=500)
    keys.follow(foreign, to=into)
    rebuild(*into, *into.values())
    _settle_suggestions(into)
    _tell(joined.logs, actor, at)
    pipeline.mark([*into.values(), *into], cause="customers.merged")
    return joined


def lock(*customers: uuid.UUID) -> dict[uuid.UUID, Customer]:
    """Lock these customers one after the other in the order of their ids: no two merges wait for each other."""
    found = Customer.objects.select_for_update().filter(id__in=set(customers)).order_by("id")
    return {row.id: row for row in found}


def rebuild(*customers: uuid.UUID) -> None:
    """Derived rows that may not wait for the pipeline, and what a row says of its phones."""
    phone_countries.settle(customers)
    for declaration in lifecycle.declarations().values():
        if declaration.rebuild:
            declaration.rebuild(list(dict.fromkeys(customers)))


def _refused(pairs: Sequence[Pair], locked: Mapping[uuid.UUID, Customer]) -> dict[uuid.UUID, Reason]:
    refused = {}
    for pair in pairs:
        reason = next(filter(None, (_fault(locked.get(one)) for one in (pair.survivor, pair.absorbed))), None)
        if reason:
            refused[pair.absorbed] = reason
    left = [pair.absorbed for pair in pairs if pair.absorbed not in refused]
    for model, declaration in lifecycle.declarations().items():
        if declaration.on_merge is OnMerge.MOVE and declaration.busy:
            refused |= dict.fromkeys(rows.busy(model, declaration.busy, customers=left), Reason.BUSY)
    return refused


def _fault(row: Customer | None) -> Reason | None:
    if row is None:
        return Reason.UNKNOWN
    reasons = {Status.ERASED: Reason.ERASED, Status.BUCKET: Reason.BUCKET, Status.MERGED: Reason.MERGED}
    return reasons.get(Status(row.status))


def _move(logs: Mapping[uuid.UUID, MergeLog], into: Mapping[uuid.UUID, uuid.UUID]) -> None:
    for model, declaration in lifecycle.declarations().items():
        label = model._meta.label
        if declaration.on_merge is OnMerge.REBUILD and not declaration.rebuild:
            # The survivor's own stay and are brought up to date by the pipeline: taking members out of a segment and
            # putting them back would look like a new entry.
            taken = rows.take_out(model, customers=into)
            for absorbed, images in taken.items():
                _keep(logs[absorbed], label, images)
            rows.count(declaration, [image for images in taken.values() for image in images.values()], by=-1)
        if declaration.on_merge is not OnMerge.MOVE:
            continue
        rule = declaration.one_of
        bearers = rows.flagged(model, rule, customers=set(into.values())) if rule else {}
        moved = rows.move(model, declaration, into)
        _check_busy(model, declaration, moved, into)
        for absorbed, survivor in into.items():
            log, mine = logs[absorbed], moved.get(absorbed, rows.Moved())
            if mine.ids and not rows.is_part(model, declaration):
                log.moved[label] = _texts(mine.ids)
            _keep(log, label, mine.images)
            if rule and (bearers[survivor] or mine.flagged):
                log.flags[label] = {"ours": _texts(bearers[survivor]), "theirs": _texts(mine.flagged)}
                bearers[survivor] = [*bearers[survivor], *mine.flags]


def _check_busy(
    model: type[models.Model],
    declaration: lifecycle.Declaration,
    moved: Mapping[uuid.UUID, rows.Moved],
    into: Mapping[uuid.UUID, uuid.UUID],
) -> None:
    """Claimed between our look and our move: the sender's claim was waited for and came along."""
    arrived = [row for mine in moved.values() for row in mine.ids]
    busy = rows.busy(model, declaration.busy, customers=set(into.values()), among=arrived)
    if busy:
        raise _TakenMeanwhileError(absorbed for absorbed, survivor in into.items() if survivor in busy)


def _keep(log: MergeLog, label: str, images: Mapping[uuid.UUID, str]) -> None:
    if images:
        log.images[label] = {str(row): image for row, image in images.items()}


def _point(into: Mapping[uuid.UUID, uuid.UUID], at: datetime) -> None:
    """The absorbed rows lead to their survivors."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer AS c SET status = %s, merged_into = p.survivor, updated_at = %s"
            " FROM unnest(%s::uuid[], %s::uuid[]) AS p (absorbed, survivor) WHERE c.id = p.absorbed",
            [Status.MERGED.value, at, copying.array(list(into)), copying.array(list(into.values()))],
        )


def _settle_suggestions(into: Mapping[uuid.UUID, uuid.UUID]) -> None:
    first, second = zip(*(sorted(pair) for pair in into.items()), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_mergesuggestion AS s SET state = %s"
            " FROM unnest(%s::uuid[], %s::uuid[]) AS p (first, second)"
            " WHERE s.customer_id = p.first AND s.other_id = p.second",
            [MERGED, copying.array(first), copying.array(second)],
        )


def _tell(logs: Sequence[MergeLog], actor: Actor, at: datetime) -> None:
    entries: list[tuple[uuid.UUID, object, dict[str, Any]]] = []
    for log in logs:
        details = {
            "survivor": str(log.customer_id),
            "absorbed": str(log.absorbed_id),
            "reason": log.reason,
            "why": log.why,
            "fields": sorted(log.fields),
            "rows": {label: len(moved) for label, moved in log.moved.items()},
        }
        entries += [
            (who, log.id, details | {"as": role})
            for who, role in ((log.customer_id, "survivor"), (log.absorbed_id, "absorbed"))
        ]
    audit.record_many(audit.Action.CUSTOMERS_MERGED, actor=actor, at=at, entries=entries)
    webhooks.publish_many(
        "customer.merged", [webhooks.Fact(log.customer_id, at, {"absorbed": str(log.absorbed_id)}) for log in logs]
    )


# --- keys of sealed values ---


def _newest_keys(customers: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """The key with which each customer's values are sealed."""
    found = DataKey.objects.filter(customer_id__in=set(customers)).order_by("id")
    return dict(found.values_list("customer_id", "id"))


def _keyring(
    pairs: Sequence[Pair],
    locked: Mapping[uuid.UUID, Customer],
    logs: Mapping[uuid.UUID, MergeLog],
    own: Mapping[uuid.UUID, uuid.UUID],
    at: datetime,
) -> subjects.Keyring:
    """From now on no survivor's value is sealed with a key that goes back one day: where one that came along is newer
    than the survivor's own, and so would be taken for writing, the survivor gets a fresh one. Opens the keys of those
    who may take sealed values over.
    """
    came: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for pair in pairs:
        came[pair.survivor] += map(uuid.UUID, logs[pair.absorbed].moved.get(DataKey._meta.label, ()))
    outdone = [one for one, arrived in came.items() if arrived and (one not in own or max(arrived) > own[one])]
    takers = {pair.survivor for pair in pairs if golden.has_sealed(locked[pair.absorbed])}
    keyring = subjects.load(takers)
    fresh = keyring.add_new(outdone)
    for key in fresh:
        key.created_at = at
    DataKey.objects.bulk_create(fresh, batch_size=1000)
    return keyring


# --- whose e-mail address, phone and postal address comes first ---


def _ways(pairs: Sequence[Pair], locked: Mapping[uuid.UUID, Customer]) -> dict[uuid.UUID, set[str]]:
    """The kinds of contacts that each of them has. A visitor nobody knew has none, and asks nothing of anybody."""
    found: dict[uuid.UUID, set[str]] = {one: set() for pair in pairs for one in (pair.survivor, pair.absorbed)}
    people = [pair for pair in pairs if locked[pair.absorbed].status == Status.KNOWN]
    if people:
        who = {one for pair in people for one in (pair.survivor, pair.absorbed)}
        rows_ = ContactPoint.objects.filter(customer_id__in=who, is_primary=True)
        for customer, kind in rows_.values_list("customer_id", "kind"):
            found[customer].add(kind)
    return found


def _timed(pair: Pair, locked: Mapping[uuid.UUID, Customer], ways: Mapping[uuid.UUID, set[str]]) -> Pair:
    """The pair with the sides that the later words choose, where the machine is to go by time."""
    if not pair.is_by_time:
        return pair
    contacts: dict[Side, set[str]] = {"survivor": ways[pair.survivor], "absorbed": ways[pair.absorbed]}
    later = survivorship.later(vars(locked[pair.survivor]), vars(locked[pair.absorbed]), contacts)
    return replace(pair, choices={**later, **pair.choices})


def _taken(pair: Pair, ways: Mapping[uuid.UUID, set[str]]) -> list[str]:
    """The kinds of contacts of which the absorbed one's comes first from now on."""
    return [
        kind
        for kind in survivorship.CONTACTS
        if kind in ways[pair.absorbed] and (kind not in ways[pair.survivor] or pair.choices.get(kind) == "absorbed")
    ]


def _preferred(pair: Pair) -> dict[type[models.Model], list[dict[str, Any]]]:
    """What makes the chosen rows of the absorbed one out, before they change hands or collide."""
    chosen = [kind for kind in survivorship.CONTACTS if pair.choices.get(kind) == "absorbed"]
    found: dict[type[models.Model], list[dict[str, Any]]] = {}
    contacts = ContactPoint.objects.filter(customer_id=pair.absorbed, kind__in=chosen, is_primary=True)
    if chosen:
        found[ContactPoint] = [dict(row) for row in contacts.values("kind", "digest")]
    if pair.choices.get(survivorship.PLACE) == "absorbed":
        places = Address.objects.filter(customer_id=pair.absorbed, is_primary=True)
        found[Address] = [dict(row) for row in places.values("digest")]
    return found


def _prefer(survivor: uuid.UUID, model: type[models.Model], wanted: Collection[dict[str, Any]]) -> None:
    rule = lifecycle.declarations()[model].one_of
    assert rule is not None, "contacts and addresses have primary ones"  # noqa: S101
    for about in wanted:
        found = model._default_manager.filter(customer_id=survivor, **about).values_list("pk", flat=True)
        rows.raise_flags(model, rule, customer=survivor, wanted=list(found), takes=True)


def _texts(found: Iterable[uuid.UUID]) -> list[str]:
    return [str(one) for one in found]
