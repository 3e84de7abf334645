"""The law or house rule behind a decision, in words."""

from consent.rules import reasons
from consent.selectors import packs


def words(rule: str) -> str:
    """Law and article of a rule such as `gdpr:consent`, or the house rule; empty for none."""
    if rule in reasons.RULES:
        return str(reasons.RULES[rule])
    key, _colon, kind = rule.partition(":")
    pack = packs.every().get(key)
    if pack is None:
        return rule
    wanted = pack.citation_of(kind)
    cited = next((citation for citation in pack.citations if citation.key == wanted), None)
    return f"{cited.law} {cited.article}" if cited else pack.name
