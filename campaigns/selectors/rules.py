"""The law or house rule behind a decision, in words."""

from campaigns.rules import reasons
from consent.selectors import packs


def words(rule: str) -> str:
    """Law and article, or the house rule; empty for none."""
    if rule in reasons.HOUSE_RULES:
        return str(reasons.HOUSE_RULES[rule])
    pack = packs.every().get(rule.partition(":")[0])
    if pack is None:
        return rule
    wanted = reasons.CITATIONS.get(rule)
    cited = next((citation for citation in pack.citations if citation.key == wanted), None)
    return f"{cited.law} {cited.article}" if cited else pack.name
