"""Programmes for tests: small ones, put in force through the services that staff use."""

from datetime import UTC, datetime
from typing import Any

from cdp.core.actors import SYSTEM
from loyalty.selectors.versions import Version, in_force
from loyalty.services import versions

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = {"en": "Sun Club", "th": "ซันคลับ", "ko": "선클럽"}


def spend(**more: Any) -> dict[str, Any]:
    """One point per 25 spent."""
    return {"on": "spend", "key": "spend", "names": NAMES, "per": "25", **more}


def tier(key: str, at_least: int, **more: Any) -> dict[str, Any]:
    """A tier from that much on."""
    return {"key": key, "names": NAMES, "at_least": str(at_least), **more}


def definition(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A programme of these rules; one point per 25 baht where none is named."""
    return {"schema": 1, "names": NAMES, "currency": "THB", "rules": list(rules) or [spend()], **more}


def publish(*rules: dict[str, Any], starts_at: datetime = BEGIN, now: datetime = BEGIN, **more: Any) -> Version:
    """The same, in force."""
    versions.save_draft(definition=definition(*rules, **more), actor=SYSTEM, now=now)
    versions.publish(starts_at=starts_at, actor=SYSTEM, now=now)
    found = in_force(starts_at)
    assert found is not None
    return found
