"""A website or an app is connected: a source of its own with a write key, and the pages that may send; and what an
owner changes of it later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cdp.core import api_keys, audit, sources
from cdp.core.actors import Actor
from cdp.core.models import Source


class UnableToConnect(Exception):
    """No source can be made by that name; the message says why."""


class UnableToChange(Exception):
    """It cannot be called so; the message says why."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The source and its write key, which is told this once."""

    source: Source
    write_key: str


def connect(*, name: str, origins: Sequence[str], actor: Actor, now: datetime) -> Connected:
    """The source `name` with a write key; one that only files used becomes the website's. `origins`: scheme and host of
    the pages that may send, besides those it allows already. A website's key only fills what is empty of people who
    are known, for everybody can read it.

    Raises UnableToConnect with nothing written.
    """
    try:
        known = sources.known(name)
    except sources.UnableToUse as problem:
        raise UnableToConnect(str(problem)) from problem
    if known in sources.READY_MADE:
        raise UnableToConnect(_("This name belongs to the product itself. Please take another."))
    if not known and sources.is_taken(name):
        raise UnableToConnect(_("Another source has this name already. Please take another."))
    with transaction.atomic():
        try:
            key = sources.called(name, kind=Source.Kind.STORE).key
        except sources.UnableToUse as problem:
            raise UnableToConnect(str(problem)) from problem
        source = Source.objects.select_for_update().get(key=key)
        if source.write_key_digest:
            raise UnableToConnect(_("A source of this name has a write key already. Please take another name."))
        sources.open_to_pages(source, list(dict.fromkeys([*source.allowed_origins, *origins])))
        source.save(update_fields=["allowed_origins", "known_people"])
        audit.record(audit.Action.SOURCE_CREATED, actor=actor, at=now, subject=key)
        return Connected(source=source, write_key=api_keys.create_write_key(source))


def change(*, source: Source, name: str, origins: Sequence[str], actor: Actor, now: datetime) -> bool:
    """Call a source by another name and let these pages send, and no others; whether its key only fills from now on,
    because its first page stands among them. Raises UnableToChange for a name that another source has, or whose key it
    would be.
    """
    shown = " ".join(name.split())
    with transaction.atomic():
        found = Source.objects.select_for_update().get(id=source.id)
        if shown != found.name and sources.is_taken(shown, besides=found.key):
            raise UnableToChange(_("Another source has this name already. Please take another."))
        before = {"name": found.name, "origins": list(found.allowed_origins)}
        found.name = shown
        only_fills = sources.open_to_pages(found, origins)
        if before == {"name": shown, "origins": list(origins)}:
            return False
        found.save(update_fields=["name", "allowed_origins", "known_people"])
        audit.record(
            audit.Action.SOURCE_CHANGED,
            actor=actor,
            at=now,
            subject=found.key,
            details={"before": before, "after": {"name": shown, "origins": list(origins)}},
        )
    return only_fills
