"""An import on a page: uploaded, mapped, checked, started. One job row goes through all of it."""

import dataclasses
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cdp.core import audit, jobs, sources, uploads, wake
from cdp.core.actors import Actor
from cdp.core.crypto import hourly
from cdp.core.files import dates
from cdp.core.imports import engine, kinds, layouts, mapping, reading, registry, undoing
from cdp.core.models import Job, Source

UNNAMED = "import"
"""The source of a file of which nobody said, and no column shows, where it comes from."""
SAMPLES = 3
LONGEST_SAMPLE = 60
_PERSON = "customer."
_MENDED = re.compile(r"rejected-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")
"""The name of a file of refused rows tells the import that refused them."""
_OF_THE_FILE = frozenset({"encoding", "delimiter", "header_line"})
"""What options say of how a file is written, which another file with the same columns need not be."""
_KEPT_OPTIONS = frozenset({"only", "currency_by_country", "otherwise", "behind"})


class UnableToImport(Exception):
    """The import cannot go on; the message says why."""


@dataclasses.dataclass(frozen=True)
class Column:
    """One column of an uploaded file as the mapping page shows it."""

    name: str
    samples: Sequence[str]
    target: str
    order: str = ""
    """Which number of its dates is the day: "day" or "month" first, "open" where the file cannot tell; empty for a
    column without such dates."""
    doubts: Sequence[str] = ()
    """The targets that its name may mean, where nobody but the shop can tell which."""
    era: str = ""
    """Of which era its two-digit years are (see dates.day); empty where that needs no word."""
    instead_of: str = ""
    behind: str = ""
    """The column in whose place, where that one is empty, or behind which its values are taken."""


def upload(*, kind: str, upload_id: uuid.UUID, name: str, source: str, actor: Actor) -> Job:
    """Survey an upload and make a draft with a guessed mapping. Without a `source` the platform that writes such files
    is proposed. Refused rows that were mended are read as the import that refused them read its own, and are of its
    source. Raises UnableToImport; the upload is gone then.
    """
    file = {"upload": str(upload_id)}
    try:
        source = (sources.known(source) or source) if source else ""
        what = reading.survey(file, {})
        rows = reading.first(file, what, reading.SEEN)
    except (reading.UnableToRead, sources.UnableToUse) as problem:
        uploads.delete(upload_id)
        raise UnableToImport(str(problem)) from problem
    mapped, proposed = _guess(kind, name, what.columns, rows)
    source = source or proposed
    with transaction.atomic():
        job = jobs.submit(
            "import",
            title=name[:200],
            params=engine.params(file=file, kind=kind, source=source, mapped=mapped, dry_run=True, actor=actor),
            created_by=actor.id,
            state=Job.State.DRAFT,
        )
        Job.objects.filter(id=job.id).update(total=what.rows_estimate)
    return job


def change_kind(job: Job, *, kind: str) -> None:
    """Read the file of a draft as one of another kind, with the columns guessed anew; a source that was only proposed
    is proposed anew, too.

    Raises UnableToImport when there is no such kind, it is too late to change, or the file is gone.
    """
    if kind not in registry.kinds():
        raise UnableToImport(_("Choose what is in the file."))
    try:
        what = reading.survey(job.params["file"], {})
        rows = reading.first(job.params["file"], what, reading.SEEN)
    except reading.UnableToRead as problem:
        raise UnableToImport(str(problem)) from problem
    _mapped, before = _guess(job.params["kind"], job.title, what.columns, rows)
    mapped, proposed = _guess(kind, job.title, what.columns, rows)
    job.params |= {"kind": kind, "mapping": mapped.as_json()}
    if job.params["source"] == before:
        job.params["source"] = proposed
    if not _free(job).update(params=job.params, state=Job.State.DRAFT, result={}, checkpoint={}, done=0):
        raise UnableToImport(_too_late(job))


def seems(job: Job) -> registry.Kind | None:
    """The kind that the file of a draft looks like, where that is clearly another than the chosen one."""
    try:
        what = reading.survey(job.params["file"], job.params["mapping"]["options"])
        rows = reading.first(job.params["file"], what, reading.SEEN)
    except reading.UnableToRead:  # whoever needs the rows tells why
        return None
    return kinds.other(job.params["kind"], header=what.columns, rows=rows, file=job.title)


