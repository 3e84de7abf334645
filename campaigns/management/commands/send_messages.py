from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from campaigns.management.commands.run_triggers import moment
from campaigns.services import sending

BATCH = 200


class Command(BaseCommand):
    help = "Sends the messages that are due, on all channels."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", type=moment, help="send what is due at this time (ISO 8601)")
        parser.add_argument("--limit", type=int, help="at most so many messages")

    def handle(self, **options: Any) -> None:
        limit, total = options["limit"], sending.Tally()
        while limit is None or total.handled < limit:
            size = BATCH if limit is None else min(BATCH, limit - total.handled)
            tally = sending.send_due(now=options["now"] or timezone.now(), limit=size)
            total.counts += tally.counts
            if self.stdout.isatty():
                self.stdout.write(f"\r{total.handled} messages", ending="")
            if tally.is_stopped:
                self.stdout.write(_summary(total))
                raise CommandError("The mail server cannot be reached; what is left waits.")
            if tally.handled < size:
                break
        self.stdout.write(_summary(total))


def _summary(total: sending.Tally) -> str:
    kinds = ("sent", "suppressed", "deferred", "retried", "failed")
    return ", ".join(f"{total.counts[kind]} {kind}" for kind in kinds) + "."
