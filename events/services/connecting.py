"""A website or an app is connected: a source of its own with a write key, and the pages that may send."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cdp.core import api_keys, audit, sources
from cdp.core.actors import Actor
from cdp.core.models import Source


class UnableToConnect(Exception):
    """No source can be made by that name; the message says why."""


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
    key = slugify(name)[: sources.LONGEST_KEY].strip("-_")
    if not key:
        raise UnableToConnect(_("The name needs at least one Latin letter or digit: it becomes the key of the source."))
    if key in sources.READY_MADE:
        raise UnableToConnect(_("This name belongs to the product itself. Please take another."))
    with transaction.atomic():
        Source.objects.get_or_create(key=key, defaults={"name": name[:120], "kind": Source.Kind.STORE})
        source = Source.objects.select_for_update().get(key=key)
        if source.write_key_digest:
            raise UnableToConnect(_("A source of this name has a write key already. Please take another name."))
        sources.open_to_pages(source, list(dict.fromkeys([*source.allowed_origins, *origins])))
        source.save(update_fields=["allowed_origins", "known_people"])
        audit.record(audit.Action.SOURCE_CREATED, actor=actor, at=now, subject=key)
        return Connected(source=source, write_key=api_keys.create_write_key(source))
