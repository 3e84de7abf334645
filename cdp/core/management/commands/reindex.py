"""`manage.py reindex [--json]`: a new root for the search index, with every other process stopped.

`--end-old-links` beside it, or later by itself, ends the links that older roots made.
"""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from cdp.core import terminal
from cdp.core.actors import SYSTEM
from cdp.core.keys import digests, reindexing


class Command(BaseCommand):
    """Bring every digest to a new root."""

    help = (
        "Make a new root for the search index and bring every digest to it: after a dump of the database was seen "
        "together with a key of the ring. Stop every other process first. A second call goes on with one that was cut "
        "off."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """See the contract."""
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        parser.add_argument(
            "--end-old-links",
            action="store_true",
            help="make no new root; end every link that was mailed before the last reindex: for unsubscribing, "
            "preferences, confirmations, guardians and the progress of requests",
        )

    def handle(self, **options: Any) -> None:
        """Reindex, in the language of the terminal."""
        with translation.override(terminal.language()):
            try:
                told = self._end_links() if options["end_old_links"] else self._reindex(quiet=options["json"])
            except reindexing.UnableToReindex as problem:
                raise CommandError(str(problem)) from problem
            self.stdout.write(json.dumps(told[0], ensure_ascii=False) if options["json"] else "\n".join(told[1]))

    def _reindex(self, *, quiet: bool) -> tuple[dict[str, Any], list[str]]:
        with Progress(
            "{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            disable=quiet or not sys.stderr.isatty(), transient=True,
        ) as bar:  # fmt: skip
            task = bar.add_task(_("Digests"), total=None)

            def watch(name: str, done: int, total: int) -> None:
                bar.update(task, description=name, completed=done, total=total or None)

            done = reindexing.reindex(actor=SYSTEM, at=timezone.now(), watch=watch)
        lasting = [column.name for column in digests.lasting()]
        found = {
            "version": done.version,
            "values": done.total,
            "by_column": done.values,
            "seconds": round(done.seconds, 1),
            "rate": done.rate,
            "lasting": lasting,
        }
        return found, [
            _("{values} values stand under root {version} now, brought there in {seconds} s ({rate} a second).").format(
                values=f"{done.total:,}", version=done.version, seconds=f"{done.seconds:.1f}", rate=f"{done.rate:,}"
            ),
            _("These name nobody and stay under the first root: {columns}.").format(columns=", ".join(lasting)),
            _(
                "Links in mails that were sent before are still read, so people can unsubscribe by them. Whoever knows "
                "an old root can make such links: `manage.py reindex --end-old-links` ends them all."
            ),
            _("Keep every root: each stands on the one before, and nobody would be found without them."),
            _("Imports from before cannot be undone any more. Start the shop again."),
        ]

    def _end_links(self) -> tuple[dict[str, Any], list[str]]:
        ended = reindexing.end_old_links(actor=SYSTEM, at=timezone.now())
        if not ended:
            return {"ended": 0}, [_("There are no older links: the index has not been made anew since, or they ended.")]
        return {"ended": ended}, [
            _(
                "Every link mailed before the last reindex has ended: unsubscribing, preferences, confirmations, "
                "guardians, progress of requests. People find the same behind a new mail or /privacy/."
            )
        ]
