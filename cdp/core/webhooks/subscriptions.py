"""Who is told what, where and for which purpose."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cdp.core import audit, ids
from cdp.core.actors import Actor
from cdp.core.crypto import ring
from cdp.core.models import Webhook, WebhookSecret
from cdp.core.webhooks import addresses, registry, signing

MOST = 50
"""Subscriptions of a shop: every fact is judged and written once for each."""


OVERLAP = timedelta(hours=24)
"""How long the former secret signs beside a new one."""


class UnableToSave(Exception):
    """`field` cannot be so; the message says why."""

    def __init__(self, field: str, text: str) -> None:
        """Name the field and say why."""
        super().__init__(text)
        self.field = field


def every() -> QuerySet[Webhook]:
    """All of them, newest first."""
    return Webhook.objects.order_by("-id")


def create(
    *, name: str, url: str, events: Sequence[str], purpose: str, actor: Actor, at: datetime, secret: str = ""
) -> tuple[Webhook, str]:
    """A new subscription and its secret, which is never to be had again. Raises UnableToSave."""
    chosen = _events(events)
    _check(url)
    text = secret or signing.new_secret()
    if Webhook.objects.count() >= MOST:
        raise UnableToSave("url", _("There are %(most)s webhooks already.") % {"most": MOST})
    webhook = Webhook(
        id=ids.uuid7(),
        name=name.strip()[:120],
        url=url,
        events=chosen,
        purpose=purpose,
        created_at=at,
        created_by=f"{actor.kind}:{actor.id or ''}",
    )
    _keep(webhook, text)
    with transaction.atomic():
        webhook.save(force_insert=True)
        audit.record(
            audit.Action.WEBHOOK_CREATED,
            actor=actor,
            at=at,
            subject=webhook.id,
            details={"events": chosen, "purpose": purpose},
        )
    return webhook, text


def change(
    webhook: Webhook,
    *,
    actor: Actor,
    at: datetime,
    name: str | None = None,
    url: str | None = None,
    events: Sequence[str] | None = None,
    purpose: str | None = None,
    is_active: bool | None = None,
) -> Webhook:
    """Change what is given. Switching it on again forgets its failures. Raises UnableToSave."""
    changed: list[str] = []
    columns: list[str] = []
    if name is not None:
        webhook.name, changed = name.strip()[:120], [*changed, "name"]
    if url is not None:
        _check(url)
        webhook.url, changed = url, [*changed, "url"]
    if events is not None:
        webhook.events, changed = _events(events), [*changed, "events"]
    if purpose is not None:
        webhook.purpose, changed = purpose, [*changed, "purpose"]
    if is_active is not None:
        webhook.is_active, changed = is_active, [*changed, "is_active"]
        webhook.failing_since = webhook.paused_until = None
        webhook.disabled_at, webhook.disabled_for = (None if is_active else at), ""
        columns = ["failing_since", "paused_until", "disabled_at", "disabled_for"]
    with transaction.atomic():
        # Only what changed: the secret may be wrapped by another key at this very moment.
        webhook.save(update_fields=[*changed, *columns])
        audit.record(
            audit.Action.WEBHOOK_CHANGED, actor=actor, at=at, subject=webhook.id, details={"changed": sorted(changed)}
        )
    return webhook


def renew_secret(webhook: Webhook, *, actor: Actor, at: datetime) -> str:
    """A new secret. The one before signs beside it for OVERLAP, so that receivers change theirs without a gap."""
    text = signing.new_secret()
    with transaction.atomic():
        row = Webhook.objects.select_for_update().get(id=webhook.id)
        WebhookSecret.objects.update_or_create(
            webhook=row, defaults={"ring_key": row.ring_key, "wrapped": row.wrapped, "ends_at": at + OVERLAP}
        )
        _keep(row, text)
        row.save(update_fields=["ring_key", "wrapped"])
        audit.record(audit.Action.WEBHOOK_CHANGED, actor=actor, at=at, subject=row.id, details={"changed": ["secret"]})
    return text


def delete(webhook: Webhook, *, actor: Actor, at: datetime) -> None:
    """Nothing is told there any more; what waited goes with it."""
    with transaction.atomic():
        audit.record(audit.Action.WEBHOOK_DELETED, actor=actor, at=at, subject=webhook.id)
        webhook.delete()


def keys_of(webhook: Webhook, *, at: datetime) -> list[bytes]:
    """What its deliveries are signed with: its secret, and for a day after a change the one of before.

    Raises ring.UnknownRingKey.
    """
    rows: list[Webhook | WebhookSecret] = [webhook, *WebhookSecret.objects.filter(webhook=webhook, ends_at__gt=at)]
    context = context_of(webhook.id)
    opened = [ring.current().unwrap(bytes(row.wrapped), ring_key=row.ring_key, context=context) for row in rows]
    return [signing.key_of(text.decode()) for text in opened]


def former_until(webhook: Webhook, *, at: datetime) -> datetime | None:
    """Until when the secret of before signs, too; None where none does."""
    found = WebhookSecret.objects.filter(webhook=webhook, ends_at__gt=at).first()
    return found.ends_at if found else None


def context_of(webhook: uuid.UUID) -> bytes:
    """What a wrapped secret is bound to."""
    return b"core.webhook:" + webhook.bytes


def _keep(webhook: Webhook, secret: str) -> None:
    try:
        signing.key_of(secret)
    except signing.NoSecret as error:
        raise UnableToSave("secret", _("A secret is “whsec_” and 24 to 64 bytes in base64.")) from error
    key_ring = ring.current()
    webhook.ring_key = key_ring.primary
    webhook.wrapped = key_ring.wrap(secret.encode(), context=context_of(webhook.id))


def _events(events: Sequence[str]) -> list[str]:
    chosen = sorted(set(events))
    unknown = [event for event in chosen if event not in registry.every()]
    if unknown:
        known = ", ".join(registry.every())
        raise UnableToSave(
            "events", _("There is no event %(event)s; there are %(known)s.") % {"event": unknown[0], "known": known}
        )
    if not chosen:
        raise UnableToSave("events", _("Choose at least one event."))
    return chosen


def _check(url: str) -> None:
    try:
        addresses.check(url)
    except addresses.BadUrl as error:
        words = {
            "not_https": _("The address must begin with https://."),
            "credentials": _("Leave user name and password out of the address; deliveries are signed."),
            "private": _("This address lies inside a network; only open addresses are told."),
            "port": _("Use the usual port of https."),
        }
        raise UnableToSave("url", words.get(error.code, _("This is no whole address."))) from error
