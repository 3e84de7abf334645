"""Publishing a version of the privacy policy or the terms."""

import datetime as dt

from django.db import transaction

from cdp.core import audit
from cdp.core.actors import Actor
from consent.models import PolicyVersion


class UnableToPublish(Exception):
    """The version was published before, or has no text."""


def publish(*, version: PolicyVersion, actor: Actor, at: dt.datetime) -> PolicyVersion:
    """Put the version in force; from then on the database refuses to change it. Raises UnableToPublish."""
    with transaction.atomic():
        row = PolicyVersion.objects.select_for_update().get(id=version.id)
        if row.published_at is not None:
            raise UnableToPublish("This version was published before.")
        languages = sorted(row.texts.values_list("language", flat=True))
        if not languages:
            raise UnableToPublish("A version needs a text in at least one language.")
        PolicyVersion.objects.filter(id=row.id).update(published_at=at)
        audit.record(
            audit.Action.POLICY_PUBLISHED,
            actor=actor,
            at=at,
            subject=row.id,
            details={"policy": row.policy, "version": row.version, "languages": languages},
        )
    row.refresh_from_db()
    return row
