"""Everything about a breach in one file: its record, the log, the letters, a report to read, and the ids of the people.

Made as a job into a sealed file that lies there for a day: nothing of it stands in the memory of a request, and nothing
readable on a disk. Nobody's name, no contacts.
"""

import csv
import datetime as dt
import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cdp.core import audit, ids, jobs, leaving, uploads, written_dates
from cdp.core.actors import Actor
from cdp.core.models import Job, Notice
from consent.models import Breach, BreachPerson
from consent.rules import breaches as rules
from consent.selectors import breaches as reading
from consent.selectors import laws, packs
from consent.services.breaches import recording

NAME = "breach_pack"
PAGE = 5000
LASTS = dt.timedelta(days=1)
COLUMNS = ("customer", "found_by", "added_at", "told_at", "not_told", "delivery")


class UnableToFetch(Exception):
    """There is no such file (any more)."""


def begin(*, breach: uuid.UUID, language: str, actor: Actor, at: dt.datetime) -> Job:
    """Let the file be made; the report in it is in that language."""
    with transaction.atomic():
        row = Breach.objects.get(id=breach)
        job = jobs.submit(
            NAME,
            title=gettext_noop("Evidence of a breach"),
            params={"breach": str(breach), "language": language},
            created_by=actor.id,
        )
        recording.step(row, "packed", actor=actor, at=at)
        audit.record(audit.Action.BREACH_STEPPED, actor=actor, at=at, subject=breach, details={"step": "packed"})
    return job


@jobs.kind(NAME)
def work(job: Job) -> None:
    """Make the file; after a kill from the beginning."""
    now, upload = timezone.now(), ids.uuid7()
    try:
        size = write(Breach.objects.get(id=job.params["breach"]), upload, language=job.params["language"])
        job.result = {"file": str(upload), "size": size, "expires_at": (now + LASTS).isoformat()}
        jobs.progress(job, done=1, total=1)
    except BaseException:
        uploads.delete(upload)
        raise


def fetch(*, breach: uuid.UUID, job: uuid.UUID, actor: Actor, at: dt.datetime) -> BinaryIO:
    """The file as plain bytes; fetching it stands in the log. Raises UnableToFetch."""
    found = next((one for one in reading.packs_of(breach, now=at) if one.id == job), None)
    file = uuid.UUID(found.result["file"]) if found else None
    if file is None or not uploads.path_of(file).exists():
        raise UnableToFetch
    leaving.own(leaving.Own.EVIDENCE, channel="file", at=at)
    with transaction.atomic():
        recording.step(Breach.objects.get(id=breach), "fetched", actor=actor, at=at)
        audit.record(audit.Action.BREACH_STEPPED, actor=actor, at=at, subject=breach, details={"step": "fetched"})
    return uploads.open_(file)


def forget_old(*, now: dt.datetime) -> int:
    """Delete files whose day is over. Returns how many."""
    count = 0
    over = Job.objects.filter(kind=NAME, state=Job.State.DONE, finished_at__lt=now - LASTS, result__has_key="file")
    for job in over.order_by("id"):
        uploads.delete(uuid.UUID(job.result["file"]))
        Job.objects.filter(id=job.id).update(result={"expires_at": job.result["expires_at"]})
        count += 1
    return count


def write(breach: Breach, upload: uuid.UUID, *, language: str) -> int:
    """Write the sealed ZIP; its size in bytes."""
    writer = uploads.SealedWriter(upload)
    sums: dict[str, str] = {}
    try:
        with zipfile.ZipFile(uploads.Sink(writer), "w", zipfile.ZIP_DEFLATED) as archive:
            for name, parts in _files(breach, language):
                digest = hashlib.sha256()
                with archive.open(name, "w", force_zip64=True) as entry:
                    for part in parts:
                        digest.update(part)
                        entry.write(part)
                sums[name] = digest.hexdigest()
            told = "".join(f"{value}  {name}\n" for name, value in sorted(sums.items()))
            archive.writestr("SHA256SUMS", told)
    finally:
        writer.close()
    return writer.size


