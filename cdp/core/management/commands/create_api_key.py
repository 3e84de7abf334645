"""`manage.py create_api_key NAME --scopes a,b`: prints the key once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cdp.core import api_keys, sources
from cdp.core.actors import SYSTEM


class Command(BaseCommand):
    """Make an API key."""

    help = "Create an API key and print it; it cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        """See the contract."""
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--scopes", default="*", help=f"comma list, or * for all: {', '.join(api_keys.SCOPES)}")
        parser.add_argument("--source", default="api", help="key of the source the facts belong to (made if new)")

    def handle(self, **options: Any) -> None:
        """Create and print."""
        scopes = [scope.strip() for scope in options["scopes"].split(",") if scope.strip()]
        try:
            source = sources.ensure(options["source"])
            _, text = api_keys.create(
                name=options["name"], scopes=scopes, source=source, actor=SYSTEM, at=timezone.now()
            )
        except (api_keys.UnknownScope, sources.UnableToUse) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(text)
