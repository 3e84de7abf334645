"""Secrets that outside systems sign their webhooks with: set once, used to check, never shown.

A secret is wrapped by the key ring like a data key, bound to its source, so that a stolen database tells nothing and a
row copied to another source does not open.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cdp.core import audit
from cdp.core.actors import Actor
from cdp.core.crypto import ring
from cdp.core.models import Source, SourceSecret

SHORTEST, LONGEST = 8, 500


class UnableToSet(Exception):
    """That text cannot be a secret; the message says why and never repeats it."""


def put(*, source: Source, secret: str, actor: Actor, now: datetime) -> None:
    """Keep the secret of a source; it replaces the one before. Raises UnableToSet."""
    text = secret.strip()
    if not SHORTEST <= len(text) <= LONGEST:
        raise UnableToSet(
            _("A secret has %(shortest)s to %(longest)s characters; copy it from the store.")
            % {"shortest": SHORTEST, "longest": LONGEST}
        )
    key_ring = ring.current()
    with transaction.atomic():
        SourceSecret.objects.update_or_create(
            source=source,
            defaults={
                "ring_key": key_ring.primary,
                "wrapped": key_ring.wrap(text.encode(), context=_context(source)),
                "set_at": now,
            },
        )
        audit.record(audit.Action.SOURCE_SECRET_SET, actor=actor, at=now, subject=source.key)


def find(source: Source) -> bytes | None:
    """The secret of a source, to compute a signature with; None where none was set."""
    stored = SourceSecret.objects.filter(source=source).first()
    if stored is None:
        return None
    return ring.current().unwrap(bytes(stored.wrapped), ring_key=stored.ring_key, context=_context(source))


def _context(source: Source) -> bytes:
    return b"core.source_secret:" + source.id.bytes
