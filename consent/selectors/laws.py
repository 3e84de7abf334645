"""Laws as their readers cite them: the official short name, the article and what it says, in the language in force.

The packs hold them in English; `consent/packs/languages/` holds the names and articles in the others, and what it says
of those that pages of staff quote. What a language has not is told in English.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

import msgspec
from django.utils import translation
from django.utils.translation import gettext

from cdp.core import written_dates
from consent.rules import reasons
from consent.rules.packs import Citation, Pack
from consent.selectors import packs

ENGLISH = "en"


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One language: laws by their English name, articles and what they say by the key of their citation."""

    laws: dict[str, str] = {}
    articles: dict[str, str] = {}
    says: dict[str, str] = {}


@dataclass(frozen=True)
class Cited:
    """A citation for a reader; `language` is the one of `says`."""

    law: str
    article: str
    says: str
    language: str

    @property
    def short(self) -> str:
        """Law and article."""
        return f"{self.law} {self.article}".strip()


@cache
def in_language(language: str) -> Words:
    """What is known in a language. Raises msgspec.DecodeError for a file that does not fit."""
    path = packs.FOLDER / "languages" / f"{language}.json"
    return msgspec.json.decode(path.read_bytes(), type=Words) if path.exists() else Words()


def cited(citation: Citation) -> Cited:
    """That citation for whoever reads now."""
    language = _language()
    known = in_language(language)
    says = known.says.get(citation.key, "")
    return Cited(
        known.laws.get(citation.law, citation.law),
        known.articles.get(citation.key, citation.article),
        says or citation.says,
        language if says else ENGLISH,
    )


def find(pack: Pack | None, key: str) -> Cited | None:
    """The citation of a pack by its key, for whoever reads now."""
    found = next((one for one in pack.citations if one.key == key), None) if pack else None
    return cited(found) if found else None


def name(pack: Pack) -> str:
    """The short name of a pack's law, for whoever reads now."""
    law = pack.citations[0].law
    return in_language(_language()).laws.get(law, law)


def as_of(version: str) -> str:
    """Which text of a law that is (`Pack.version`), in words; empty where it does not say."""
    try:
        effective, checked = (written_dates.whole(date.fromisoformat(day)) for day in version.split("/"))
    except ValueError:
        return ""
    return gettext("In force since %(effective)s, checked %(checked)s") % {"effective": effective, "checked": checked}


def words(rule: str) -> str:
    """Law and article of a rule such as `gdpr:consent`, or the house rule; empty for none."""
    if rule in reasons.RULES:
        return str(reasons.RULES[rule])
    key, _colon, kind = rule.partition(":")
    pack = packs.every().get(key)
    if pack is None:
        return rule
    found = find(pack, pack.citation_of(kind))
    return found.short if found else pack.name


def _language() -> str:
    return (translation.get_language() or ENGLISH)[:2]
