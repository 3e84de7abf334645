"""Taking back what an import made of people, from its traces (see `import_trace` and ADR 18).

Who was made by the import and has nothing from elsewhere goes: what is left is an empty row, as of an erased person,
so that whoever holds the id hears that it is gone. Who has something from elsewhere stays, without what the import
told. Who was known before is as before. A value that changed since stays; so does an identifier that was verified, or
by which a later fact found the person.
"""

import datetime as dt
import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils.translation import gettext_noop

from cdp.core import ids, lifecycle, pipeline
from cdp.core.audit import Action
from cdp.core.crypto import subjects
from cdp.core.imports import tracing, undoing
from cdp.core.lifecycle import OnErase, OnMerge
from cdp.core.models import AuditEntry, DataKey, Source
from customers.models import Address, ContactPoint, Customer, MergeSuggestion, Status
from customers.rules import provenance, settling, taking_back
from customers.rules.people import Person
from customers.rules.provenance import Word
from customers.services import (
    identity,
    import_trace,
    import_undo_keys,
    import_undo_rows,
    import_undo_words,
    phone_countries,
)
from customers.services.identity import contacts, profiles

REMOVED, STAYED, RESTORED, KEPT = "people_removed", "people_stayed", "people_restored", "values_kept"
MERGED = "people_merged"
WORDS = {
    REMOVED: gettext_noop("Customers removed, whom only this import knew"),
    STAYED: gettext_noop("Customers it brought who stay, because others have told of them since"),
    RESTORED: gettext_noop("Customers who are again as they were before"),
    KEPT: gettext_noop("Values that stay, because they were changed, verified or used since"),
    MERGED: gettext_noop("Customers who stay as they are, because they were merged or erased since"),
}
_OWN = (Customer, ContactPoint, Address, DataKey, MergeSuggestion)
_Change = dict[str, Any]


