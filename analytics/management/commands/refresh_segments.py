"""`manage.py refresh_segments [KEY …] [--now ISO]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.management import moments
from analytics.selectors import segments
from analytics.services import membership, turns


class Command(BaseCommand):
    """Judge all customers by segments."""

    help = "Refresh segments (all, or those named and what refers to them) and say who entered and left."

    def add_arguments(self, parser: CommandParser) -> None:
        """See the contract."""
        parser.add_argument("keys", nargs="*", metavar="KEY")
        parser.add_argument("--now", type=moments.moment, default=None, metavar="ISO", help="judge as of this moment")

    def handle(self, **options: Any) -> None:
        """Work, or say why not."""
        try:
            self._work(**options)
        except turns.NoTurn as error:
            raise CommandError(str(error)) from error

    def _work(self, **options: Any) -> None:
        now = moments.or_now(options["now"])
        unknown = [key for key in options["keys"] if segments.find(key) is None]
        if unknown:
            message = f"There is no segment {unknown[0]}."
            raise CommandError(message)
        done = membership.refresh_many(options["keys"], now) if options["keys"] else membership.refresh_all(now)
        entered = sum(counts[0] for counts in done.values())
        left = sum(counts[1] for counts in done.values())
        self.stdout.write(f"{len(done)} segments refreshed: {entered} entered, {left} left.")
