"""`manage.py rotate_keys [--json]`: wrap every data key with the first key of CDP_ENCRYPTION_KEYS.

A second call goes on with a rotation that was cut off, watches one that is under way, or finds nothing to do.
"""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from cdp.core import jobs, terminal
from cdp.core.actors import SYSTEM
from cdp.core.imports import running
from cdp.core.keys import rotation
from cdp.core.models import Job


class Command(BaseCommand):
    """Rotate the key ring."""

    help = (
        "Wrap every data key with the first key of CDP_ENCRYPTION_KEYS while the system runs, and say which keys can "
        "be removed. Start every process with the new key in front of the old one before."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """See the contract."""
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, **options: Any) -> None:
        """Rotate, in the language of the terminal."""
        with translation.override(terminal.language()):
            self._rotate(as_json=options["json"])

    def _rotate(self, *, as_json: bool) -> None:
        try:
            job = rotation.begin(actor=SYSTEM, at=timezone.now(), state=Job.State.DRAFT)
        except rotation.UnableToRotate as problem:
            raise CommandError(str(problem)) from problem
        with Progress(
            "{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            disable=as_json or not sys.stderr.isatty(), transient=True,
        ) as bar:  # fmt: skip
            task = bar.add_task(_("Keys"), total=None)
            job = running.finish(job, lambda done, total: bar.update(task, completed=done, total=total or None))
        if job.state != Job.State.DONE:
            reason = jobs.sentence(job.error) or job.get_state_display()
            raise CommandError(_("Not all keys were rotated: {reason}").format(reason=reason))
        if as_json:
            self.stdout.write(json.dumps(job.result, ensure_ascii=False))
            return
        for sentence in rotation.sentences(job.result["keys"]):
            self.stdout.write(sentence)
        if not job.result["keys"]:
            self.stdout.write(_("The ring holds no other key: none can be removed."))
        if not job.result["rows"]:
            done = _("Nothing had to be moved: {key} wraps all {rows} keys.")
            self.stdout.write(done.format(key=job.result["to"], rows=f"{job.result['wrapped']:,}"))
            return
        self.stdout.write(
            _("{rows} keys were moved to {key}, in {seconds} s ({rate} a second).").format(
                rows=f"{job.result['rows']:,}",
                key=job.result["to"],
                seconds=f"{job.result['seconds']:.1f}",
                rate=f"{job.result['rate']:,}",
            )
        )
