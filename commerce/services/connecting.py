"""A store is connected: a source of its own, and the secret that it signs its webhooks with."""

from datetime import datetime

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cdp.core import audit, source_secrets, sources
from cdp.core.actors import Actor
from cdp.core.models import Source


class UnableToConnect(Exception):
    """That name cannot be a store's; the message says why."""


def connect(*, name: str, secret: str, actor: Actor, now: datetime) -> Source:
    """The source of the store `name` with its secret set; one that files used already becomes the store's, its secret
    is replaced. Raises UnableToConnect, and source_secrets.UnableToSet with nothing written.
    """
    key = slugify(name)[: sources.LONGEST_KEY].strip("-_")
    if not key:
        raise UnableToConnect(_("The name needs at least one Latin letter or digit: it becomes part of the address."))
    if key in sources.READY_MADE:
        raise UnableToConnect(_("This name belongs to the product itself. Please take another."))
    with transaction.atomic():
        source, is_new = Source.objects.get_or_create(key=key, defaults={"name": name[:120], "kind": Source.Kind.STORE})
        if is_new:
            audit.record(audit.Action.SOURCE_CREATED, actor=actor, at=now, subject=key)
        source_secrets.put(source=source, secret=secret, actor=actor, now=now)
    return source
