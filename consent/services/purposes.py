"""Beginning a purpose, and by which ways and hours it may be asked for."""

import datetime as dt
import re
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from cdp.core import audit
from cdp.core.actors import Actor
from consent.models import Channel, Purpose

NIGHT = "marketing_night"
"""The permission for the quiet hours; it has channels of its own."""
BY_DAY = "marketing"
LONGEST = 120
"""Months a "yes" may hold at most where it runs out at all."""
_KEY = re.compile(r"[a-z][a-z0-9_]{1,29}\Z")


class UnableToChange(Exception):
    """The purpose cannot be so; the message says why."""


def begin(*, key: str, actor: Actor, at: dt.datetime) -> Purpose:
    """A new purpose that nobody is asked for before its words are published. Raises UnableToChange."""
    if not _KEY.match(key):
        raise UnableToChange(_("Use small Latin letters, digits and underscores, beginning with a letter."))
    with transaction.atomic():
        last = Purpose.objects.order_by("-position").values_list("position", flat=True).first() or 0
        purpose, is_new = Purpose.objects.get_or_create(
            key=key, defaults={"channels": [Channel.EMAIL], "position": last + 1, "is_active": False}
        )
        if not is_new:
            raise UnableToChange(_("There is a purpose with this key already."))
        audit.record(audit.Action.PURPOSE_CHANGED, actor=actor, at=at, subject=key, details={"is_new": True})
    return purpose


def arrange(
    *,
    key: str,
    channels: Sequence[str],
    night: Sequence[str] | None,
    is_active: bool,
    lapses_after: int | None,
    actor: Actor,
    at: dt.datetime,
) -> Purpose:
    """Say by which ways a purpose is asked for, and for advertising by which of them also at night (`night`).

    A way that is taken away asks nobody any more; what was said about it stays in the ledger. Advertising that is out
    of use has no nights either. `lapses_after` is after how many months a "yes" counts no more unless it is said again
    (None: never). Raises UnableToChange.
    """
    ways = [channel for channel in Channel.values if channel in channels]
    if not ways:
        raise UnableToChange(_("Choose at least one way."))
    if lapses_after is not None and not 1 <= lapses_after <= LONGEST:
        raise UnableToChange(
            _("A yes may hold for 1 to %(most)s months, or until it is taken back.") % {"most": LONGEST}
        )
    with transaction.atomic():
        rows = {
            row.key: row for row in Purpose.objects.select_for_update().filter(key__in=[key, NIGHT]).order_by("key")
        }
        row = rows[key]
        if is_active and not row.name:
            raise UnableToChange(_("Publish its words first: nobody can be asked without them."))
        before = {"channels": list(row.channels), "is_active": row.is_active, "lapses_after": row.lapses_after}
        row.channels, row.is_active, row.lapses_after = ways, is_active, lapses_after
        row.save(update_fields=["channels", "is_active", "lapses_after"])
        after = {"channels": ways, "is_active": is_active, "lapses_after": lapses_after}
        details: dict[str, object] = {"before": before, "after": after}
        if night is not None and key == BY_DAY and NIGHT in rows:
            late = [channel for channel in ways if channel in night]
            details["night"] = late
            rows[NIGHT].channels, rows[NIGHT].is_active, rows[NIGHT].lapses_after = (
                late,
                is_active and bool(late),
                lapses_after,
            )
            rows[NIGHT].save(update_fields=["channels", "is_active", "lapses_after"])
        audit.record(audit.Action.PURPOSE_CHANGED, actor=actor, at=at, subject=key, details=details)
    return row
