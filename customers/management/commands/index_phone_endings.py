"""`manage.py index_phone_endings`."""

from typing import Any

from django.core.management.base import BaseCommand

from customers.services import phone_endings


class Command(BaseCommand):
    """Index the last digits of phones that came in before they were."""

    help = (
        "Let phones of before be found by their last digits. Once after the upgrade; may be interrupted and repeated."
    )

    def handle(self, **options: Any) -> None:
        """Work through what waits."""
        done = phone_endings.fill(on_progress=self._progress)
        self.stdout.write(f"{done} phones indexed.")

    def _progress(self, done: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done} indexed", ending="")
