from typing import Any

from django.core.management.base import BaseCommand

from cdp.run import supervisor


class Command(BaseCommand):
    help = "Runs everything: servers where none are given, web, worker and beat. What `make run` ends in."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        raise SystemExit(supervisor.main())
