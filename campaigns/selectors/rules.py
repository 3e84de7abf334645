"""The law or house rule behind a decision, in words."""

from campaigns.rules import reasons
from consent.selectors import laws


def words(rule: str) -> str:
    """Law and article, or the house rule; empty for none."""
    house = reasons.HOUSE_RULES.get(rule)
    return str(house) if house else laws.words(rule)
