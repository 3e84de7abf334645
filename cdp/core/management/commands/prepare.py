"""What must be there before the first request. Quick when nothing is new: it runs at every start."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from cdp.core.keys import proofs


class Command(BaseCommand):
    help = "Migrates the database, collects static files and makes the first start, as far as needed."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Preparing the database.")
            call_command("migrate", interactive=False, verbosity=0)
        try:
            proofs.enlist(now=timezone.now())
        except proofs.WrongKeys as wrong:
            raise CommandError(str(wrong)) from wrong
        self._collect()
        call_command("first_run")
        self.stdout.write("Prepared.")

    def _collect(self) -> None:
        fingerprint = _fingerprint_of_sources()
        stamp = Path(settings.STATIC_ROOT) / ".stamp"
        if stamp.exists() and stamp.read_text() == fingerprint:
            return
        self.stdout.write("Collecting static files.")
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(fingerprint)


def _fingerprint_of_sources() -> str:
    """Changes when any static file does: its name, size or time."""
    lines = []
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            lines.append(f"{path} {stat.st_size} {stat.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
