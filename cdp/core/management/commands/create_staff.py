"""`manage.py create_staff EMAIL --role ROLE --password P`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cdp.core import access, accounts
from cdp.core.actors import SYSTEM
from cdp.core.models import Role, User


class Command(BaseCommand):
    """Make a staff account; a second call with the same address changes nothing."""

    help = "Create a staff account."

    def add_arguments(self, parser: CommandParser) -> None:
        """See the contract."""
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--role", default=Role.CLERK, type=access.role_of, choices=Role.values)
        parser.add_argument("--password", required=True)
        parser.add_argument("--name", default="")

    def handle(self, **options: Any) -> None:
        """Create."""
        if User.objects.filter(email__iexact=options["email"]).exists():
            self.stdout.write("There is an account with this e-mail address already; nothing was changed.")
            return
        try:
            user = accounts.create(
                email=options["email"],
                role=options["role"],
                password=options["password"],
                name=options["name"],
                actor=SYSTEM,
                at=timezone.now(),
            )
        except accounts.UnableToCreate as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"Created {user.get_role_display()} {user.email}.")
