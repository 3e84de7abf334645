import uuid
from argparse import ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from campaigns.services import triggers


class Command(BaseCommand):
    help = "Plans the messages that active campaigns have due, those on a manual clock included."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", type=moment, help="judge as of this time (ISO 8601; without a zone: the shop's)")
        parser.add_argument("--campaign", type=uuid.UUID, help="only this campaign")

    def handle(self, **options: Any) -> None:
        only = options["campaign"]
        runs = triggers.run(now=options["now"] or timezone.now(), campaigns=None if only is None else [only])
        if only is not None and not runs:
            raise CommandError("There is no active campaign with that id.")
        planned, suppressed = sum(run.planned for run in runs), sum(run.suppressed for run in runs)
        self.stdout.write(f"{len(runs)} campaigns: {planned} messages planned, {suppressed} people not written to.")
        failed = [run for run in runs if run.problem]
        if failed:
            raise CommandError("; ".join(f"{run.campaign}: {run.problem}" for run in failed))


def moment(text: str) -> datetime:
    """An ISO time on the command line; without a zone it is in the shop's."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("write a time such as 2026-11-21T09:00:00+07:00") from error
    return found if found.tzinfo else timezone.make_aware(found)
