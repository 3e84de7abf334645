"""`manage.py create_source NAME`: prints the write key once; also sets the secret a store signs its webhooks with."""

import getpass
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from cdp.core import api_keys, audit, source_secrets, sources
from cdp.core.actors import SYSTEM
from cdp.core.models import Source


class Command(BaseCommand):
    """Make a source with a write key."""

    help = "Create a source of facts and print its write key; it cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        """See the contract. A secret is never an argument itself: those stand in the list of processes."""
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--kind", default=Source.Kind.STORE, choices=Source.Kind.values)
        secret = parser.add_mutually_exclusive_group()
        secret.add_argument(
            "--secret-from-env", metavar="VARIABLE", help="set the store's webhook secret, read from this variable"
        )
        secret.add_argument("--secret-prompt", action="store_true", help="ask for the store's webhook secret")

    def handle(self, **options: Any) -> None:
        """Create and print; a source that is there already only gets its secret."""
        secret = _secret(options)
        now = timezone.now()
        with transaction.atomic():
            try:
                is_new = not Source.objects.filter(key=sources.key_of(options["name"])).exists()
                source = sources.called(options["name"], kind=options["kind"])
            except sources.UnableToUse as problem:
                raise CommandError(str(problem)) from problem
            key = source.key
            if not is_new and source.write_key_digest and secret is None:
                message = f"The source {key} has a write key already."
                raise CommandError(message)
            if secret is not None:
                try:
                    source_secrets.put(source=source, secret=secret, actor=SYSTEM, now=now)
                except source_secrets.UnableToSet as problem:
                    raise CommandError(str(problem)) from problem
                self.stderr.write(f"The webhook secret of {key} is set.")
            if is_new or not source.write_key_digest:
                audit.record(audit.Action.SOURCE_CREATED, actor=SYSTEM, at=now, subject=key)
                self.stdout.write(api_keys.create_write_key(source))
                if key != options["name"]:
                    self.stderr.write(f"Its key is {key}.")


def _secret(options: dict[str, Any]) -> str | None:
    variable = options["secret_from_env"]
    if variable:
        if variable not in os.environ:
            message = f"There is no variable {variable} in the environment."
            raise CommandError(message)
        return os.environ[variable]
    return getpass.getpass("Webhook secret: ") if options["secret_prompt"] else None
