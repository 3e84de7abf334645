"""Rows that must exist before anything else works, ensured after every migration.

Rooms register a function with `@reference.needed`; each is called once after `migrate` (and after the flush between
transactional tests) and must be safe to repeat.
"""

from collections.abc import Callable
from typing import Any

_needed: list[Callable[[], None]] = []


def needed(function: Callable[[], None]) -> Callable[[], None]:
    """Register `function` to be run by `ensure`."""
    _needed.append(function)
    return function


def ensure(sender: Any = None, **_: Any) -> None:
    """Run every registered function. `sender` is the app config of post_migrate, whose last app is enough."""
    from django.apps import apps  # noqa: PLC0415  (registry is ready only now)

    if sender is not None and sender is not list(apps.get_app_configs())[-1]:
        return
    for function in _needed:
        function()
