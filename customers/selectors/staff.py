"""Colleagues by name, where a row says who did something."""

import uuid
from collections.abc import Iterable

from cdp.core.models import User

MOST = 500


def names(people: Iterable[uuid.UUID | str | None]) -> dict[str, str]:
    """The names of these people by id as text; in one query."""
    wanted = {str(one) for one in people if one}
    return {str(user.id): str(user) for user in User.objects.filter(id__in=wanted)} if wanted else {}


def active() -> list[User]:
    """Everybody who works here, by name."""
    return sorted(User.objects.filter(is_active=True)[:MOST], key=str)
