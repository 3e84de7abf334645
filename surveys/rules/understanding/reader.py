"""Reading one text: language, feeling, key phrases, names."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from surveys.rules.understanding import (
    clauses,
    comparing,
    concepts,
    cutting,
    features,
    language,
    naming,
    phrases,
    qualities,
    stars,
    weights,
)

RULES = "3"
"""The version of what is no weights: language, clauses, phrases. Change it with them, and everything is read again."""
SURE = 0.5
"""How probable the feeling of a clause must be to stand against that of another one."""
BRANDS = "brand"
"""Among names: those that are compared."""
FELT = ("negative", "positive", "neutral", "")
"""Feelings as numbers (their place here): where a text says two things of one subject, the lowest counts."""


class Said(NamedTuple):
    """A key phrase, or the mark of a concept: in which clause it stands and how that feels."""

    phrase: str
    clause: int
    sentiment: str


class Named(NamedTuple):
    """What is named (as its searcher tells) and how the text feels about it."""

    ref: str
    sentiment: str


@dataclass(frozen=True)
class Told:
    """What a text says. `shares` are of a thousand (negative, neutral, positive), None where no feeling is read."""

    language: str
    model: str
    shares: tuple[int, int, int] | None
    said: Sequence[Said] = ()
    named: Mapping[str, Sequence[Named]] = field(default_factory=dict)

    @property
    def sentiment(self) -> str:
        """The likeliest feeling; empty where none is read."""
        return "" if self.shares is None else _likeliest(self.shares)

    @property
    def phrases(self) -> list[str]:
        """Every phrase once."""
        return list(dict.fromkeys(one.phrase for one in self.said))


def versions() -> list[str]:
    """The version of a reading for each language, for texts without a model, and where the language stays untold."""
    return [*(version_of(code) for code in (*language.KNOWN, language.OTHER)), version_of_any()]


def version_of_any() -> str:
    """Which versions read now, all in one: it does not tell in which language a text is."""
    return f"{'-'.join(str(weights.of(code).version) for code in language.KNOWN)}.{RULES}"


def version_of(code: str) -> str:
    """Which version reads a text of this language now."""
    if code not in language.KNOWN:
        return f"-.{RULES}"
    return f"{code}{weights.of(code).version}.{RULES}"


def read(
    text: str, names: Mapping[str, naming.Names], rivals: AbstractSet[str] = frozenset(), given: Decimal | None = None
) -> Told:
    """Read a text; `names` are searchers by what they find, `rivals` those of the brands that are competitors, `given`
    the stars (of five) that its writer gave beside it. Raises weights.Damaged.

    The feeling of a phrase and of a name is that of the text, unless its clauses contradict each other: then each has
    that of its clause. What praises a competitor above us is no praise: it blames us, and is well said of them.
    """
    code = language.language_of(text[: features.LONGEST])
    found = {about: searcher.found(text) for about, searcher in names.items()}
    if code not in language.KNOWN:
        return Told(code, version_of(code), None, named=_all(found, ""))
    parts = _parts(text, code, names, found)
    brands = names.get(BRANDS, naming.Names())
    theirs = [comparing.favours_another(part, code, brands, rivals) for part in parts]
    shares = stars.weighed(_shares_of_ours(text, code, parts, theirs), given)
    whole = _likeliest(shares)
    each = _each(parts, theirs, code, whole)
    felt = each if {"negative", "positive"} <= set(each) else [whole] * len(parts)
    named = {
        about: [
            Named(ref, _about(ref, searcher, parts, each if ref in rivals else felt, theirs, rivals, whole))
            for ref in found[about]
        ]
        for about, searcher in names.items()
    }
    return Told(code, version_of(code), _of_a_thousand(shares), _said(parts, felt, code), named)


def _parts(text: str, code: str, names: Mapping[str, naming.Names], found: Mapping[str, Sequence[str]]) -> list[str]:
    parts = clauses.of(text, code)
    if len(parts) < 2 or not any(found.values()):
        return parts
    return clauses.joined(parts, lambda part: any(searcher.found(part) for searcher in names.values()))


def _shares_of_ours(text: str, code: str, parts: Sequence[str], theirs: Sequence[bool]) -> tuple[float, float, float]:
    """How the text feels about us: by what is left of it without praise of others, and by that where nothing is left
    that feels.
    """
    if not any(theirs):
        return _shares(features.normal(text), code)
    ours = " ".join(part for part, is_theirs in zip(parts, theirs, strict=True) if not is_theirs)
    shares = _shares(ours, code) if ours else None
    if shares is None or _likeliest(shares) == "neutral":
        other = " ".join(part for part, is_theirs in zip(parts, theirs, strict=True) if is_theirs)
        bad, calm, good = _shares(other, code)
        shares = max(bad, good), calm, min(bad, good)
    return shares


def _each(parts: Sequence[str], theirs: Sequence[bool], code: str, whole: str) -> list[str]:
    """How each clause feels alone."""
    if len(parts) < 2:
        return [whole] * len(parts)
    return ["negative" if is_theirs else _of_clause(part, code) for part, is_theirs in zip(parts, theirs, strict=True)]


def _of_clause(clause: str, code: str) -> str:
    if code == "ko" and (told := qualities.told_korean([one.stem for one in cutting.morphemes(clause)])):
        return told
    shares = _shares(clause, code)
    return _likeliest(shares) if max(shares) >= SURE else "neutral"


def _said(parts: Sequence[str], felt: Sequence[str], code: str) -> list[Said]:
    found: list[Said] = []
    for at, part in enumerate(parts):
        own = phrases.of(part, code)
        found += [
            Said(one, at, felt[at]) for one in (*own[: max(0, phrases.MOST - len(found))], *concepts.of(own, part))
        ]
    return found


def _about(
    ref: str,
    searcher: naming.Names,
    parts: Sequence[str],
    felt: Sequence[str],
    theirs: Sequence[bool],
    rivals: AbstractSet[str],
    whole: str,
) -> str:
    """How the text feels about what it names: by the first clause that names it. What is blamed of us beside a
    competitor's name is not said of them: theirs is how their clause feels alone.
    """
    at = next((at for at, part in enumerate(parts) if ref in searcher.found(part)), None)
    if at is None:
        return whole
    return "positive" if theirs[at] and ref in rivals else felt[at]


def _all(found: Mapping[str, Sequence[str]], sentiment: str) -> dict[str, list[Named]]:
    return {about: [Named(ref, sentiment) for ref in refs] for about, refs in found.items()}


def _shares(normal: str, code: str) -> tuple[float, float, float]:
    return weights.of(code).shares(normal, cutting.OF[code])


def _likeliest(shares: tuple[float, float, float]) -> str:
    return weights.LABELS[max(range(3), key=shares.__getitem__)]


def _of_a_thousand(shares: tuple[float, float, float]) -> tuple[int, int, int]:
    negative, positive = round(shares[0] * 1000), round(shares[2] * 1000)
    return negative, max(0, 1000 - negative - positive), min(positive, 1000 - negative)
