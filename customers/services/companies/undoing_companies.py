"""Taking back what an import made of companies (see ADR 18).

Links that the file named go, or are again what they were. A company that the import brought goes with its keys, unless
somebody has corrected it, told more of it, or said since that somebody belongs there; who only belonged there by the
rules is looked at again. Facts of companies that were known are again what they were, one by one, where nobody changed
them since.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from cdp.core import pipeline
from cdp.core.imports import tracing, undoing
from customers.models import Company, CompanyKey, CompanyLink
from customers.selectors import companies as reading
from customers.selectors import lineage
from customers.services import standing
from customers.services.companies import keeping, linking

LINKED, MADE, CHANGED = "companies.linked", "companies.made", "companies.changed"
UNLINKED, REMOVED, RESTORED, KEPT = "contacts_unlinked", "companies_removed", "companies_restored", "companies_kept"
WORDS = {
    REMOVED: gettext_noop("Companies removed"),
    RESTORED: gettext_noop("Companies that are again as they were before"),
    KEPT: gettext_noop("Companies that stay, because others have told of them since"),
    UNLINKED: gettext_noop("Customers who no longer belong to the company that the file named"),
}
_Link = list[Any]
"""Company and how that is known, as traces carry them; empty for no link."""


def note(written: keeping.Written, *, import_id: uuid.UUID, now: datetime) -> None:
    """Note what a chunk made of companies, in its transaction."""
    made = [[row.bytes, now.isoformat(), written.keys.get(row, [])] for row in sorted(written.made)]
    if made:
        tracing.note(import_id, MADE, made)
    changed = sorted((written.changes.keys() | written.keys.keys()) - written.made)
    if changed:
        told = [
            (
                row,
                [
                    now.isoformat() if row in written.changes else "",
                    written.changes.get(row, {}),
                    written.keys.get(row, []),
                ],
            )
            for row in changed
        ]
        tracing.note_all(import_id, CHANGED, told)


def links(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, _Link]:
    """To which company each of these customers belongs."""
    rows = CompanyLink.objects.filter(customer_id__in=customers).order_by("customer_id")
    return {row.customer_id: _link(row) for row in rows}


def note_links(before: Mapping[uuid.UUID, _Link], *, import_id: uuid.UUID, customers: Collection[uuid.UUID]) -> None:
    """Note whom a chunk let belong to another company than `before`, in its transaction."""
    after = links(customers)
    changed = [(who, [before.get(who, []), now]) for who, now in sorted(after.items()) if now != before.get(who, [])]
    if changed:
        tracing.note_all(import_id, LINKED, changed)


def take_back_links(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Let customers belong where they did before, as far as nobody has said otherwise since."""
    told = _folded_links(traces)
    keeping.take_turns()
    mine = _mine(told, lock=True)
    there = set(
        Company.objects.filter(id__in=[uuid.UUID(bytes=told[row.customer_id][0][0]) for row in mine if _had(told, row)])
        .order_by()
        .values_list("id", flat=True)
    )
    again, gone = [], []
    for row in mine:
        before = told[row.customer_id][0]
        if before and (before[0] is None or uuid.UUID(bytes=before[0]) in there):
            row.company_id, row.how = (uuid.UUID(bytes=before[0]) if before[0] else None), before[1]
            row.linked_at = undo.now
            again.append(row)
        else:
            gone.append(row.id)
    CompanyLink.objects.filter(id__in=gone, how=CompanyLink.How.EXTERNAL).delete()  # what staff say just now stays
    CompanyLink.objects.bulk_update(again, ["company", "how", "linked_at"], batch_size=1000)
    undo.counts[UNLINKED] += len(mine)
    pipeline.mark(sorted(row.customer_id for row in mine), cause="customers.companies", lane=pipeline.BULK)


