"""Two customers become one. Everything that un-merging needs is written down in the same transaction."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models

from cdp.core import audit, ids, lifecycle, pipeline
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from cdp.core.lifecycle import OnMerge
from customers.models import Address, ContactPoint, Customer, MergeLog, MergeSuggestion, Status
from customers.rules import survivorship
from customers.rules.survivorship import Side
from customers.selectors import merges
from customers.services.merging import golden, keys, rows
from customers.services.merging.refusals import Reason, UnableToMerge

MERGED = "merged"


def join(
    *,
    survivor: uuid.UUID,
    absorbed: uuid.UUID,
    choices: Mapping[str, Side],
    reason: str,
    actor: Actor,
    at: datetime,
) -> MergeLog:
    """See `merging.merge`. Call it inside a transaction."""
    if unknown := set(choices) - set(survivorship.CHOICES):
        raise UnableToMerge(Reason.CHOICE) from KeyError(*sorted(unknown))
    if survivor == absorbed:
        raise UnableToMerge(Reason.SAME)
    locked = lock(survivor, absorbed)
    into, other = locked.get(survivor), locked.get(absorbed)
    for row in (into, other):
        _check(row)
    assert into is not None, "checked"  # noqa: S101
    assert other is not None, "checked"  # noqa: S101
    log = MergeLog(
        id=ids.uuid7(),
        customer_id=survivor,
        absorbed_id=absorbed,
        at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        reason=reason[:60],
        why=merges.in_common(survivor, absorbed),
        absorbed_status=other.status,
    )
    preferred = _preferred(absorbed, choices)
    log.identifiers = keys.hand_over(giver=absorbed, taker=survivor)
    _move(log)
    keyring = _fresh_key(survivor, at)
    log.fields = golden.write(into, other, choices, keyring, at=at)
    for model, wanted in preferred.items():
        _prefer(log, model, wanted)
    Customer.objects.filter(id=absorbed).update(status=Status.MERGED, merged_into=survivor, updated_at=at)
    log.save(force_insert=True)
    keys.follow(giver=absorbed, taker=survivor)
    rebuild(survivor, absorbed)
    first, second = sorted((survivor, absorbed))
    MergeSuggestion.objects.filter(customer_id=first, other_id=second).update(state=MERGED)
    for who, role in ((survivor, "survivor"), (absorbed, "absorbed")):
        audit.record(
            audit.Action.CUSTOMERS_MERGED,
            actor=actor,
            at=at,
            customer=who,
            subject=log.id,
            details={
                "survivor": str(survivor),
                "absorbed": str(absorbed),
                "as": role,
                "reason": reason,
                "why": log.why,
                "fields": sorted(log.fields),
                "rows": {label: len(moved) for label, moved in log.moved.items()},
            },
        )
    pipeline.mark([survivor, absorbed], cause="customers.merged")
    return log


def lock(*customers: uuid.UUID) -> dict[uuid.UUID, Customer]:
    """Lock these customers, one after the other in the order of their ids: no two merges wait for each other."""
    found = {}
    for customer in sorted(set(customers)):
        row = Customer.objects.select_for_update().filter(id=customer).first()
        if row is not None:
            found[customer] = row
    return found


def rebuild(*customers: uuid.UUID) -> None:
    """Derived rows that may not wait for the pipeline."""
    for declaration in lifecycle.declarations().values():
        if declaration.rebuild:
            declaration.rebuild(customers)


def _check(row: Customer | None) -> None:
    if row is None:
        raise UnableToMerge(Reason.UNKNOWN)
    refused = {Status.ERASED: Reason.ERASED, Status.BUCKET: Reason.BUCKET, Status.MERGED: Reason.MERGED}
    if row.status in refused:
        raise UnableToMerge(refused[Status(row.status)])


def _move(log: MergeLog) -> None:
    giver, taker = log.absorbed_id, log.customer_id
    for model, declaration in lifecycle.declarations().items():
        if declaration.on_merge is OnMerge.REBUILD and not declaration.rebuild:
            # The survivor's own stay and are brought up to date by the pipeline: taking members out of a segment and
            # putting them back would look like a new entry.
            images = rows.take_out(model, customer=giver)
            _keep(log, model, images)
            rows.count(declaration, images.values(), by=-1)
        if declaration.on_merge is not OnMerge.MOVE:
            continue
        if declaration.one_of:
            log.flags[model._meta.label] = {"ours": _texts(rows.flagged(model, declaration.one_of, customer=taker))}
        if rows.is_busy(model, declaration.busy, customer=giver):
            raise UnableToMerge(Reason.BUSY)
        moved = rows.move(model, declaration, giver=giver, taker=taker)
        # Claimed between our look and our move: the sender's claim was waited for and came along.
        if rows.is_busy(model, declaration.busy, customer=taker, among=moved.ids):
            raise UnableToMerge(Reason.BUSY)
        if moved.ids and not rows.is_part(model, declaration):
            log.moved[model._meta.label] = _texts(moved.ids)
        _keep(log, model, moved.images)
        if moved.flagged:
            log.flags[model._meta.label]["theirs"] = _texts(moved.flagged)


def _keep(log: MergeLog, model: type[models.Model], images: Mapping[uuid.UUID, str]) -> None:
    if images:
        log.images[model._meta.label] = {str(row): image for row, image in images.items()}


def _fresh_key(survivor: uuid.UUID, at: datetime) -> subjects.Keyring:
    """From now on the survivor's values are sealed with a key that never goes back to the absorbed one."""
    keyring = subjects.load([survivor])
    key = keyring.add_new([survivor])[0]
    key.created_at = at
    key.save(force_insert=True)
    return keyring


# --- whose e-mail address, phone and postal address comes first ---


def _preferred(absorbed: uuid.UUID, choices: Mapping[str, Side]) -> dict[type[models.Model], list[dict[str, Any]]]:
    """What makes the chosen rows of the absorbed one out, before they change hands or collide."""
    chosen = [kind for kind in survivorship.CONTACTS if choices.get(kind) == "absorbed"]
    found: dict[type[models.Model], list[dict[str, Any]]] = {}
    contacts = ContactPoint.objects.filter(customer_id=absorbed, kind__in=chosen, is_primary=True)
    if chosen:
        found[ContactPoint] = [dict(row) for row in contacts.values("kind", "digest")]
    if choices.get(survivorship.PLACE) == "absorbed":
        places = Address.objects.filter(customer_id=absorbed, is_primary=True)
        found[Address] = [dict(row) for row in places.values("digest")]
    return found


def _prefer(log: MergeLog, model: type[models.Model], wanted: list[dict[str, Any]]) -> None:
    rule = lifecycle.declarations()[model].one_of
    assert rule is not None, "contacts and addresses have primary ones"  # noqa: S101
    for about in wanted:
        found = model._default_manager.filter(customer_id=log.customer_id, **about).values_list("pk", flat=True)
        rows.raise_flags(model, rule, customer=log.customer_id, wanted=list(found), takes=True)


def _texts(found: list[uuid.UUID]) -> list[str]:
    return [str(one) for one in found]
