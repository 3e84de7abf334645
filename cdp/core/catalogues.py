"""The catalogues of translations: locale/<language>/LC_MESSAGES/django.po, kept by Babel.

The machine needs no GNU gettext. Sentences are found in the templates and in the Python of every room; a catalogue
holds exactly those, sorted, without places or dates, so that two people who change different sentences do not meet.
The compiled files are made at set-up (scripts/setup.py).
"""

import ast
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages import extract, pofile
from babel.messages.catalog import Catalog, Message
from django.conf import settings
from django.utils.translation.template import templatize

ROOMS = ["cdp", "customers", "consent", "events", "commerce", "surveys", "loyalty", "analytics", "campaigns"]
LANGUAGES = ["th", "ko"]  # neither has a plural form of its own
KEYWORDS = {
    **dict.fromkeys(["_", "_lazy", "gettext", "gettext_lazy", "gettext_noop"]),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}
HEADER = r"""# Kept by `manage.py messages`: it adds and drops entries, people write the translations.
msgid ""
msgstr ""
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Language: {language}\n"
"Plural-Forms: nplurals=1; plural=0;\n"

"""
# "100% of …" is no placeholder, though Babel's broader pattern takes "% o" for one.
PERCENT = re.compile(r"%(?:\(\w+\))?[sdrif]|%%")
BRACES = re.compile(r"\{\w*[^{}]*\}")


@dataclass(frozen=True)
class Outcome:
    """What one catalogue looks like after a merge."""

    path: Path
    text: str
    is_current: bool  # the file says the same already
    count: int
    wrong: list[str]  # msgid: what is wrong with its translation


def path_of(language: str) -> Path:
    """Where the catalogue of a language is kept."""
    return settings.BASE_DIR / "locale" / language / "LC_MESSAGES" / "django.po"


def merge(language: str, found: Iterable[Message]) -> Outcome:
    """The catalogue as it should be: every sentence that was `found` (`sources()`), with the translations there are."""
    path = path_of(language)
    before = path.read_text("utf-8") if path.exists() else ""
    known = read(before, language)
    catalogue = Catalog(locale=language, fuzzy=False)
    for one in found:
        old = known.get(one.id, one.context)
        catalogue[one.id] = made(one, old, catalogue.num_plurals)
    drafted = io.BytesIO()
    pofile.write_po(drafted, catalogue, omit_header=True, sort_output=True, width=0)
    text = HEADER.format(language=language) + drafted.getvalue().decode("utf-8")
    messages = [message for message in catalogue if message.id]
    wrong = [f"{name(message)}: {why}" for message in messages if (why := defect(message))]
    return Outcome(path=path, text=text, is_current=text == before, count=len(messages), wrong=wrong)


def read(text: str, language: str) -> Catalog:
    """A catalogue from the text of its file."""
    return pofile.read_po(io.BytesIO(text.encode("utf-8")), locale=language, ignore_obsolete=True)


def made(found: Message, old: Message | None, plurals: int) -> Message:
    """The entry of one sentence, with its old translation where there is one."""
    blank: str | tuple[str, ...] = ("",) * plurals if found.pluralizable else ""
    kept = old.string if old and bool(old.pluralizable) == bool(found.pluralizable) else blank
    entry = Message(found.id, kept, context=found.context, auto_comments=found.auto_comments)
    ids = " ".join(forms(found.id))
    entry.flags = {
        *({"python-format"} if PERCENT.search(ids) else ()),
        *({"python-brace-format"} if BRACES.search(ids) and not PERCENT.search(ids) else ()),
    }
    return entry


def defect(message: Message) -> str:
    """What is wrong with a translation; empty when nothing is."""
    strings = forms(message.string)
    if message.fuzzy:
        return "is marked as unsure"
    if not all(strings):
        return "is not translated"
    # A plural sentence may leave the number out of one form ("one person"), never out of the other.
    wanted = placeholders(forms(message.id)[-1])
    if any(placeholders(text) != wanted for text in strings):
        return "has other placeholders than its translation"
    return ""


def placeholders(text: str) -> list[str]:
    """`%(name)s`, `%d`, `{name}` … of a sentence, in an order of their own."""
    return sorted(PERCENT.findall(text) + BRACES.findall(text))


def forms(text: str | Sequence[str] | None) -> list[str]:
    """Singular and plural forms of a sentence or of its translation; one form where it has no plural."""
    return [text or ""] if text is None or isinstance(text, str) else list(text)


def name(message: Message) -> str:
    """A sentence as a person finds it in the file."""
    return forms(message.id)[0]


# --- Sources ----------------------------------------------------------------------------------------------------------


def sources() -> Iterator[Message]:
    """Every sentence of the project, each once."""
    found: dict[tuple[str, str | None], Message] = {}
    for path in files():
        for message in sentences(path):
            same = found.setdefault((name(message), message.context), message)
            # "%d day" may be asked for alone and with its plural: the plural entry serves both.
            if message.pluralizable and not same.pluralizable:
                found[name(message), message.context] = message
    yield from found.values()


def files() -> Iterator[Path]:
    """The files that may hold sentences."""
    for suffix in ("html", "txt"):
        yield from sorted((settings.BASE_DIR / "templates").rglob(f"*.{suffix}"))
    for room in ROOMS:
        for path in sorted((settings.BASE_DIR / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def sentences(path: Path) -> Iterator[Message]:
    """The sentences of one template or module."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        yield from _inside_strings(text)
    else:
        # Inside brackets the indentation of a template means nothing to Python's tokenizer.
        text = f"(\n{templatize(text)}\n)"
    lines = io.BytesIO(text.encode("utf-8"))
    for _, found, comments, context in extract.extract("python", lines, KEYWORDS, ["Translators:"]):
        yield Message(found, context=context, auto_comments=comments)


def _inside_strings(text: str) -> Iterator[Message]:
    """The sentences within f-strings: before Python 3.12 the tokenizer, and so Babel, sees one string there."""
    strings = (one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.JoinedStr))
    for call in (one for string in strings for one in ast.walk(string) if isinstance(one, ast.Call)):
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if called not in KEYWORDS:
            continue
        told = [str(one.value) for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        context = told.pop(0) if "pgettext" in called and told else None
        if told:
            is_counted = called.startswith(("ngettext", "npgettext")) and len(told) > 1
            yield Message((told[0], told[1]) if is_counted else told[0], context=context)
