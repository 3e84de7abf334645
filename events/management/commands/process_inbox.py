"""`manage.py process_inbox`: events that wait become facts."""

import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from events.models import InboxRow
from events.services import draining

PAUSE_SECONDS = 0.2


class Command(BaseCommand):
    """Drain the inbox."""

    help = "Turn the events that wait in the inbox into facts; ends when none waits."

    def handle(self, **options: Any) -> None:
        """Drain; where a worker is at it already, wait until it has done what was there."""
        stored = duplicates = refused = 0
        while InboxRow.objects.exists():
            for done in draining.work_off(now=timezone.now):
                if done is None:
                    time.sleep(PAUSE_SECONDS)
                    break
                stored, duplicates, refused = stored + done.stored, duplicates + done.duplicates, refused + done.refused
                if self.stdout.isatty():
                    self.stdout.write(f"\r{stored:,} stored", ending="")
        self.stdout.write(f"{stored} events stored, {duplicates} duplicates, {refused} refused.")
