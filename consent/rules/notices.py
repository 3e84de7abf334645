"""What texts of ours are called, and what each kind must say before it may be published."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

PRIVACY, TERMS = "privacy", "terms"
DOCUMENTS = (PRIVACY, TERMS)
PURPOSE = "purpose"
DISCLOSED = ("form", "survey", "interview")
"""What asks people questions and so says first what becomes of the answers."""
REFUSAL = "refusal"
USED_FOR, SEEN_BY, KEPT_FOR = "used_for", "seen_by", "kept_for"
CHANGED = "changed"
"""In every text: what is new, for the reader."""
LONGEST_CHANGED = 300
"""One plain sentence, which a mail and a history have room for."""
LONGEST_VERSION = 20
LONGEST_TITLE = 200
LONGEST_PART = 2000
LONGEST_BODY = 60_000


def of_purpose(key: str) -> str:
    """The name of the text that holds the words of a purpose."""
    return f"{PURPOSE}.{key}"


def of_disclosure(kind: str, key: str) -> str:
    """The name of what stands before the first question of a form, survey or guide."""
    return f"{kind}.{key}"


def kind_of(name: str) -> str:
    """privacy, terms, purpose, form, survey or interview."""
    return name.partition(".")[0]


def key_of(name: str) -> str:
    """Of which purpose or form; empty for a document of the shop."""
    return name.partition(".")[2]


def parts_of(name: str) -> tuple[str, ...]:
    """The parts that a text of this name has besides title and body, in the order they are read."""
    kind = kind_of(name)
    if kind == PURPOSE:
        return (REFUSAL,)
    return (USED_FOR, SEEN_BY, KEPT_FOR) if kind in DISCLOSED else ()


def has_body(name: str) -> bool:
    """Whether it has running text; a disclosure says all in its parts."""
    return kind_of(name) not in DISCLOSED


@dataclass(frozen=True)
class Text:
    """One language of a version."""

    title: str = ""
    body: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nobody wrote anything in this language."""
        return not (self.title or self.body or any(self.parts.values()))


def missing(name: str, text: Text) -> Sequence[str]:
    """What a text still lacks before it may be published: `title`, `body` or the key of a part."""
    lacking = [] if text.title.strip() else ["title"]
    if has_body(name) and not text.body.strip():
        lacking.append("body")
    return lacking + [part for part in parts_of(name) if not text.parts.get(part, "").strip()]


def read_instead(written: Collection[str], language: str, *, base: str) -> str:
    """The language whose text readers of `language` are shown: their own, the shop's base language, else the first by
    its code. Empty where nothing is written.
    """
    for code in (language, base):
        if code in written:
            return code
    return min(written, default="")


def without_note(texts: Mapping[str, Text]) -> list[str]:
    """The languages in which a version does not say what changed."""
    return [language for language, text in texts.items() if not text.parts.get(CHANGED, "").strip()]


def next_version(versions: Sequence[str]) -> str:
    """The number after the highest: 1.0, 1.1 and 2 make 3; nothing makes 1."""
    highest = 0
    for version in versions:
        head = version.partition(".")[0]
        highest = max(highest, int(head) if head.isascii() and head.isdigit() else 0)
    return str(highest + 1)
