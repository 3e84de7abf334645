"""The copy of everything we know of a person: a ZIP with JSON, CSV and pages to read, in the person's language.

What belongs in it is what every room declares in its `lifecycle.py`; and, as the law gives it with the data, how they
are used and by whom (`about`), what was asked for before, and the signed receipt of what was allowed. Rows are read in
portions and written as they come, sealed while they stream, so neither the file's size nor the person's history stands
in memory, and nothing readable lies on a disk. It is deleted after a week, and with the person.
"""

import csv
import io
import json
import uuid
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from cdp.core import actors, ids, jobs, lifecycle, readable, uploads, written_dates
from cdp.core.actors import Actor
from cdp.core.crypto import envelope, subjects
from cdp.core.crypto.fields import SealedField
from cdp.core.files import safety
from cdp.core.models import AccessEntry, Job, User
from consent.models import PrivacyCode, PrivacyRequest, Right
from consent.rules import requests as rules
from consent.rules.evidence import KINDS
from consent.selectors import evidence, look_places
from consent.services.requests import about, closing, copy_page, letters, steps
from consent.services.requests.copy_page import Row, Table
from consent.services.requests.steps import Kind, UnableToDo
from customers.models import Customer
from customers.rules.reasons import REASONS
from customers.selectors import lineage
from customers.selectors import profiles as reading

JOB = "privacy.copy"
PORTION = 500
LOOKS, ASKED = "who_looked", "requests"
_NOBODY = uuid.UUID(int=0)


@jobs.kind(JOB)
def run(job: Job) -> None:
    """Make the copy a request asks for and answer the request. Done again after a kill, from the beginning."""
    request = PrivacyRequest.objects.filter(id=uuid.UUID(job.params["request"])).first()
    if request is None or request.closed_at or request.job_id != job.id:
        return
    upload = ids.uuid7()
    now = timezone.now()
    try:
        size, counts = write(request, upload, at=now, progress=lambda done, total: _progress(job, done, total))
        with transaction.atomic():
            row = steps.locked(request.id)
            if row.closed_at or row.job_id != job.id:
                uploads.delete(upload)
                return
            outcome = {
                "copy": str(upload),
                "size": size,
                "rows": counts,
                "expires_at": (now + rules.COPY_LASTS).isoformat(),
            }
            closing.answered(row, actor=actors.SYSTEM, at=now, outcome=outcome)
    except BaseException:
        uploads.delete(upload)
        raise


def _progress(job: Job, done: int, total: int) -> None:
    with transaction.atomic():
        jobs.progress(job, done=done, total=total)


