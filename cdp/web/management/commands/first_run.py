"""`manage.py first_run`: what a fresh installation needs to be used at once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from cdp.web import first_run


class Command(BaseCommand):
    """Make the first account, keys and, unless CDP_SAMPLE=0, the sample shop; does nothing the second time."""

    help = "Prepare a fresh installation."

    def handle(self, **options: Any) -> None:
        """Prepare."""
        done = first_run.prepare(folder=settings.CDP_VAR, now=timezone.now())
        self.stderr.write(done)