def take_back_changes(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Make known customers what they were before."""
    _restore(undo, _changes(traces), RESTORED)


def foresee_changes(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count whose changes would be taken back, and which values would stay."""
    made = undo.ahead[import_trace.MADE]
    _foresee(
        undo, {customer: change for customer, change in _changes(traces).items() if customer not in made}, RESTORED
    )


def _changes(traces: Sequence[tracing.Trace]) -> dict[uuid.UUID, _Change]:
    changes: dict[uuid.UUID, list[_Change]] = {}
    for trace in traces:
        if trace.subject is not None:
            changes.setdefault(trace.subject, []).append(trace.data)
    return {customer: taking_back.folded(told) for customer, told in changes.items()}


def take_back_made(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Remove the customers that the import made, or take what it told from those who stay."""
    for trace in traces:
        told = _told(trace.data)
        gone, changes, later = _made(undo, trace, told, _locked(told))
        _restore(undo, changes, STAYED)
        _remove(undo, gone)
        tracing.drop(later)


def foresee_made(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count who would go and who would stay, with which values."""
    for trace in traces:
        told = _told(trace.data)
        gone, changes, _later = _made(undo, trace, told, _rows(told))
        undo.ahead[import_trace.MADE].update(told)
        undo.counts[REMOVED] += len(gone)
        _foresee(undo, changes, STAYED)


def _made(
    undo: undoing.Undo,
    trace: tracing.Trace,
    told: Mapping[uuid.UUID, list[Person]],
    rows: Mapping[uuid.UUID, Mapping[str, Any]],
) -> tuple[list[uuid.UUID], dict[uuid.UUID, _Change], list[tracing.Trace]]:
    """Of the customers that a chunk made: who goes, what those who stay lose, and the traces of what was told later."""
    later = tracing.of_subjects(undo.import_id, import_trace.CHANGED, list(told))
    words = import_undo_words.read(undo, trace.data, later)
    gone, stay = _judged(undo, told, rows, words)
    changes: dict[uuid.UUID, list[_Change]] = {}
    if stay:
        source = Source.objects.get(key=undo.source)
        changes = {
            customer: [_as_change(told[customer], rows[customer], undo, source, keyring, words)]
            for customer, keyring in _with_keyrings(stay)
        }
    for one in later:
        if one.subject in changes:
            changes[one.subject].append(one.data)
    return gone, {customer: taking_back.folded(some) for customer, some in changes.items()}, later


def _told(data: Any) -> dict[uuid.UUID, list[Person]]:
    made, packed, fields, *_facts = data
    told: dict[uuid.UUID, list[Person]] = {}
    for raw, state in zip(made, packed, strict=True):
        told.setdefault(uuid.UUID(bytes=raw), []).append(identity.unpacked(state, fields))
    return told


def _with_keyrings(customers: Collection[uuid.UUID]) -> list[tuple[uuid.UUID, subjects.Keyring]]:
    keyring = subjects.load(list(customers)) if customers else None
    return [(customer, keyring) for customer in customers] if keyring is not None else []


_ROWS = "SELECT id, to_jsonb(c)::text FROM customers_customer AS c WHERE id = ANY(%s) ORDER BY id"


def _rows(customers: Collection[uuid.UUID], lock: str = "") -> dict[uuid.UUID, dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"{_ROWS} {lock}", [sorted(customers)])
        return {customer: json.loads(row) for customer, row in cursor.fetchall()}


def _locked(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """The rows of these customers, locked in the order of their ids, as merges and writers of facts lock them."""
    return _rows(customers, "FOR UPDATE")


def _judged(
    undo: undoing.Undo,
    told: Collection[uuid.UUID],
    rows: Mapping[uuid.UUID, Mapping[str, Any]],
    words: import_undo_words.Words,
) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """Who of the made customers goes and who stays; the merged and the erased are neither, and counted."""
    known = [customer for customer in told if rows.get(customer, {}).get("status") == Status.KNOWN]
    undo.counts[MERGED] += len(told) - len(known)
    others = _told_elsewhere(known, undo.ahead) | {
        customer for customer in known if set(rows[customer]["sources"]) - {undo.source}
    }
    others |= {customer for customer in known if words.has_others(customer, rows[customer]["origins"])}
    return [one for one in known if one not in others], [one for one in known if one in others]


def _told_elsewhere(customers: Sequence[uuid.UUID], ahead: Mapping[str, Collection[uuid.UUID]]) -> set[uuid.UUID]:
    """Who of them has a row of any room: what the import itself wrote there is taken back by now, or is named in
    `ahead`.
    """
    found: set[uuid.UUID] = set()
    if not customers:
        return found
    for model, declared in lifecycle.declarations().items():
        if model in _OWN or declared.on_merge is OnMerge.REBUILD:
            continue
        if declared.holders is not None:
            found.update(declared.holders(customers, ahead.get(model._meta.label, ())))
            continue
        rows = model._default_manager.filter(customer_id__in=customers).order_by()
        if going := ahead.get(model._meta.label):
            rows = rows.exclude(id__in=going)
        if declared.follows and (parents := ahead.get(apps.get_model(declared.follows[0])._meta.label)):
            rows = rows.exclude(**{f"{declared.follows[1]}__in": parents})
        found.update(rows.values_list("customer_id", flat=True).distinct())
    # Somebody of the staff has worked on them.
    edits = AuditEntry.objects.filter(customer_id__in=customers, action=Action.CUSTOMER_UPDATED)
    found.update(filter(None, edits.order_by().values_list("customer_id", flat=True).distinct()))
    verified = ContactPoint.objects.filter(customer_id__in=customers, verified_at__isnull=False)
    found.update(verified.order_by().values_list("customer_id", flat=True).distinct())
    return found


def _as_change(
    told: Sequence[Person],
    row: Mapping[str, Any],
    undo: undoing.Undo,
    source: Source,
    keyring: subjects.Keyring,
    words: import_undo_words.Words,
) -> _Change:
    """What the import told of a new customer who stays, as if the customer had been there before without any of it.

    What somebody else told since stays, and be it the same.
    """
    customer = uuid.UUID(row["id"])
    person, _words = settling.settled((one, Word(undo.source, one.told_at or undo.now)) for one in told)
    others = words.of_others(customer, row["origins"])
    fields: dict[str, list[Any]] = {name: ["", value] for name in profiles.PLAIN if (value := getattr(person, name))}
    if person.birth_date:
        fields["birth_date"] = [None, person.birth_date.isoformat()]
    for name in ("interests", "tags"):
        if values := list(getattr(person, name)):
            fields[name] = [[], values]
    fields = {name: pair for name, pair in fields.items() if settling.register_of(name) not in others}
    since = min((one.created_at for one in told if one.created_at), default=None)
    if since == dt.datetime.fromisoformat(row["created_at"]) and settling.register_of("created_at") not in others:
        # Nobody else told an earlier day: they are a customer since we heard of them.
        fields["created_at"] = [ids.moment_of(customer).isoformat(), row["created_at"]]
    if len(row["sources"]) > 1:
        fields["sources"] = [[], [undo.source]]
    if person.name and row["name"] and not {provenance.NAME, provenance.FAMILY} & others:
        sealed = bytes.fromhex(row["name"].removeprefix("\\x"))
        name = keyring.open(sealed, table=profiles.TABLE, column="name", row=customer)
        if name == person.name:
            for column in taking_back.NAME:
                fields[column] = [[] if column == "search_tokens" else None, row[column]]
    if mine := words.of_import(customer, row["origins"]):
        fields[taking_back.ORIGINS] = [{}, mine]
    stay = import_undo_words.first(customer, others, source)
    points = ContactPoint.objects.filter(customer_id=customer).exclude(digest__in=stay)
    written = {digest for one in told for digest in contacts.digests_of(one, source)}
    address = Address.objects.filter(customer_id=customer, digest__in=[contacts.address_digest(one) for one in told])
    if provenance.PLACE in others:
        address = address.exclude(is_primary=True)
    return {
        "fields": fields,
        "points": {
            "made": [str(row) for row, digest in points.values_list("id", "digest") if bytes(digest) in written]
        },
        "addresses": {"made": [str(row) for row in address.values_list("id", flat=True)]},
        "identifiers": sorted(
            {
                key.digest
                for one in told
                for key in identity.keys_of(import_undo_words.without(one, stay, source), source)
            }
        ),
    }


def _restore(undo: undoing.Undo, changes: Mapping[uuid.UUID, _Change], word: str) -> None:
    """Make customers what they were before these changes, as far as nobody changed them since."""
    if not changes:
        return
    rows = _locked(changes)
    known = _known(undo, changes, rows)
    kept_keys = import_undo_keys.let_go({one: change.get("identifiers", []) for one, change in known.items()})
    import_undo_keys.settle_shared({one: change.get("shared", []) for one, change in known.items()})
    kept_rows = import_undo_rows.take_rows(known, kept_keys)
    import_undo_rows.restore_flags(known)
    written = []
    for customer, change in known.items():
        values, kept = taking_back.restored(change.get("fields", {}), rows[customer])
        undo.counts[KEPT] += kept + kept_rows.get(customer, 0)
        if values:
            written.append({**rows[customer], **values, "updated_at": undo.now.isoformat()})
    _write(written)
    phone_countries.settle(known)
    undo.counts[word] += len(known)
    pipeline.mark(sorted(known), cause="customers.import_undone", lane=pipeline.BULK)


def _foresee(undo: undoing.Undo, changes: Mapping[uuid.UUID, _Change], word: str) -> None:
    """Count what `_restore` would, once the facts of the import are gone."""
    if not changes:
        return
    rows = _rows(changes)
    known = _known(undo, changes, rows)
    keys = {one: change.get("identifiers", []) for one, change in known.items()}
    kept_rows = import_undo_rows.staying(known, import_undo_keys.staying(keys, undo.ahead))
    for customer, change in known.items():
        _values, kept = taking_back.restored(change.get("fields", {}), rows[customer])
        undo.counts[KEPT] += kept + kept_rows.get(customer, 0)
    undo.counts[word] += len(known)


def _known(
    undo: undoing.Undo, changes: Mapping[uuid.UUID, _Change], rows: Mapping[uuid.UUID, Mapping[str, Any]]
) -> dict[uuid.UUID, _Change]:
    """The changes of those who are still customers; the others are counted."""
    known = {one: change for one, change in changes.items() if rows.get(one, {}).get("status") == Status.KNOWN}
    undo.counts[MERGED] += len(changes) - len(known)
    return known


def _write(rows: Sequence[Mapping[str, Any]]) -> None:
    """Write customers from their images: behind a lock, so nobody else's change is lost."""
    if not rows:
        return
    columns = [str(field.column) for field in Customer._meta.concrete_fields if field.column != "id"]
    sets = ", ".join(f"{column} = image.{column}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE customers_customer AS c SET {sets} "  # noqa: S608  (columns of our own model)
            "FROM jsonb_populate_recordset(NULL::customers_customer, %s::jsonb) AS image WHERE c.id = image.id",
            [json.dumps(rows)],
        )


def _remove(undo: undoing.Undo, customers: Sequence[uuid.UUID]) -> None:
    """Leave empty rows of these customers, and a bare entry in the audit."""
    if not customers:
        return
    import_undo_keys.let_go(dict.fromkeys(customers))
    subjects.note_destroyed(customers)
    for model, declared in lifecycle.declarations().items():
        # What is derived goes with the pipeline's next turn: it keeps nothing of who is not known.
        if declared.on_erase is OnErase.DELETE and declared.on_merge is not OnMerge.REBUILD:
            model._default_manager.filter(customer_id__in=customers).delete()
    MergeSuggestion.objects.filter(other_id__in=customers).delete()
    Customer.objects.filter(id__in=customers).update(**taking_back.blank(Customer), status=Status.ERASED)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            id=ids.uuid7(),
            at=undo.now,
            actor_kind=undo.actor.kind,
            actor_id=undo.actor.id,
            action=Action.CUSTOMER_UNDONE,
            customer_id=customer,
            object_id=str(undo.import_id),
            details={},
        )
        for customer in customers
    )
    undo.counts[REMOVED] += len(customers)
    pipeline.mark(customers, cause="customers.import_undone", lane=pipeline.BULK)


def forget_retold(_undo: undoing.Undo, _traces: Sequence[tracing.Trace]) -> None:
    """An import that is taken back speaks for nobody any more: its traces of that go, and there is nothing else."""


PARTS = (
    undoing.Part(import_trace.MADE, 80, take_back_made, foresee_made),
    undoing.Part(import_trace.CHANGED, 90, take_back_changes, foresee_changes),
    undoing.Part(import_trace.RETOLD, 95, forget_retold),
)
