"""The audience of a campaign is a segment rule: as SQL, or its faults as faults of the campaign's JSON."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from analytics.rules.problems import InvalidRules
from analytics.selectors import audiences
from campaigns.rules.definition import Problem


def problems(audience: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the rules, with pointers into the campaign."""
    try:
        audiences.check(audience)
    except InvalidRules as error:
        return [Problem(f"/audience{problem.pointer}", str(problem.message)) for problem in error.problems]
    return []


def statement(
    audience: Mapping[str, Any], *, now: datetime, among: Sequence[uuid.UUID] | None = None
) -> audiences.Statement:
    """Selects the ids of the audience at `now`, of those in `among` only where given, with named parameters.

    Raises InvalidRules.
    """
    return audiences.statement(audiences.check(audience), now=now, among=among)
