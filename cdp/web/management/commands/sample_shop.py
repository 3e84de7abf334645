"""`manage.py sample_shop`: the sample shop as files, or loaded into this installation."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from cdp.sample import files, shop
from cdp.web import first_run


class Command(BaseCommand):
    """Generate the sample shop."""

    help = "Write the sample shop as files (--write DIR) or load it through the ordinary imports."

    def add_arguments(self, parser: CommandParser) -> None:
        """Sizes and seed."""
        parser.add_argument("--customers", type=int, default=first_run.CUSTOMERS)
        parser.add_argument("--events", type=int, default=first_run.EVENTS)
        parser.add_argument("--seed", type=int, default=first_run.SEED)
        parser.add_argument("--write", type=Path, metavar="DIR", help="only write the files there")

    def handle(self, **options: Any) -> None:
        """Write or load."""
        now = timezone.now()
        sample = shop.generate(seed=options["seed"], customers=options["customers"], events=options["events"], now=now)
        if options["write"]:
            options["write"].mkdir(parents=True, exist_ok=True)
            counts = files.write(sample, options["write"])
        else:
            counts = first_run.load(sample, now=now)
        self.stdout.write(first_run.told(counts))