def _files(breach: Breach, language: str) -> Iterator[tuple[str, Iterator[bytes]]]:
    words = reading.words(breach)
    record = {**_plain(breach), **vars(words)}
    steps = [{**_plain(one.step), "text": one.text} for one in reading.log(breach)]
    letters = reading.letters(breach)
    with translation.override(language):
        report = "\n".join(report_of(breach)) + "\n"
    yield "report.txt", iter([report.encode()])
    yield "breach.json", iter([_json(record)])
    yield "timeline.json", iter([_json(steps)])
    for letter in letters:
        row = letter.row
        text = f"{letter.subject}\n\n{letter.body}\n"
        yield f"texts/{row.audience}-{row.law}-{row.language}.txt", iter([text.encode()])
    yield "people.csv", _people(breach.id)


def report_of(breach: Breach) -> list[str]:
    """What an authority asks about the breach as lines to read, in the language that is active."""
    words, told = reading.words(breach), reading.told(breach.id)
    lines = [
        (_("Incident"), words.title),
        (_("Shop"), settings.CDP_SHOP_NAME),
        (_("Stage"), breach.get_stage_display()),
        (_("Noticed"), _moment(breach.noticed_at)),
        (_("When it happened"), " – ".join(_moment(one) for one in (breach.began_at, breach.ended_at) if one)),
        (_("How it happened"), str(rules.CAUSES.get(breach.cause, ""))),
        (_("What happened"), words.story),
        (_("Which data"), ", ".join(str(rules.DATA[one]) for one in breach.data if one in rules.DATA)),
        (_("Risk to people"), f"{breach.get_risk_display()} {words.risk_reason}".strip()),
        (_("People affected"), formats.number_format(breach.people, force_grouping=True)),
        (_("Told, one notice each"), str(told["told"])),
        (_("Of those delivered"), str(told["sent"])),
        (_("Could not be told"), str(told["untold"])),
        (_("Public notice"), _moment(breach.published_at) if breach.published_at else ""),
        *(_told(one) for one in reading.authorities(breach, now=timezone.now())),
        (_("Closed"), _moment(breach.closed_at) if breach.closed_at else ""),
    ]
    measures = [one.text for one in reading.log(breach) if one.step.kind == "note"]
    return [f"{label}: {value}" for label, value in lines if value] + [
        f"{_('What was done')}: {measure}" for measure in measures
    ]


def _told(one: rules.Authority) -> tuple[str, str]:
    """How it stands with the authority of one law, as a line."""
    label = _("Authority, %(law)s") % {"law": laws.name(packs.every()[one.duty.law])}
    by = _moment(one.duty.due_at) if one.duty.due_at else _("without delay")
    if one.told is None:
        return label, _("not needed") if one.duty.needed is False else _("not told, to be told by %(by)s") % {"by": by}
    text = _("told %(at)s, to be told by %(by)s") % {"at": _moment(one.told.at), "by": by}
    return label, f"{text}: {one.told.reference}" if one.told.reference else text


def _people(breach: uuid.UUID) -> Iterator[bytes]:
    yield _csv([COLUMNS])
    after = uuid.UUID(int=0)
    found = BreachPerson.objects.filter(breach_id=breach).order_by("customer_id")
    columns = ("customer_id", "via", "added_at", "told_at", "untold")
    while page := list(found.filter(customer_id__gt=after).values_list(*columns)[:PAGE]):
        notices = Notice.objects.filter(customer_id__in=[row[0] for row in page], key=reading.notice_key(breach))
        states = dict(notices.values_list("customer_id", "state"))
        yield _csv([("" if value is None else value for value in (*row, states.get(row[0]))) for row in page])
        after = page[-1][0]


def _csv(rows: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _plain(row: Any) -> dict[str, Any]:
    """The columns of a row that are no ciphertext."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: value for name, value in values.items() if not isinstance(value, (bytes, memoryview))}


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=2, default=str).encode()


def _moment(moment: dt.datetime) -> str:
    zone = timezone.get_default_timezone()
    return f"{written_dates.moment_in_full(moment, zone)} ({written_dates.zone_name(zone)})"
