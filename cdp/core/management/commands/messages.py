"""`manage.py messages [--check]`: brings the catalogues of translations up to date with the sources."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cdp.core import catalogues


class Command(BaseCommand):
    """Collect what is to be translated."""

    help = "Collect every translatable sentence into locale/, keep translations, drop what is gone."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """See the contract."""
        parser.add_argument("--check", action="store_true", help="write nothing; fail if anything is out of date")

    def handle(self, **options: Any) -> None:
        """Write or check, one line per catalogue."""
        is_bad, found = False, list(catalogues.sources())
        for language in catalogues.LANGUAGES:
            outcome = catalogues.merge(language, found)
            if not options["check"]:
                outcome.path.parent.mkdir(parents=True, exist_ok=True)
                outcome.path.write_text(outcome.text, "utf-8")
            for line in outcome.wrong:
                self.stderr.write(f"{language}: {line}")
            state = "" if outcome.is_current else ", out of date" if options["check"] else ", written"
            self.stdout.write(f"{language}: {outcome.count} sentences, {len(outcome.wrong)} to translate{state}")
            is_bad = is_bad or bool(outcome.wrong) or not outcome.is_current
        if options["check"] and is_bad:
            sys.exit(1)
