"""Reading one text: language, feeling, key phrases, names."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from surveys.rules.understanding import cutting, features, language, naming, phrases, weights

RULES = "1"
"""The version of what is no weights: language, phrases. Change it with them, and everything is read again."""


@dataclass(frozen=True)
class Told:
    """What a text says. `shares` are of a thousand (negative, neutral, positive), None where no feeling is read."""

    language: str
    model: str
    shares: tuple[int, int, int] | None
    phrases: list[str] = field(default_factory=list)
    named: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def sentiment(self) -> str:
        """The likeliest feeling; empty where none is read."""
        if self.shares is None:
            return ""
        return weights.LABELS[max(range(3), key=self.shares.__getitem__)]


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


def read(text: str, names: Mapping[str, naming.Names]) -> Told:
    """Read a text; `names` are searchers by what they find. Raises weights.Damaged."""
    code = language.language_of(text[: features.LONGEST])
    told = {about: searcher.found(text) for about, searcher in names.items()}
    if code not in language.KNOWN:
        return Told(code, version_of(code), None, named=told)
    shares = weights.of(code).shares(features.normal(text), cutting.OF[code])
    return Told(code, version_of(code), _of_a_thousand(shares), phrases.of(text, code), told)


def _of_a_thousand(shares: tuple[float, float, float]) -> tuple[int, int, int]:
    negative, positive = round(shares[0] * 1000), round(shares[2] * 1000)
    return negative, max(0, 1000 - negative - positive), min(positive, 1000 - negative)
