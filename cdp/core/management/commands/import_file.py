"""`manage.py import_file KIND PATH`: import a file from the command line.

A second call with the same file, kind, source and mapping goes on with an import that was cut off, and waits for one
that is under way.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from cdp.core import jobs, outages, pipeline, terminal, written_dates
from cdp.core.actors import SYSTEM
from cdp.core.imports import engine, registry, running
from cdp.core.models import Job

SHOWN = 20


def _asked() -> list[str]:
    """What kinds ask for beside the file."""
    return sorted({option for kind in registry.kinds().values() for option in kind.asks})


def _constants(options: dict[str, Any]) -> dict[str, str]:
    """What was named of it, by target. Raises CommandError for what this kind does not ask."""
    kind = registry.kinds().get(options["kind"])
    found = {}
    for option in _asked():
        if told := options[option]:
            if kind is None or option not in kind.asks:
                raise CommandError(_("{kind} has no --{option}.").format(kind=options["kind"], option=option))
            found[kind.asks[option]] = told
    return found


class Command(BaseCommand):
    """Import customers, orders, consents … from CSV."""

    help = "Import a file. KIND is one of the declared kinds; PATH a CSV file, also gzipped."

    def add_arguments(self, parser: CommandParser) -> None:
        """Contract: `import_file KIND PATH [--source S] [--mapping FILE] [--dry-run] [--json] [--no-wait]`."""
        parser.add_argument("kind", metavar="KIND", help=", ".join(sorted(registry.kinds())))
        parser.add_argument("path", metavar="PATH", type=Path)
        parser.add_argument("--source", default="import", help="key of the source the facts come from (made if new)")
        parser.add_argument("--mapping", type=Path, help="JSON file that maps columns to targets")
        for option in _asked():
            parser.add_argument(f"--{option}", default="", metavar="KEY", help="which one the rows are about")
        parser.add_argument("--dry-run", action="store_true", help="check everything, write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        parser.add_argument("--no-wait", action="store_true", help="do not wait for metrics and segments")

    def handle(self, **options: Any) -> None:
        """Import, wait for the pipeline, say what happened, in the language of the terminal."""
        with translation.override(terminal.language()):
            self._import(**options)

    def _import(self, **options: Any) -> None:
        started = time.perf_counter()
        try:
            mapping = json.loads(options["mapping"].read_text("utf-8-sig")) if options["mapping"] else None
        except (OSError, ValueError) as problem:  # no such file, no UTF-8, no JSON
            message = _("The mapping file cannot be read: {problem}").format(problem=problem)
            raise CommandError(message) from problem
        try:
            job = running.begin(
                kind=options["kind"],
                path=options["path"].resolve(),
                source=options["source"],
                mapping=mapping,
                constants=_constants(options),
                dry_run=options["dry_run"],
                actor=SYSTEM,
            )
        except running.UnableToBegin as problem:
            raise CommandError(str(problem)) from problem
        with self._bar(quiet=options["json"]) as bar:
            task = bar.add_task(options["kind"], total=None)

            def show(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total or None)

            job = running.finish(job, show, watching=self._watching)
        if job.state == Job.State.DONE and not (options["dry_run"] or options["no_wait"]):
            outages.outlast(lambda: pipeline.settle(now=timezone.now))
        self._tell(job, time.perf_counter() - started, as_json=options["json"])
        if job.state != Job.State.DONE:
            message = _("Not imported: {reason}").format(reason=jobs.sentence(job.error) or job.get_state_display())
            raise CommandError(message)

    def _watching(self, job: Job) -> None:
        begun = written_dates.moment(timezone.localtime(job.started_at))
        message = _("Another process is importing this file already, since {time}. Waiting for it to end.")
        self.stderr.write(message.format(time=begun))

    def _bar(self, *, quiet: bool) -> Progress:
        return Progress(
            "{task.description}",
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            disable=quiet or not sys.stderr.isatty(),
            transient=True,
        )

    def _tell(self, job: Job, seconds: float, *, as_json: bool) -> None:
        result = job.result
        if as_json:
            for piece in running.as_json(job, seconds=round(seconds, 3)):
                self.stdout.write(piece, ending="")
            self.stdout.write("")
            return
        report = running.head(job, most=SHOWN)
        line = _("line {line}: {column}: {reason} ({value})")
        for entry in report["rejected"]:
            self.stderr.write(line.format(**{**entry, "value": repr(entry["value"])}))
        for warning in report["warnings"]:
            where = warning.get("column") or _("the file")
            count = f" {warning['count']:,}" if warning["code"] in engine.COUNTED and warning.get("count") else ""
            reason = f"{warning['reason']}{count}"
            self.stderr.write(_("warning: {reason} ({where})").format(reason=reason, where=where))
        summary = (
            _("{accepted} of {rows} rows would be imported: {rejected} rejected, in {seconds} s")
            if job.params["dry_run"]
            else _(
                "{accepted} of {rows} rows imported: {created} new, {updated} known, {rejected} rejected, "
                "in {seconds} s"
            )
        )
        counts = {name: f"{result.get(name, 0):,}" for name in ("accepted", "rows", "created", "updated", "rejected")}
        self.stdout.write(summary.format(seconds=f"{seconds:.1f}", **counts))
