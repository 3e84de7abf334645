"""The clauses of a text: where it says one thing and then another ("late, but it smells lovely").

Cut at the ends of sentences, at words that turn or add, at the endings that do so in Korean, and at the spaces of Thai,
which stand between clauses. A cut too many does no harm: where clauses do not contradict each other they feel as the
whole text does (`reader`).
"""

import re
from collections.abc import Callable, Iterable, Sequence

from surveys.rules.understanding import cutting, features, phrases

MOST = 24
"""Clauses of one text; what is over stays with the last."""
VERDICT = 20
"""Letters of the longest part that is looked at for being one."""

_SENTENCES = re.compile(r"(?<=[.!?…;])\s+|\s+[-–—]\s+|(?<=[!?…])(?=\w)")
_ENGLISH = re.compile(
    r"(?:,\s*)?\b(?:but|however|although|though|whereas|yet|except that)\b,?"
    r"|(?:,\s*)?\band\s+(?=(?:the|it|its|it's|i|my|they|their|this|that|these|those|we|our|you|your|he|she)\b)"
    r"|,\s+(?:and\s+)?"
)
_KOREAN_ENDINGS = ("고", "지만", "데", "나", "며", "요")
_KOREAN_JOINS = ("고", "며")
_KOREAN_TURNS = frozenset("하지만 그런데 근데 그러나 다만 그래도 반면 대신".split())
_THAI_TURNS = frozenset("แต่ แต่ว่า ทว่า และ แล้วก็ ส่วน แถม".split())


def of(text: str, language: str) -> list[str]:
    """The clauses of a text, normal (`features.normal`), in their order; none of an empty text."""
    cuts = _OF.get(language, _whole)
    found: list[str] = []
    for line in text[: features.LONGEST].splitlines():
        for sentence in _SENTENCES.split(features.normal(line)):
            found += [part for one in cuts(sentence) if any(map(str.isalnum, part := one.strip()))]
    return [*found[: MOST - 1], " ".join(found[MOST - 1 :])] if len(found) > MOST else found


def joined(clauses: Sequence[str], is_whole: Callable[[str], bool]) -> list[str]:
    """The same with two neighbours in one where they hold something together that neither holds alone: a name with a
    comma in it.
    """
    found: list[str] = []
    for clause in clauses:
        both = f"{found[-1]}, {clause}" if found else ""
        if found and is_whole(both) and not is_whole(found[-1]) and not is_whole(clause):
            found[-1] = both
        else:
            found.append(clause)
    return found


def _whole(sentence: str) -> Iterable[str]:
    return [sentence]


def _english(sentence: str) -> Iterable[str]:
    begun = 0
    for cut in _ENGLISH.finditer(sentence):
        is_comma = cut.group().startswith(",") and "but" not in cut.group()
        # A row of adjectives or articles is one clause.
        if is_comma and min(len(sentence[begun : cut.start()].split()), len(sentence[cut.end() :].split())) < 2:
            continue
        yield sentence[begun : cut.start()]
        begun = cut.end()
    yield sentence[begun:]


def _korean(sentence: str) -> Iterable[str]:
    begun = end = 0
    pieces = cutting.morphemes(sentence)
    for at, one in enumerate(pieces):
        start = sentence.find(one.text, end)
        if start < 0:
            continue
        if one.text in _KOREAN_TURNS and one.tag.startswith("MA") and start > begun:
            yield sentence[begun:start]
            begun = start
        end = start + len(one.text)
        tag = one.tag.split("+")[-1]
        is_over = tag == "EF" or (tag == "EC" and one.text.endswith(_KOREAN_ENDINGS))
        # 싸고 좋다 says two things of one.
        if is_over and one.text.endswith(_KOREAN_JOINS):
            is_over = any(each.tag.startswith("J") for each in pieces[at + 1 : at + 4])
        # 사고 싶다 is one thing: what follows there only helps the verb.
        if is_over and sentence[end : end + 1] in (" ", ",") and not pieces[at + 1].tag.startswith("VX"):
            yield sentence[begun:end]
            begun = end
    yield sentence[begun:].lstrip(",")


_THAI_SPACE = re.compile(r"(?<=[\u0e01-\u0e4e])\s+(?=[\u0e01-\u0e45])")


def _thai(sentence: str) -> Iterable[str]:
    for part in _thai_parts(sentence):
        begun = end = 0
        for word in cutting.thai(part):
            start = part.find(word, end)
            if start < 0:
                continue
            end = start + len(word)
            if word in _THAI_TURNS:
                yield part[begun:start]
                begun = end
        yield part[begun:]


def _thai_parts(sentence: str) -> list[str]:
    """Parted at spaces; what names nothing ("แย่มาก") is a verdict on what stands before it."""
    found: list[str] = []
    for part in _THAI_SPACE.split(sentence):
        is_verdict = found and len(part) < VERDICT and not part.startswith("แต่") and not phrases.of(part, "th")
        if is_verdict:
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


_OF: dict[str, Callable[[str], Iterable[str]]] = {"en": _english, "ko": _korean, "th": _thai}
