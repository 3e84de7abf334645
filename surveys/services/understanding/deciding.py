"""What the shop decides: who looks after a theme, what is to be done, that it is solved; which names it listens for."""

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction

from cdp.core import audit
from cdp.core.actors import Actor
from surveys.models import Brand, Mention, Theme
from surveys.rules.understanding import naming

LONGEST_NAME, LONGEST_TASK = 80, 300
MOST_SPELLINGS, MOST_BRANDS = 30, 200


class UnableToDecide(Exception):
    """There is no such theme or brand."""


class UnableToName(Exception):
    """The name is `taken` by another brand of the list, is `short` (one letter finds nothing), or there are `many`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def decide(
    *,
    theme: uuid.UUID,
    actor: Actor,
    at: dt.datetime,
    name: str,
    owner: uuid.UUID | None,
    task: str,
    is_solved: bool,
    is_hidden: bool,
) -> Theme:
    """Write down what is decided of a theme. Solved keeps the day on which it was called so first; taken back, it goes.
    Raises UnableToDecide.
    """
    with transaction.atomic():
        row = Theme.objects.select_for_update().filter(id=theme).first()
        if row is None:
            raise UnableToDecide
        before = (row.name, row.owner_id, row.task, row.solved_at is not None, row.is_hidden)
        row.name, row.owner_id, row.task = name.strip()[:LONGEST_NAME], owner, task.strip()[:LONGEST_TASK]
        row.solved_at = (row.solved_at or at) if is_solved else None
        row.is_hidden = is_hidden
        if before == (row.name, row.owner_id, row.task, is_solved, is_hidden):
            return row
        row.save()
        audit.record(
            audit.Action.THEME_CHANGED,
            actor=actor,
            at=at,
            subject=row.id,
            details={"owner": str(owner) if owner else None, "is_solved": is_solved, "is_hidden": is_hidden},
        )
    return row


def keep_brand(
    *, brand: uuid.UUID | None, name: str, whose: str, spellings: Iterable[str], actor: Actor, at: dt.datetime
) -> Brand:
    """Add a brand, or change one. Texts that were read before are searched again in the background. Raises
    UnableToName, UnableToDecide.
    """
    name = " ".join(name.split())[:LONGEST_NAME]
    told = [" ".join(one.split())[:LONGEST_NAME] for one in spellings]
    kept = [one for one in dict.fromkeys(told) if one and naming.folded(one) != naming.folded(name)][:MOST_SPELLINGS]
    if not naming.names([(name, "")]).begin:
        raise UnableToName("short")
    with transaction.atomic():
        rows = [row for row in Brand.objects.select_for_update() if row.id != brand]
        if any(row.name.lower() == name.lower() for row in rows):
            raise UnableToName("taken")
        if brand is None and len(rows) >= MOST_BRANDS:
            raise UnableToName("many")
        made = Brand(created_at=at, created_by=str(actor.id or ""))
        row = Brand.objects.filter(id=brand).first() if brand else made
        if row is None:
            raise UnableToDecide
        row.name, row.whose, row.spellings = name, Brand.Whose(whose).value, kept
        row.save()
        audit.record(
            audit.Action.BRAND_CHANGED,
            actor=actor,
            at=at,
            subject=row.id,
            details={"name": name, "whose": row.whose, "spellings": kept},
        )
    return row


def remove_brand(*, brand: uuid.UUID, actor: Actor, at: dt.datetime) -> None:
    """Take a brand from the list, and its mentions with it. Raises UnableToDecide."""
    with transaction.atomic():
        row = Brand.objects.select_for_update().filter(id=brand).first()
        if row is None:
            raise UnableToDecide
        Mention.objects.filter(about=Mention.About.BRAND, ref=str(row.id)).delete()
        row.delete()
        audit.record(audit.Action.BRAND_CHANGED, actor=actor, at=at, subject=brand, details={"removed": row.name})
