"""The shop's own words of an invitation: what they may hold, and how they read for one person.

By language `{"subject": …, "text": …, "short": …}`; what is not there is said by the ready words of that language.
In braces stand names that are filled in. What a name stands in and is not known of somebody is left out for them, a
line at a time: a line without a name is better than "Hello ,".
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

Words = Mapping[str, Mapping[str, str]]

LONGEST: Mapping[str, int] = {"subject": 120, "text": 2000, "short": 300}
"""The parts of it, with how many characters each has at most: subject and text of a mail, a text message."""
PLACES = ("first_name", "name", "shop", "survey")
"""What may stand in braces."""
_LONGEST_NAME = 60
_PLACE = re.compile(r"\{([^{}\n]*)\}")
_TAG = re.compile(r"<\s*[/!?a-zA-Z]")
_ADDRESS = re.compile(r"[^\W\d_]{2,}\.[^\W\d_]{2,}")
_BLANK_LINES = re.compile(r"\n{3,}")


def written(part: str, text: str) -> str:
    """The text as it is kept: lines end in one way, nothing unseen, one line where there is only room for one."""
    kept = "".join(
        sign for sign in unicodedata.normalize("NFC", text.replace("\r\n", "\n")) if sign == "\n" or sign.isprintable()
    )
    return kept.strip() if part == "text" else " ".join(kept.split())


def faults(part: str, text: str) -> Iterator[str]:
    """What stands in the way of sending these words, in the language in force."""
    if len(text) > LONGEST[part]:
        yield _("At most %(longest)s characters.") % {"longest": LONGEST[part]}
    known = ", ".join(f"{{{place}}}" for place in PLACES)
    for place in dict.fromkeys(_PLACE.findall(text)):
        if place not in PLACES:
            yield _("Nothing is known as %(place)s. In braces can stand: %(known)s.") % {
                "place": f"{{{place}}}",
                "known": known,
            }
    if set("{}") & set(_PLACE.sub("", text)):
        yield _("A brace stands alone. In braces can stand: %(known)s.") % {"known": known}
    if _TAG.search(text):
        yield _("This is sent as plain text: write it without HTML.")
    if part == "short" and text and "{shop}" not in text:
        yield _("A text message has to say who sends it: write {shop} somewhere.")


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text for one person; lines with a place that nothing is known for are left out. Empty where none is left."""
    lines = [
        _PLACE.sub(lambda found: values.get(found[1], ""), line)
        for line in text.split("\n")
        if all(values.get(place) for place in _PLACE.findall(line))
    ]
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def sendable(name: str) -> str:
    """A name as it may stand in a mail of ours, else empty: strangers type names in forms, and an address or a sentence
    in one would go out in the shop's name.
    """
    is_name = len(name) <= _LONGEST_NAME and all(
        unicodedata.category(sign)[0] in "LM" or sign in " '\N{RIGHT SINGLE QUOTATION MARK}-.\N{MIDDLE DOT}"
        for sign in name
    )
    return name if is_name and not _ADDRESS.search(name) else ""
