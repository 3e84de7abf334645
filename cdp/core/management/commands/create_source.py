"""`manage.py create_source NAME`: prints the write key once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from cdp.core import api_keys, audit
from cdp.core.actors import SYSTEM
from cdp.core.models import Source


class Command(BaseCommand):
    """Make a source with a write key."""

    help = "Create a source of facts and print its write key; it cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        """See the contract."""
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--kind", default=Source.Kind.STORE, choices=Source.Kind.values)

    def handle(self, **options: Any) -> None:
        """Create and print."""
        key = slugify(options["name"])[:60]
        if not key:
            raise CommandError("The name needs at least one Latin letter or digit for its key.")
        with transaction.atomic():
            source, is_new = Source.objects.get_or_create(
                key=key, defaults={"name": options["name"], "kind": options["kind"]}
            )
            if not is_new and source.write_key_digest:
                message = f"The source {key} has a write key already."
                raise CommandError(message)
            audit.record(audit.Action.SOURCE_CREATED, actor=SYSTEM, at=timezone.now(), subject=key)
            self.stdout.write(api_keys.create_write_key(source))
