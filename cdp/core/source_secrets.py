"""Secrets that outside systems sign their webhooks with: set once, used to check, never shown.

A secret is wrapped by the key ring like a data key, bound to its source, so that a stolen database tells nothing and a
row copied to another source does not open.
"""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cdp.core import audit
from cdp.core.actors import Actor
from cdp.core.crypto import index, ring
from cdp.core.models import Source, SourceSecret, SourceToken

SHORTEST, LONGEST = 8, 500
LONGEST_TOKEN = 4000


class UnableToSet(Exception):
    """That text cannot be a secret, or the token of that `name`; the message says why and never repeats it."""

    def __init__(self, text: str, *, name: str = "") -> None:
        """Say why, and of which token."""
        super().__init__(text)
        self.name = name


def put(*, source: Source, secret: str, actor: Actor, now: datetime, vendor: str | None = None) -> None:
    """Keep the secret of a source; it replaces the one before. `vendor`: whose webhooks it signs from now on (empty:
    anybody's); None leaves that as it is. With another vendor all tokens of the source are dropped: they belong to the
    one before, and nobody else may be shown them. Raises UnableToSet.
    """
    text = secret.strip()
    if not SHORTEST <= len(text) <= LONGEST:
        raise UnableToSet(
            _("A secret has %(shortest)s to %(longest)s characters; copy it from the store.")
            % {"shortest": SHORTEST, "longest": LONGEST}
        )
    key_ring = ring.current()
    with transaction.atomic():
        before = SourceSecret.objects.filter(source=source).first()
        if vendor is not None and before is not None and before.vendor != vendor:
            for name in SourceToken.objects.filter(source=source).values_list("name", flat=True):
                drop_token(source=source, name=name, actor=actor, now=now)
        SourceSecret.objects.update_or_create(
            source=source,
            defaults={
                **({} if vendor is None else {"vendor": vendor}),
                "ring_key": key_ring.primary,
                "wrapped": key_ring.wrap(text.encode(), context=context(source.id)),
                "set_at": now,
            },
        )
        audit.record(audit.Action.SOURCE_SECRET_SET, actor=actor, at=now, subject=source.key)


def find(source: Source, *, vendor: str = "") -> bytes | None:
    """The secret of a source, to compute a signature with; None where none was set, or one for another vendor."""
    stored = SourceSecret.objects.filter(source=source).first()
    if stored is None or (vendor and stored.vendor not in {"", vendor}):
        return None
    return ring.current().unwrap(bytes(stored.wrapped), ring_key=stored.ring_key, context=context(source.id))


def put_token(*, source: Source, name: str, token: str, actor: Actor, now: datetime, shortest: int = SHORTEST) -> None:
    """Keep what we identify ourselves to a source with; it replaces the one before. Raises UnableToSet."""
    text = "".join(token.split())
    if not shortest <= len(text) <= LONGEST_TOKEN or not text.isascii():
        raise UnableToSet(_("This is no access token; copy the whole of it."), name=name)
    key_ring = ring.current()
    with transaction.atomic():
        SourceToken.objects.update_or_create(
            source=source,
            name=name,
            defaults={
                "ring_key": key_ring.primary,
                "wrapped": key_ring.wrap(text.encode(), context=token_context(source.id, name)),
                "set_at": now,
                "refused_at": None,
                "refused_for": "",
            },
        )
        audit.record(audit.Action.SOURCE_TOKEN_SET, actor=actor, at=now, subject=source.key, details={"token": name})


def drop_token(*, source: Source, name: str, actor: Actor, now: datetime) -> None:
    """Forget a token of a source. One that is not there is no fault."""
    with transaction.atomic():
        gone, _of = SourceToken.objects.filter(source=source, name=name).delete()
        if gone:
            audit.record(
                audit.Action.SOURCE_TOKEN_SET,
                actor=actor,
                at=now,
                subject=source.key,
                details={"token": name, "dropped": True},
            )


def find_token(source: Source, name: str) -> str:
    """A token of a source; empty where none was set."""
    stored = SourceToken.objects.filter(source=source, name=name).first()
    if stored is None:
        return ""
    wrapped, context = bytes(stored.wrapped), token_context(source.id, name)
    return ring.current().unwrap(wrapped, ring_key=stored.ring_key, context=context).decode()


def note_refusal(*, source: Source, name: str, reason: str, asked_at: datetime) -> None:
    """The platform did not accept a token that was used at `asked_at`, and why (a code), for staff to see; an empty
    reason: it accepts it again. A token that was set since is another one.
    """
    token = SourceToken.objects.filter(source=source, name=name, set_at__lte=asked_at)
    if reason:
        token.filter(refused_at=None).update(refused_at=asked_at)
        token.exclude(refused_for=reason).update(refused_for=reason)
    else:
        token.filter(refused_at__isnull=False).update(refused_at=None, refused_for="")


def verify_token(source_key: str) -> str:
    """What a platform repeats when it tries our address for the first time: ours to give out, the same for ever."""
    return index.lasting("core.verify_token", source_key).hex()[:32]


def context(source: uuid.UUID) -> bytes:
    """The associated data of the wrapped secret of a source."""
    return b"core.source_secret:" + source.bytes


def token_context(source: uuid.UUID, name: str) -> bytes:
    """The associated data of a wrapped token of a source."""
    return b"core.source_token:" + source.bytes + name.encode()
