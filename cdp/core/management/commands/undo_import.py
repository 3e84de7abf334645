"""`manage.py undo_import ID`: take a whole import back, and say what stayed and why."""

import json
import sys
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from cdp.core import jobs, outages, pipeline, terminal
from cdp.core.actors import SYSTEM
from cdp.core.imports import running, undoing
from cdp.core.models import Job


class Command(BaseCommand):
    """Take an import back."""

    help = "Undo an import: what only it told goes, what was there before is there again. Safe to run twice."

    def add_arguments(self, parser: CommandParser) -> None:
        """`undo_import ID [--dry-run] [--json] [--no-wait]`; without ID the imports that can be undone are listed."""
        parser.add_argument("id", metavar="ID", nargs="?", type=uuid.UUID, help="the import, as in its page's address")
        parser.add_argument("--dry-run", action="store_true", help="only say what would go and what would stay")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        parser.add_argument("--no-wait", action="store_true", help="do not wait for metrics and segments")

    def handle(self, **options: Any) -> None:
        """Undo, wait for the pipeline, say what happened, in the language of the terminal."""
        with translation.override(terminal.language()):
            if options["id"] is None:
                self._list()
            else:
                self._undo(options)

    def _list(self) -> None:
        now = timezone.now()
        for job in Job.objects.filter(kind="import").order_by("-id")[:200]:
            if not undoing.why_not(job, at=now):
                last = timezone.localtime(undoing.until(job)).strftime("%Y-%m-%d %H:%M")
                words = {"id": job.id, "kind": job.params["kind"], "source": job.params["source"], "last": last}
                line = _("{id}  {kind} from {source}, can be undone until {last}")
                if undoing.has_stopped(job):
                    line = _("{id}  {kind} from {source}, undone in part, can be gone on with until {last}")
                self.stdout.write(line.format(**words))

    def _undo(self, options: dict[str, Any]) -> None:
        job = Job.objects.filter(id=options["id"], kind="import").first()
        if job is None:
            raise CommandError(_("There is no import with this id."))
        now = timezone.now()
        if options["dry_run"]:
            if reason := "" if undoing.is_begun(job) else undoing.why_not(job, at=now):
                raise CommandError(reason)
            counts, _is_whole = undoing.foresee(job, at=now, most=sys.maxsize)
            self._tell(counts, as_json=options["json"])
            return
        try:
            undo = undoing.begin(job, actor=SYSTEM, at=now, state=Job.State.DRAFT)
        except undoing.UnableToUndo as problem:
            raise CommandError(str(problem)) from problem
        quiet = options["json"] or not sys.stderr.isatty()
        columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, disable=quiet, transient=True) as bar:
            task = bar.add_task(job.params["kind"], total=None)
            undo = running.finish(undo, lambda done, total: bar.update(task, completed=done, total=total or None))
        if undo.state == Job.State.DONE and not options["no_wait"]:
            outages.outlast(lambda: pipeline.settle(now=timezone.now))
        self._tell(undo.result.get("counts", {}), as_json=options["json"])
        if undo.state != Job.State.DONE:
            message = _("Not undone: {reason}")
            raise CommandError(message.format(reason=jobs.sentence(undo.error) or undo.get_state_display()))

    def _tell(self, counts: dict[str, int], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({word: number for word, number in counts.items() if number}))
            return
        told = [f"{_(sentence)}: {counts[word]:,}" for word, sentence in undoing.words().items() if counts.get(word)]
        self.stdout.write("; ".join(told) or _("There was nothing to undo."))
