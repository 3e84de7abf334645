"""`manage.py export KIND PATH`: write a file of what the shop holds, by the rules of the page *Exports*."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cdp.core import audiences, terminal
from cdp.core.exports import asking, registry, taking, writing


def _abouts() -> list[registry.About]:
    """What kinds are about."""
    return [kind.about for kind in registry.kinds().values() if kind.about is not None]


class Command(BaseCommand):
    """Export customers, orders, consents, products …"""

    help = "Write a file. KIND is one of the declared kinds; whom the purpose does not allow is left out and counted."

    def add_arguments(self, parser: CommandParser) -> None:
        """Contract: `export KIND PATH [--segment KEY] [--format csv|parquet|jsonl]`."""
        parser.add_argument("kind", metavar="KIND", help=", ".join(registry.kinds()))
        parser.add_argument("path", metavar="PATH", type=Path)
        parser.add_argument("--segment", default="", metavar="KEY", help="only the members of this segment")
        for about in _abouts():
            parser.add_argument(f"--{about.name}", default="", metavar="KEY", help="which one the file is about")
            for option, (_label, choices) in about.options.items():
                parser.add_argument(f"--{option}", default="", choices=["", *(value for value, _words in choices)])
        parser.add_argument("--format", choices=writing.FORMATS, help="default: by the ending of PATH, else csv")
        parser.add_argument(
            "--purpose",
            choices=asking.PURPOSES,
            default="service",
            help="what the file is for; service: the shop's own books",
        )
        parser.add_argument(
            "--channel", default="", help="by which people are reached with the list, where the purpose is allowed so"
        )
        parser.add_argument("--reason", default="", help="why; kept sealed with the export")
        parser.add_argument(
            "--approved", type=uuid.UUID, metavar="EXPORT", help="the number of an export that a second person let go"
        )

    def handle(self, **options: Any) -> None:
        """Export and say what came of it, in the language of the terminal."""
        with translation.override(terminal.language()):
            self._export(**options)

    def _export(self, **options: Any) -> None:
        kind = registry.kinds().get(options["kind"])
        if kind is None:
            known = ", ".join(registry.kinds())
            message = _("There is no kind {kind}; known are {known}.").format(kind=options["kind"], known=known)
            raise CommandError(message)
        about = kind.about.said(options) if kind.about is not None else {}
        try:
            kind = registry.of(kind.key, about)
        except registry.UnknownChoice as error:
            (name,) = {one.about.name for one in registry.kinds().values() if one.about and one.key == options["kind"]}
            raise CommandError(
                _("Say which one with --{option} KEY; there is no “{key}”.").format(
                    option=name, key=about.get(name, "")
                )
            ) from error
        path: Path = options["path"].resolve()
        ending = path.suffix.removeprefix(".")
        form = options["format"] or (ending if ending in writing.FORMATS else "csv")
        try:
            outcome = taking.take(
                kind,
                path,
                form=form,
                purpose=options["purpose"],
                channel=options["channel"],
                segment=options["segment"],
                reason=options["reason"],
                approved=options["approved"],
                at=timezone.now(),
                about=about,
                on_progress=self._progress if self.stdout.isatty() else None,
            )
            if kind.book is not None:
                self._write_book(kind.book, path)
        except taking.UnableToTake as problem:
            raise CommandError(str(problem)) from problem
        except audiences.UnknownAudience as error:
            raise CommandError(_("There is no segment {key}.").format(key=options["segment"])) from error
        except OSError as error:
            message = _("The file cannot be written: {problem}").format(problem=error.strerror or type(error).__name__)
            raise CommandError(message) from error
        left_out = ", ".join(f"{reason} {count}" for reason, count in sorted(outcome.left_out.items()))
        words = _("{rows} rows of {people} people written.").format(rows=outcome.rows, people=outcome.people)
        if left_out:
            words += " " + _("Left out: {reasons}.").format(reasons=left_out)
        self.stdout.write(words)

    def _write_book(self, book: Callable[[], tuple[Sequence[str], Iterable[registry.Row]]], path: Path) -> None:
        """What the columns mean, in a file beside."""
        beside = path.with_name(f"{path.name.partition('.')[0]}.codebook.csv")
        columns, rows = book()
        writer = writing.begin(beside, "csv", columns)
        try:
            writer.write(rows)
        finally:
            writer.close()
        self.stdout.write(_("What the columns mean stands in {path}.").format(path=beside.name))

    def _progress(self, outcome: taking.Outcome) -> None:
        self.stdout.write(f"\r{outcome.people}", ending="")
