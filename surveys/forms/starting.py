"""A new questionnaire: what it begins with, its name, its address, and whether it is anonymous."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cdp.core import structures, uploads
from surveys.rules import definition, ready
from surveys.rules.definition import Definition

EMPTY, FILE = "empty", "file"
MOST_TOLD = 20


class UnreadableFile(ValueError):
    """The file holds no questionnaire; `lines` say where and why."""

    def __init__(self, lines: list[str]) -> None:
        """Keep them."""
        super().__init__("; ".join(lines))
        self.lines = lines


class StartForm(forms.Form):
    """`start`: empty, file, or the key of a ready-made one."""

    start = forms.ChoiceField()
    definition = forms.FileField(
        label=gettext_lazy("JSON file"),
        required=False,
        help_text=gettext_lazy("A questionnaire that was downloaded here, or written by a program."),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Only staff see it. Left empty, it is called by its title."),
    )
    slug = forms.CharField(
        label=gettext_lazy("Address in its link"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("What stands in its link: small letters, digits and hyphens. It never changes."),
    )
    is_anonymous = forms.BooleanField(
        label=gettext_lazy("Anonymous: nobody can tell whose answer it is"),
        required=False,
        help_text=gettext_lazy(
            "No person, no link, no time of day is kept, and fewer than five answers are not shown. This cannot change "
            "once it is published."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the ready-made ones."""
        super().__init__(*args, **kwargs)
        self.fields["start"].choices = [(key, key) for key in (EMPTY, FILE, *ready.keys())]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A file has to come where one was announced; `read` is the questionnaire in it."""
        given = super().clean() or {}
        files = uploads.small(self.files, uploads.DEFINITION)
        if given.get("start") == FILE:
            try:
                given["read"] = read_file(files[0][1] if files else b"")
            except UnreadableFile as unreadable:
                for line in unreadable.lines[:MOST_TOLD]:
                    self.add_error("definition", line)
        return given


def read_file(content: bytes | None) -> Definition:
    """The questionnaire in a file that was sent; None is one that was too large. Raises UnreadableFile with everything
    that is wrong.
    """
    if content is None:
        raise UnreadableFile([_("The file is too large: one megabyte is the most.")])
    if not content:
        raise UnreadableFile([_("Choose the file.")])
    try:
        return definition.read(json.loads(content.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise UnreadableFile([_("This is no text in UTF-8.")]) from error
    except structures.Invalid as error:
        raise UnreadableFile([f"{one.pointer or '/'}: {one.message}" for one in error.problems]) from error
    except json.JSONDecodeError as error:
        raise UnreadableFile(
            [_("This is no JSON: line %(line)d, column %(column)d.") % {"line": error.lineno, "column": error.colno}]
        ) from error
    except (ValueError, RecursionError) as error:
        raise UnreadableFile([_("This cannot be read.")]) from error
