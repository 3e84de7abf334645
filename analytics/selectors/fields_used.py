"""Which fields of customers segments ask about, however deep in a rule."""

from collections.abc import Iterator
from typing import Any

from analytics.models import Segment
from cdp.core.minimising import Use

MEANT = {
    "birth_month": "birth_date", "age": "birth_date", "company_industry": "company", "company_size": "company",
    "company_province": "company",
}  # fmt: skip
"""Fields of rules that are made of another."""


def by_segments() -> Iterator[Use]:
    """The fields of every segment that is in use."""
    for segment in Segment.objects.filter(archived_at__isnull=True).order_by("key"):
        for field in sorted(named(segment.rules)):
            yield Use(field, "segment", segment.name)


def named(rules: Any) -> set[str]:
    """The fields that a rule names, as it stands in JSON; also of rules that no longer compile."""
    if isinstance(rules, list):
        return {field for inner in rules for field in named(inner)}
    if not isinstance(rules, dict):
        return set()
    found = {field for value in rules.values() if isinstance(value, dict | list) for field in named(value)}
    for key in ("field", "metric"):
        name = rules.get(key)
        if isinstance(name, str):
            found.add(MEANT.get(name, name))
    return found
