"""`manage.py read_mailbox PATH`: mail of customers becomes tickets."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cdp.core import sources
from surveys.services.tickets import mailbox


class Command(BaseCommand):
    """Read a mailbox."""

    help = "Reads a mailbox (mbox) or a single mail (.eml): questions of customers become tickets. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where it lies, and what it comes through."""
        parser.add_argument("path", type=Path)
        parser.add_argument("--source", default=mailbox.SOURCE, help="the key of the mailbox; numbers are unique in it")
        parser.add_argument("--json", action="store_true", help="print the counts and nothing else")

    def handle(self, **options: Any) -> None:
        """Read it and say what became of the mails."""
        try:
            sources.check(options["source"])
            with options["path"].open("rb") as file:
                counts = mailbox.read(file, source=options["source"], now=timezone.now())
        except sources.UnableToUse as problem:
            raise CommandError(str(problem)) from problem
        except OSError as problem:
            raise CommandError(f"{options['path']} cannot be read: {problem.strerror}.") from problem
        told = dataclasses.asdict(counts)
        if options["json"]:
            self.stdout.write(json.dumps(told))
            return
        parts = ", ".join(f"{count} {name}" for name, count in told.items() if count and name != "mails")
        self.stdout.write(f"{counts.mails} mails read: {parts or 'nothing new'}.")