def foresee_links(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them; a link that something else had said before keeps its customer."""
    told = _folded_links(traces)
    mine = _mine(told)
    by_rule = {str(how) for how in reading.BY_RULE}
    going = {row.id for row in mine if not told[row.customer_id][0] or told[row.customer_id][0][1] in by_rule}
    undo.ahead[CompanyLink._meta.label].update(going)
    undo.ahead[LINKED].update(row.id for row in mine)
    undo.counts[UNLINKED] += len(mine)


@dataclass(slots=True)
class _Noted:
    """What an import left of one company: when it last wrote it, its facts as [before, after], the keys it added."""

    at: str = ""
    facts: dict[str, list[Any]] = field(default_factory=dict)
    keys: set[bytes] = field(default_factory=set)


def take_back_made(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Remove the companies that only this import told of."""
    for trace in traces:
        keeping.take_turns()
        made, later = _made(undo, trace)
        going = _untouched(undo, made)
        held = CompanyLink.objects.filter(company_id__in=going)
        people = sorted(held.order_by().values_list("customer_id", flat=True))
        held.delete()
        Company.objects.filter(id__in=going).delete()
        tracing.drop(later)
        undo.count(REMOVED, KEPT, done=len(going), of=len(made))
        pipeline.mark(people, cause="customers.companies", lane=pipeline.BULK)


def foresee_made(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them."""
    for trace in traces:
        made, _later = _made(undo, trace)
        undo.ahead[MADE].update(made)
        undo.count(REMOVED, KEPT, done=len(_untouched(undo, made)), of=len(made))


def take_back_changes(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Make known companies what they were before, fact by fact, and let the keys go that the import added."""
    told = _changed(traces)
    keeping.take_turns()
    rows = list(Company.objects.select_for_update().filter(id__in=told).order_by("id"))
    digests = {digest for row in rows for digest in told[row.id].keys}
    kept = 0
    for row in rows:
        mine = _facts_as_left(row, told[row.id])
        kept += len(mine) < len(told[row.id].facts)
        for name in mine:
            setattr(row, name, told[row.id].facts[name][0])
        row.updated_at = undo.now
    Company.objects.bulk_update(rows, [*keeping.FACTS, "updated_at"], batch_size=1000)
    # A merge takes the keys along; they go from whoever has them.
    CompanyKey.objects.filter(digest__in=digests, company_id__in=told).delete()
    linking.mark([row.id for row in rows], lane=pipeline.BULK)
    undo.counts[RESTORED] += len(rows) - kept
    undo.counts[KEPT] += kept


def foresee_changes(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them."""
    told = {row: one for row, one in _changed(traces).items() if row not in undo.ahead[MADE]}
    for row in Company.objects.filter(id__in=told):
        is_kept = len(_facts_as_left(row, told[row.id])) < len(told[row.id].facts)
        undo.counts[KEPT if is_kept else RESTORED] += 1


def _link(row: CompanyLink) -> _Link:
    return [row.company_id.bytes if row.company_id else None, str(row.how)]


def _had(told: Mapping[uuid.UUID, tuple[_Link, _Link]], row: CompanyLink) -> bool:
    before = told[row.customer_id][0]
    return bool(before and before[0])


def _folded_links(traces: Sequence[tracing.Trace]) -> dict[uuid.UUID, tuple[_Link, _Link]]:
    """By customer the link before the first telling and after the last one."""
    found: dict[uuid.UUID, tuple[_Link, _Link]] = {}
    for trace in traces:
        if trace.subject is not None:
            before, after = trace.data
            found[trace.subject] = (found[trace.subject][0] if trace.subject in found else before, after)
    return found


def _mine(told: Mapping[uuid.UUID, tuple[_Link, _Link]], *, lock: bool = False) -> list[CompanyLink]:
    """The links that are as the import left them; those of the merged and the erased are left alone."""
    who = standing.hold(told.keys()) if lock else lineage.standing(told.keys())
    living = [asked for asked, stands in who.items() if asked == stands]
    rows = CompanyLink.objects.filter(customer_id__in=living).order_by("customer_id")
    return [row for row in rows if _link(row) == told[row.customer_id][1]]


def _made(undo: undoing.Undo, trace: tracing.Trace) -> tuple[dict[uuid.UUID, _Noted], list[tracing.Trace]]:
    """What a chunk made as the whole import left it, and the traces of what the same import told later."""
    made = {uuid.UUID(bytes=row): _Noted(at, {}, set(keys)) for row, at, keys in trace.data}
    later = tracing.of_subjects(undo.import_id, CHANGED, list(made))
    for row, one in _changed(later).items():
        made[row].at = one.at or made[row].at
        made[row].keys |= one.keys
    return made, later


def _changed(traces: Sequence[tracing.Trace]) -> dict[uuid.UUID, _Noted]:
    found: dict[uuid.UUID, _Noted] = {}
    for trace in traces:
        if trace.subject is not None:
            at, facts, keys = trace.data
            noted = found.setdefault(trace.subject, _Noted())
            noted.at = at or noted.at
            noted.keys.update(keys)
            for name, (was, now) in facts.items():
                noted.facts[name] = [noted.facts.get(name, [was])[0], now]
    return found


def _untouched(undo: undoing.Undo, made: Mapping[uuid.UUID, _Noted]) -> list[uuid.UUID]:
    """Those of the companies of which nobody else has told since."""
    written = dict(Company.objects.filter(id__in=made).values_list("id", "updated_at"))
    same = {row for row, at in written.items() if at.isoformat() == made[row].at}
    keys = CompanyKey.objects.filter(company_id__in=same).values_list("company_id", "digest")
    same -= {row for row, digest in keys if bytes(digest) not in made[row].keys}
    said = CompanyLink.objects.filter(company_id__in=same).exclude(how__in=reading.BY_RULE)
    said = said.exclude(id__in=undo.ahead[LINKED])
    same -= set(filter(None, said.order_by().values_list("company_id", flat=True).distinct()))
    return sorted(same)


def _facts_as_left(row: Company, noted: _Noted) -> list[str]:
    return [name for name, (_was, now) in noted.facts.items() if getattr(row, name) == now]


PARTS = (
    undoing.Part(LINKED, 30, take_back_links, foresee_links),
    undoing.Part(MADE, 35, take_back_made, foresee_made),
    undoing.Part(CHANGED, 40, take_back_changes, foresee_changes),
)