def write(
    request: PrivacyRequest, upload: uuid.UUID, *, at: datetime, progress: Callable[[int, int], None] = lambda *_: None
) -> tuple[int, dict[str, int]]:
    """Write the sealed ZIP; its size in bytes and how many rows each table has."""
    writer = uploads.SealedWriter(upload)
    counts: dict[str, int] = {}
    with translation.override(request.language):
        found = tables(request, at=at)
        try:
            with zipfile.ZipFile(uploads.Sink(writer), "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("schema.json", json.dumps(_schema(request, found, at), ensure_ascii=False, indent=1))
                told = _write_beside(archive, request, at)
                for number, table in enumerate(found, start=1):
                    counts[table.name] = _write_json(archive, table)
                    if counts[table.name]:
                        _write_csv(archive, table)
                    progress(number, len(found) + 1)
                if request.right == Right.ACCESS:
                    _write_files(archive, lineage.facts_under(request.customer_id))
                _write_page(archive, request, found, counts, told, at)
        finally:
            writer.close()
    return writer.size, counts


def tables(request: PrivacyRequest, *, at: datetime) -> list[Table]:
    """Every table of the copy. Portability leaves out what the shop derived or wrote itself."""
    people = lineage.facts_under(request.customer_id)
    keyring = subjects.load(people)
    redact = _redaction(people)
    found = []
    for model, declaration in lifecycle.declarations().items():
        wanted = declaration.is_portable if request.right == Right.PORTABILITY else bool(declaration.export)
        if wanted:
            found.append(_table(model, declaration, people, keyring, redact))
    if request.right == Right.ACCESS:
        titles = about.asked_titles()
        told = {"happened": _happened}
        asked = readable.Reading(_("What you asked for"), titles, newest="asked_at", told=told)
        found.append(Table(ASKED, list(titles), titles, lambda: about.asked(people), asked))
        found.append(_looks(people))
    return found


def _table(
    model: type[models.Model],
    declaration: lifecycle.Declaration,
    people: Collection[uuid.UUID],
    keyring: subjects.Keyring,
    redact: Callable[[str], str],
) -> Table:
    table = model._meta.db_table
    known = {key: one for one in model._meta.concrete_fields for key in (one.name, one.attname)}
    fields = {name: known[name] for name in declaration.export}
    sealed = {name for name, one in fields.items() if isinstance(one, SealedField)}
    texts = {name for name, one in fields.items() if isinstance(one, models.TextField)} | sealed
    column = "id__in" if model is Customer else "customer_id__in"
    columns = list(declaration.export)
    key = model._meta.pk.attname

    theirs = model._default_manager.filter(**{column: list(people)})

    def read(query: "models.QuerySet[Any]") -> Iterator[tuple[Any, Row]]:
        for row in query.values(*dict.fromkeys([key, *columns])).iterator(chunk_size=PORTION):
            plain = {}
            for name in columns:
                value = row[name]
                if name in sealed:
                    value = _opened(keyring, value, table=table, column=name, row=row[key])
                if declaration.is_ours and name in texts and isinstance(value, str):
                    value = redact(value)
                plain[name] = value
            yield row[key], plain

    reading = readable.of(model._meta.label)
    assert reading is not None, f"{model._meta.label} is exported and does not say how it reads"  # noqa: S101

    def newest(most: int) -> list[tuple[Any, Row]]:
        return list(read(theirs.order_by(f"-{reading.newest}" if reading.newest else key, f"-{key}")[:most]))

    def parts(parents: Collection[Any], most: int) -> list[tuple[Any, Row]]:
        of = declaration.follows[1] if declaration.follows else key
        return [
            (row[of], row) for _key, row in read(theirs.filter(**{f"{of}__in": list(parents)}).order_by(key)[:most])
        ]

    return Table(
        name=model._meta.label_lower.replace(".", "_"),
        columns=columns,
        titles={
            name: str(reading.columns.get(name) or getattr(one, "verbose_name", name)) for name, one in fields.items()
        },
        rows=lambda: (row for _key, row in read(theirs.order_by(column.removesuffix("__in"), key))),
        reading=reading,
        newest=newest,
        parts=parts,
        choices={name: dict(one.flatchoices) for name, one in fields.items() if one.choices},
    )


def _opened(keyring: subjects.Keyring, value: bytes | None, *, table: str, column: str, row: uuid.UUID) -> str:
    try:
        return keyring.open(value, table=table, column=column, row=row)
    except envelope.Unopenable:
        return ""


def _happened(row: Row) -> str:
    """The steps of a request with their days as people write them."""
    steps_of = (step.split(" ", 1) for step in row["happened"])
    return "\n".join(f"{written_dates.in_full(datetime.fromisoformat(at).date())}: {label}" for at, label in steps_of)


def _looks(people: Sequence[uuid.UUID]) -> Table:
    """Who looked at the person, by what they are here and not by name: they have rights, too."""
    roles = {user.id: str(user.get_role_display()) for user in User.objects.all()}

    def rows() -> Iterator[Row]:
        query = AccessEntry.objects.filter(customer_ids__overlap=list(people)).order_by("at", "id")
        for at, kind, actor, view, reason in query.values_list(
            "at", "actor_kind", "actor_id", "view", "reason"
        ).iterator(chunk_size=PORTION):
            who = roles.get(actor or _NOBODY, _("staff")) if kind == "staff" else kind
            yield {"at": at, "who": who, "page": view, "reason": reason}

    titles = {"at": _("When"), "who": pgettext("looked at data", "Who"), "page": _("Page"), "reason": _("Reason")}
    reasons = {code: str(words) for code, words in REASONS}
    reading = readable.Reading(
        _("Who looked at your data"),
        titles,
        newest="at",
        names={"who": lambda: {"customer": _("you"), "system": _("this system"), "key": _("a connected program")}},
        told={
            "page": lambda row: look_places.of(row["page"], "key" if row["who"] == "key" else "", for_staff=False),
            "reason": lambda row: look_places.why(str(row["reason"]), reasons),
        },
    )
    return Table(LOOKS, list(titles), titles, rows, reading)


def _redaction(people: Sequence[uuid.UUID]) -> Callable[[str], str]:
    """What staff wrote, without names of staff and without addresses and numbers of anybody else."""
    staff = [(user.name, str(user.get_role_display())) for user in User.objects.all() if user.name.strip()]
    profile = reading.one(people[0], shown=False)
    own = {contact.value for contact in profile.contacts} if profile else set()
    removed = f"[{_('somebody else')}]"
    return lambda text: rules.without_others(text, staff=staff, own=own, removed=removed)


def _write_beside(archive: zipfile.ZipFile, request: PrivacyRequest, at: datetime) -> Sequence[about.Section]:
    """What goes with a copy of everything; data to take along come without it."""
    if request.right != Right.ACCESS:
        return ()
    told = about.sections(request)
    archive.writestr("about.json", json.dumps(about.as_json(told), ensure_ascii=False, indent=1))
    if receipt := about.receipt(request, at=at):
        archive.writestr("receipt.json", json.dumps(receipt, ensure_ascii=False, indent=1))
    return told


def _write_json(archive: zipfile.ZipFile, table: Table) -> int:
    count = 0
    with archive.open(f"json/{table.name}.json", "w", force_zip64=True) as entry:
        entry.write(b"[")
        for row in table.rows():
            text = json.dumps(row, ensure_ascii=False, default=_plain)
            entry.write((",\n" if count else "\n").encode() + text.encode())
            count += 1
        entry.write(b"\n]\n")
    return count


def _write_csv(archive: zipfile.ZipFile, table: Table) -> None:
    with archive.open(f"csv/{table.name}.csv", "w", force_zip64=True) as entry:
        text = io.TextIOWrapper(entry, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text)
        writer.writerow(table.columns)
        for row in table.rows():
            writer.writerow([safety.cell(_cell(row[name])) for name in table.columns])
        text.detach()


def _write_files(archive: zipfile.ZipFile, people: Sequence[uuid.UUID]) -> None:
    """The files that prove what the person said, as they came in: the table of them names each by its id."""
    for row in evidence.of_person(people):
        ending = row.kind if row.kind not in KINDS else KINDS[row.kind].ending
        try:
            content = evidence.content(row)
        except envelope.Unopenable:  # whoever altered it is named by `verify_ledgers`, and the rest is still theirs
            continue
        if content is not None:
            # Neither pictures nor recordings get smaller.
            archive.writestr(f"files/{row.id}.{ending}", content, zipfile.ZIP_STORED)


def _write_page(
    archive: zipfile.ZipFile,
    request: PrivacyRequest,
    found: Sequence[Table],
    counts: Mapping[str, int],
    told: Sequence[about.Section],
    at: datetime,
) -> None:
    with archive.open("index.html", "w", force_zip64=True) as entry:
        page = copy_page.Page(request.reference, found, counts, told, at, letters.zone_of(request))
        copy_page.write(page, lambda text: entry.write(text.encode()))


def _schema(request: PrivacyRequest, found: Sequence[Table], at: datetime) -> dict[str, Any]:
    """What the files mean, for programs."""
    return {
        "format": "cdp-personal-data/1",
        "made_at": at.isoformat(),
        "request": request.reference,
        "right": request.right,
        "times": "ISO 8601 with zone",
        "amounts": "decimal numbers as text, in the currency of their row",
        "files": [
            {
                "json": f"json/{table.name}.json",
                "csv": f"csv/{table.name}.csv",
                "title": str(table.reading.title),
                "columns": [{"name": name, "title": table.titles[name]} for name in table.columns],
            }
            for table in found
        ],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return str(_plain(value)) if not isinstance(value, str) else value


def fetch(request: PrivacyRequest, *, at: datetime) -> BinaryIO | None:
    """The copy for the person, who proved it with a code, as plain bytes; None where there is none (any more)."""
    if not is_ready(request, at=at):
        return None
    with transaction.atomic():
        steps.add(request, Kind.FETCHED, actor=actors.CUSTOMER, at=at)
    return uploads.open_(uuid.UUID(request.outcome["copy"]))


def hand_over(request: PrivacyRequest, *, reason: str, actor: Actor, at: datetime) -> BinaryIO:
    """The copy for staff to hand over, where no code reaches the person. The log keeps who did it and why.

    Whoever can be reached fetches it with a code: staff never open what is meant for the person alone. Raises
    UnableToDo.
    """
    if not is_ready(request, at=at):
        raise UnableToDo(gettext_lazy("There is no copy any more."), code="gone")
    if not can_hand_over(request):
        raise UnableToDo(
            gettext_lazy("This person has an address: the copy is fetched with a code that is sent there."),
            code="reachable",
        )
    reason = steps.reason_of(reason, missing=gettext_lazy("Write how you hand it over, and how you made sure to whom."))
    with transaction.atomic():
        steps.add(request, Kind.FETCHED, actor=actor, at=at, text=reason)
    return uploads.open_(uuid.UUID(request.outcome["copy"]))


def can_hand_over(request: PrivacyRequest) -> bool:
    """Whether staff may: the person left no address for a code."""
    return not steps.words(request).reach[1]


def is_ready(request: PrivacyRequest, *, at: datetime) -> bool:
    """Whether a copy lies there to be fetched."""
    told = request.outcome
    if not told.get("copy") or at >= datetime.fromisoformat(told["expires_at"]):
        return False
    return uploads.path_of(uuid.UUID(told["copy"])).exists()


def forget_old(*, now: datetime) -> int:
    """Delete copies whose time is over. Returns how many."""
    over = PrivacyRequest.objects.filter(
        closed_at__lt=now - rules.COPY_LASTS, closed_at__gt=now - 4 * rules.COPY_LASTS, outcome__has_key="copy"
    )
    return _forget(over, now=now)


def forget(customers: Collection[uuid.UUID]) -> None:
    """Delete the copies of people who were erased, and what they asked for and did not prove."""
    PrivacyCode.objects.filter(customer_id__in=list(customers)).delete()
    theirs = PrivacyRequest.objects.filter(customer_id__in=list(customers), outcome__has_key="copy")
    _forget(theirs, now=timezone.now())


def _forget(rows: "models.QuerySet[PrivacyRequest]", *, now: datetime) -> int:
    count = 0
    for row in rows:
        uploads.delete(uuid.UUID(row.outcome["copy"]))
        with transaction.atomic():
            again = steps.locked(row.id)
            kept = {name: value for name, value in again.outcome.items() if name != "copy"}
            steps.save(again, outcome=kept)
            steps.add(again, Kind.DELETED, actor=actors.SYSTEM, at=now)
        count += 1
    return count