def _guess(kind: str, name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[mapping.Mapped, str]:
    """The mapping that is proposed for a file, and the source."""
    if (before := _before_mending(kind, name, header)) is not None:
        return before
    mapped = mapping.guess(kind=registry.get(kind), header=header, file=name, rows=rows)
    layout = layouts.find(kind, header, file=name)
    if layout is None:
        mapped = _with_meant(mapped, kind, header, rows)
    return mapped, layout.platform if layout else UNNAMED


def _before_mending(kind: str, name: str, header: Sequence[str]) -> tuple[mapping.Mapped, str] | None:
    """Mapping and source of the import that refused these rows; None for other files, and where the columns differ."""
    told = _MENDED.search(name)
    if told is None or not set(reading.OWN_COLUMNS) <= set(header):
        return None
    job = Job.objects.filter(id=uuid.UUID(told[1]), kind="import", params__kind=kind).first()
    if job is None:
        return None
    ours = {column for column in header if column not in reading.OWN_COLUMNS}
    if (theirs := {column for column in engine.header(job) if column not in reading.OWN_COLUMNS}) and ours != theirs:
        return None
    data = job.params["mapping"]
    options = {option: value for option, value in data["options"].items() if option not in _OF_THE_FILE}
    # A few rows do not show what all of their file did.
    constants = {**data["constants"], **job.result.get("measured", {})}
    try:
        return mapping.read(
            {**data, "constants": constants, "options": options}, kind=registry.get(kind), header=header
        ), job.params["source"]
    except mapping.BadMapping:
        return None


def _with_meant(
    mapped: mapping.Mapped, kind: str, header: Sequence[str], rows: Sequence[Sequence[str]]
) -> mapping.Mapped:
    """The guess with what its other columns seem to say beside the kind (registry.Beside). Only proposed where somebody
    looks at it before anything is written: a permission is never guessed behind people's backs.
    """
    also = dict(mapped.also)
    used = {*mapped.columns.values(), *mapping.OWN_COLUMNS, mapping.MARK}
    offers = registry.offers(kind)
    for position, column in enumerate(header if offers else ()):
        if column in used:
            continue
        values = [cells[position] for cells in rows if cells[position].strip()]
        for beside in offers:
            choice = beside.meant(column, values)
            if choice and (key := f"{beside.kind}/{choice}") not in also:
                known = registry.get(key).targets
                shared = {target: name for target, name in mapped.columns.items() if target in known}
                common = {target: value for target, value in mapped.constants.items() if target in known}
                constants = {**common, **beside.constants(choice)}
                also[key] = mapping.Mapped({**shared, beside.target: column}, constants)
    return dataclasses.replace(mapped, also=also)


def listed(*, at: datetime) -> QuerySet[Job]:
    """The imports worth showing: a draft leaves the list with its upload, which lives as long as its hour's key."""
    abandoned = {"state": Job.State.DRAFT, "params__file__has_key": "upload", "created_at__lte": at - hourly.KEPT}
    return Job.objects.filter(kind="import").exclude(**abandoned)


def is_checked(job: Job) -> bool:
    """Whether the file was only read through: nothing of it is imported."""
    return job.kind == "import" and job.state == Job.State.DONE and bool(job.params["dry_run"])


def can_go_on(job: Job, *, at: datetime) -> bool:
    """Whether a checked file can still be imported: its upload is there."""
    return is_checked(job) and ("upload" not in job.params["file"] or job.created_at > at - hourly.KEPT)


def columns(job: Job) -> list[Column]:
    """The file's columns with a few values each and the target they are mapped to."""
    options = job.params["mapping"]["options"]
    what = reading.survey(job.params["file"], options)
    try:
        rows = reading.first(job.params["file"], what, SAMPLES)
    except reading.UnableToRead as problem:
        raise UnableToImport(str(problem)) from problem
    targets = {
        column: key
        for key, part in job.params["mapping"].get("also", {}).items()
        for column, target in part["columns"].items()
        if "/" in key and not target.startswith(_PERSON)
    } | job.params["mapping"]["columns"]
    doubts = mapping.doubts(registry.get(job.params["kind"]), what.columns)
    of = {target: column for column, target in job.params["mapping"]["columns"].items()}
    instead_of, behind = (
        {
            name: of[target]
            for target, names in (options.get(option) or {}).items()
            for name in names
            if target in of and name not in targets
        }
        for option in ("otherwise", "behind")
    )
    return [
        Column(
            name=name,
            doubts=doubts.get(name, ()),
            samples=[cells[position][:LONGEST_SAMPLE] for cells in rows if cells[position]],
            target=targets.get(name, ""),
            order={True: "day", False: "month", None: dates.OPEN}[what.dayfirst[name]] if name in what.dayfirst else "",
            era=what.eras.get(name, ""),
            instead_of=instead_of.get(name, ""),
            behind=behind.get(name, ""),
        )
        for position, name in enumerate(what.columns)
    ]


def unused(job: Job) -> list[str]:
    """The file's columns that go nowhere, in their order. Raises UnableToImport when the file cannot be read again."""
    told = job.params["mapping"]
    parts = [told, *told.get("also", {}).values()]
    used = {column for part in parts for column in part["columns"]}
    used.update(reading.OWN_COLUMNS, told["options"].get("only") or {})
    for option in ("otherwise", "behind"):
        used.update(*(told["options"].get(option) or {}).values())
    try:
        header = reading.survey(job.params["file"], told["options"]).columns
    except reading.UnableToRead as problem:
        raise UnableToImport(str(problem)) from problem
    return [name for name in header if name not in used]


def doubtful(job: Job) -> list[str]:
    """Those of the unused columns whose names may mean one of several targets. Raises UnableToImport like `unused`."""
    return list(mapping.doubts(registry.get(job.params["kind"]), unused(job)))


def choose(job: Job, *, data: Mapping[str, Any], source: str = "", source_key: str = "") -> None:
    """Take the mapping, and where the file comes from: the source of that key if there is one, else the one that people
    mean by the text `source`, else the proposed one.

    Raises UnableToImport where it does not fit, or when it is too late to change.
    """
    kind = registry.get(job.params["kind"])
    if not _free(job).exists():
        raise UnableToImport(_too_late(job))
    try:
        # What a known layout says beside the columns is not asked for again.
        before = job.params["mapping"]
        kept = {name: value for name, value in before["options"].items() if name in _KEPT_OPTIONS}
        of_layout = {key: part for key, part in before.get("also", {}).items() if "/" not in key}
        data = {**data, "also": {**of_layout, **(data.get("also") or {})}}
        data = {**_with_besides(data, kind.key), "options": {**kept, **(data.get("options") or {})}}
        mapping.check_shape(data)
        what = reading.survey(job.params["file"], data.get("options") or {})
        mapped = mapping.read(dict(data), kind=kind, header=what.columns)
    except reading.UnableToRead as problem:
        raise UnableToImport(str(problem)) from problem
    except mapping.BadMapping as problem:
        labels = {key: label for key, (label, _beside) in registry.besides(kind.key).items()}
        raise UnableToImport(problem.labelled({**kind.targets, **labels})) from problem
    job.params["mapping"] = mapped.as_json()
    try:
        known = source_key or ("" if source else job.params["source"])
        if not known or not Source.objects.filter(key=known).exists():
            known = sources.called(source or job.params["source"], kind=Source.Kind.FILE).key
        job.params["source"] = known
    except sources.UnableToUse as problem:
        raise UnableToImport(str(problem)) from problem
    if not _free(job).update(params=job.params):
        raise UnableToImport(_too_late(job))


def _with_besides(data: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The mapping with a part of its own for each column that says something beside the kind (registry.Beside)."""
    offered = registry.besides(kind)
    columns: dict[str, str] = {}
    chosen: list[tuple[str, str]] = []
    for column, target in (data.get("columns") or {}).items():
        if target in offered:
            chosen.append((column, target))
        else:
            columns[column] = target
    also = dict(data.get("also") or {})
    for column, key in chosen:
        if key in also:
            raise mapping.BadMapping(mapping.TWO_COLUMNS, targets=[key])
        _label, beside = offered[key]
        known = registry.get(key).targets
        shared = {name: target for name, target in columns.items() if target in known}
        common = {name: value for name, value in (data.get("constants") or {}).items() if name in known}
        constants = {**common, **beside.constants(key.partition("/")[2])}
        also[key] = {"columns": {**shared, column: beside.target}, "constants": constants}
    return {**data, "columns": columns, "also": also}


def check(job: Job) -> None:
    """Have the workers read the whole file without writing anything."""
    _queue(job, dry_run=True)


def start(job: Job, *, actor: Actor, at: datetime) -> None:
    """Have the workers import it. Raises UnableToImport when it is running or done already, or was discarded."""
    with transaction.atomic():
        audit.record(
            audit.Action.IMPORT_STARTED,
            actor=actor,
            at=at,
            subject=job.id,
            details={"kind": job.params["kind"], "source": job.params["source"]},
        )
        _queue(job, dry_run=False)


def has_stopped(job: Job, *, at: datetime) -> bool:
    """Whether an import ended before its file did, and can go on at its checkpoint."""
    return _could_go_on(job, at=at) and not jobs.is_ending(job)


def is_ending(job: Job, *, at: datetime) -> bool:
    """Whether an import was stopped, can go on, but is still at the rows that it had begun with."""
    return _could_go_on(job, at=at) and jobs.is_ending(job)


def _could_go_on(job: Job, *, at: datetime) -> bool:
    if job.kind != "import" or job.params["dry_run"] or job.state not in {Job.State.FAILED, Job.State.CANCELLED}:
        return False
    is_kept = "upload" not in job.params["file"] or job.created_at > at - hourly.KEPT
    return is_kept and not undoing.is_begun(job)


def go_on(job: Job, *, actor: Actor, at: datetime) -> None:
    """Have the workers import what is left of a file whose import failed or was stopped; what is in stays and is not
    written twice. Raises UnableToImport when it runs, is still ending, is done or undone, or its upload is gone.
    """
    with transaction.atomic():
        found = Job.objects.select_for_update().get(id=job.id)
        if is_ending(found, at=at):
            raise UnableToImport(still_ending())
        if not has_stopped(found, at=at):
            raise UnableToImport(_too_late(found))
        audit.record(
            audit.Action.IMPORT_STARTED,
            actor=actor,
            at=at,
            subject=found.id,
            details={"kind": found.params["kind"], "source": found.params["source"], "row": found.done},
        )
        jobs.go_on(found, params=found.params)


def still_ending() -> str:
    """Why a stopped import cannot go on this moment."""
    return _("The import is still ending the rows it had begun with. In a moment you can go on with it.")


def _queue(job: Job, *, dry_run: bool) -> None:
    params = {**job.params, "dry_run": dry_run}
    changed = _free(job).update(
        params=params, state=Job.State.WAITING, checkpoint={}, result={}, done=0, attempts=0, error="",
        finished_at=None,
    )  # fmt: skip
    if not changed:
        raise UnableToImport(_too_late(job))
    transaction.on_commit(wake.jobs)


def _free(job: Job) -> QuerySet[Job]:
    """The job, if it has imported nothing yet, nobody works on it and nobody threw it away."""
    taken = [Job.State.WAITING, Job.State.RUNNING, Job.State.CANCELLED]
    return Job.objects.filter(id=job.id, params__dry_run=True).exclude(state__in=taken)


def _too_late(job: Job) -> str:
    """Why the job is not free any more."""
    if Job.objects.filter(id=job.id, state=Job.State.CANCELLED).exists():
        return _("This import was stopped or discarded. Upload the file again to import it.")
    return _("This import is already running or done.")


def discard(job: Job) -> None:
    """Throw a draft or a checked file away, with its upload; twice is as good as once.

    Raises UnableToImport, and leaves everything as it is, when the file is being checked or the import has begun: an
    old page may still offer to discard what somebody else has started meanwhile.
    """
    waiting_or_over = Job.objects.filter(id=job.id, params__dry_run=True).exclude(state=Job.State.RUNNING)
    if not waiting_or_over.update(state=Job.State.CANCELLED):
        raise UnableToImport(_("Nothing was discarded: somebody has gone on with this import meanwhile."))
    if "upload" in job.params["file"]:
        uploads.delete(uuid.UUID(job.params["file"]["upload"]))
