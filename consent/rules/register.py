"""The register of processing activities: its columns, its bases, and the policy that is made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

COLUMNS = ("name", "purpose", "people", "data", "recipients", "transfers", "retention", "safeguards")
"""What the law wants to know of an activity, in the order in which it is read."""
BASES = ("consent", "contract", "legitimate_interest", "legal_obligation")
LONGEST = 1000
KEPT_STATES = 20
"""Earlier states that the page shows; the audit keeps all."""


@dataclass(frozen=True)
class Activity:
    """One activity in one language; `basis` in words of that language, for the law that is asked about."""

    words: Mapping[str, str]
    basis: str


@dataclass(frozen=True)
class Phrases:
    """What stands around the register's own words in a policy, in one language."""

    title: str
    intro: str
    who_heading: str
    who: str
    labels: Mapping[str, str]  # column → “What”, “How long” …
    basis_label: str
    rights_heading: str
    rights: Sequence[str]
    contact_heading: str
    contact: str


def policy_body(activities: Sequence[Activity], phrases: Phrases) -> str:
    """A policy as plain text with headings: who, each activity with its what and why, then rights and contact."""
    blocks = [phrases.intro, f"## {phrases.who_heading}\n{phrases.who}"]
    for activity in activities:
        lines = [
            f"- {phrases.labels[column]}: {activity.words[column].strip()}"
            for column in ("data", "purpose", "people", "recipients", "transfers", "retention", "safeguards")
            if activity.words.get(column, "").strip()
        ]
        lines.insert(2, f"- {phrases.basis_label}: {activity.basis}")
        blocks.append(f"## {activity.words.get('name', '')}\n" + "\n".join(lines))
    rights = "\n".join(f"- {right}" for right in phrases.rights)
    blocks.append(f"## {phrases.rights_heading}\n{rights}")
    blocks.append(f"## {phrases.contact_heading}\n{phrases.contact}")
    return "\n\n".join(blocks)
