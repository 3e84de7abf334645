"""`manage.py purge_expired`: carry out the retention rules now, or only say what a run would take."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from cdp.core import jobs, moments, terminal
from cdp.core.actors import SYSTEM
from cdp.core.imports import running as seeing_through
from cdp.core.models import Job
from cdp.core.retention import registry
from consent.models import RetentionLine, RetentionRun
from consent.selectors import retention as reading
from consent.services.retention import running


class Command(BaseCommand):
    """Carry out the retention rules."""

    help = "Remove what is kept long enough, by the rules at /consent/retention/. Safe to run twice."

    def add_arguments(self, parser: CommandParser) -> None:
        """`purge_expired [--dry-run] [--now ISO] [--json]`."""
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")
        parser.add_argument("--now", metavar="ISO", help="as if it were that moment, as 2026-11-22T03:00:00+07:00")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, **options: Any) -> None:
        """Run the job here, or watch who runs it, and say what went, in the language of the terminal."""
        with translation.override(terminal.language()):
            self._handle(options)

    def _handle(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        as_of = moments.read(options["now"]) if options["now"] else now
        if as_of is None:
            raise CommandError(_("--now takes a moment with its zone, for example 2026-11-22T03:00:00+07:00."))
        run = running.begin(as_of=as_of, is_dry=options["dry_run"], actor=SYSTEM, at=now, state=Job.State.DRAFT)
        quiet = options["json"] or not sys.stderr.isatty()
        columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, disable=quiet, transient=True) as bar:
            task = bar.add_task(_("Retention"), total=None)
            job = seeing_through.finish(
                Job.objects.get(id=str(run.job_id)),
                lambda done, total: bar.update(task, completed=done, total=total or None),
            )
        self._tell(run, options)
        if job.state != Job.State.DONE:
            message = _("Not finished: {reason}")
            raise CommandError(message.format(reason=jobs.sentence(job.error) or job.get_state_display()))

    def _tell(self, run: RetentionRun, options: dict[str, Any]) -> None:
        lines = reading.lines(run.id)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(run, lines)))
            return
        for line in lines:
            if line.rows or line.held:
                known = {one.key: one for one in registry.kinds()}
                label = str(known[line.kind].label) if line.kind in known else line.kind
                words = {"kind": label, "rows": f"{line.rows:,}", "people": f"{line.people:,}",
                         "removed": f"{line.removed:,}", "outcome": line.get_outcome_display()}  # fmt: skip
                self.stdout.write(
                    _("{kind}: {rows} over, {people} people, {removed} removed ({outcome})").format(**words)
                )
        summary = {"kinds": len(lines), "rows": f"{sum(line.rows for line in lines):,}",
                   "removed": f"{sum(line.removed for line in lines):,}"}  # fmt: skip
        self.stdout.write(_("{kinds} kinds looked at, {rows} rows over, {removed} removed.").format(**summary))
        if waiting := reading.waiting():
            unconfirmed = ngettext(
                "The rule of {n} kind is only proposed: nothing of it is removed until a privacy officer puts it in "
                "force at /consent/retention/.",
                "The rules of {n} kinds are only proposed: nothing of them is removed until a privacy officer puts "
                "them in force at /consent/retention/.",
                waiting,
            )
            self.stdout.write(unconfirmed.format(n=waiting))


def _as_json(run: RetentionRun, lines: list[RetentionLine]) -> dict[str, Any]:
    return {
        "run": str(run.id),
        "dry_run": run.is_dry,
        "now": run.as_of.isoformat(),
        "kinds": [
            {
                "kind": line.kind,
                "outcome": line.outcome,
                "before": line.before.isoformat() if line.before else None,
                "rows": line.rows,
                "people": line.people,
                "oldest": line.oldest.isoformat() if line.oldest else None,
                "held": line.held,
                "checksum": line.checksum,
                "tables": line.tables,
                "samples": line.samples,
                "removed": line.removed,
                "removed_checksum": line.removed_checksum,
                "removed_tables": line.removed_tables,
            }
            for line in lines
        ],
        "removed": sum(line.removed for line in lines),
    }
