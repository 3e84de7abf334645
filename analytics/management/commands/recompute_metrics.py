"""`manage.py recompute_metrics [--all] [--now ISO]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.management import moments
from analytics.services import membership, metrics, turns
from events.services import sessions


class Command(BaseCommand):
    """Compute customer metrics from the facts."""

    help = (
        "Bring customer metrics up to the facts: of customers that wait for the pipeline, or with --all of everybody."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """See the contract."""
        parser.add_argument("--all", action="store_true", help="everybody; then refresh all segments as well")
        parser.add_argument("--now", type=moments.moment, default=None, metavar="ISO", help="compute as of this moment")

    def handle(self, **options: Any) -> None:
        """Work, or say why not."""
        try:
            self._work(**options)
        except turns.NoTurn as error:
            raise CommandError(str(error)) from error

    def _work(self, **options: Any) -> None:
        now = moments.or_now(options["now"])
        if not options["all"]:
            self.stdout.write(f"{metrics.catch_up(now)} waiting customers recomputed.")
            return
        sessions.rebuild()
        changed = metrics.rebuild(now, on_progress=self._progress)
        refreshed = membership.refresh_all(now)
        self.stdout.write(f"{changed} customers changed; {len(refreshed)} segments refreshed.")

    def _progress(self, changed: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{changed} changed", ending="")
