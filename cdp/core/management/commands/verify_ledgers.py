"""`manage.py verify_ledgers`: prove that no row of a ledger was changed, removed or slipped in, or name it."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rich.progress import Progress, TextColumn

from cdp.core import audit, terminal
from cdp.core.actors import SYSTEM
from cdp.core.chains import judging, registry, sealing, verifying

SHOWN = 50


class Command(BaseCommand):
    """Verify the ledgers."""

    help = "Prove that the ledgers stand as they were written. Ends with an error that names what does not fit."

    def add_arguments(self, parser: CommandParser) -> None:
        """`verify_ledgers [--json] [--quick | --nightly] [--sample] [--accept REASON]`."""
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        depth = parser.add_mutually_exclusive_group()
        depth.add_argument(
            "--quick",
            dest="depth",
            action="store_const",
            const=verifying.Depth.NEW,
            default=verifying.Depth.WHOLE,
            help="of the ledgers only what is new since the last verification, of what follows from them a sample",
        )
        depth.add_argument(
            "--nightly",
            dest="depth",
            action="store_const",
            const=verifying.Depth.NIGHT,
            help="what is new and a seventh of the rest, as every night",
        )
        parser.add_argument("--sample", action="store_true", help="compare only a sample of the derived consent states")
        parser.add_argument(
            "--accept", metavar="REASON", help="after a restore: take the database's ends of the chains for true"
        )

    def handle(self, **options: Any) -> None:
        """Seal what waits, walk, say what was found."""
        with translation.override(terminal.language()):
            now = timezone.now()
            if options["accept"]:
                with transaction.atomic():
                    audit.record(
                        audit.Action.LEDGER_ACCEPTED, actor=SYSTEM, at=now, details={"reason": options["accept"][:300]}
                    )
                    verifying.accept(now=now)
            sealing.seal(now=now)
            quiet = options["json"] or not sys.stderr.isatty()
            with Progress(
                TextColumn("{task.description}  {task.completed:,}"), disable=quiet, transient=True
            ) as progress:
                line = progress.add_task("", total=None)
                results = verifying.verify(
                    now=now,
                    whole=not options["sample"] and options["depth"] is verifying.Depth.WHOLE,
                    depth=options["depth"],
                    progress=lambda subject, done: progress.update(line, description=subject, completed=done),
                )
            if options["json"]:
                self._print_json(results)
            else:
                self._print(results)
            if any(result.fault_count for result in results):
                raise CommandError(_("The ledgers do not stand as they were written."))

    def _print_json(self, results: list[verifying.Result]) -> None:
        self.stdout.write(
            json.dumps(
                {
                    "rows": sum(result.rows for result in results),
                    "faults": sum(result.fault_count for result in results),
                    "seconds": round(sum(result.seconds for result in results), 2),
                    "ledgers": {
                        result.subject: {
                            "rows": result.rows,
                            "whole": result.is_whole,
                            "fault_count": result.fault_count,
                            "faults": [fault.as_json() for fault in result.faults],
                        }
                        for result in results
                    },
                }
            )
        )

    def _print(self, results: list[verifying.Result]) -> None:
        for result in results:
            for fault in result.faults[:SHOWN]:
                place = f" ({fault.month} · {fault.position})" if fault.month else ""
                self.stdout.write(f"{result.subject} {fault.row}{place}: {_(judging.WORDS[fault.kind])}")
            if result.fault_count > SHOWN:
                self.stdout.write(_("{table}: {count} in all").format(table=result.subject, count=result.fault_count))
        rows, seconds = sum(result.rows for result in results), sum(result.seconds for result in results)
        self.stdout.write(
            _("{rows} rows verified in {seconds} s ({rate} rows/s), {faults} do not fit").format(
                rows=f"{rows:,}",
                seconds=f"{seconds:.1f}",
                rate=f"{int(rows / max(seconds, 0.001)):,}",
                faults=f"{sum(result.fault_count for result in results):,}",
            )
        )
        chained = sum(result.rows for result in results if result.subject in registry.tables())
        self.stdout.write(
            _(
                "{chained} of them are rows of the ledgers, {others} what has to follow from them (such as consents)."
            ).format(chained=f"{chained:,}", others=f"{rows - chained:,}")
        )
