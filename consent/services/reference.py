"""The rows a fresh installation starts with: purposes in three languages, a first privacy policy and first terms.

They are a start for the shop to make its own: what is there already is never touched.
"""

import datetime as dt
from pathlib import Path

import msgspec
from django.db import connection, transaction

from consent.models import PolicyText, PolicyVersion, Purpose

FOLDER = Path(__file__).resolve().parent.parent / "texts"
FIRST = "1.0"
WRITTEN_AT = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


class _Purpose(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    channels: list[str]
    name: dict[str, str]
    description: dict[str, str]


def ensure() -> None:
    """Write what is missing. Safe to repeat; does nothing where the tables were migrated away."""
    tables = set(connection.introspection.table_names())
    if not {model._meta.db_table for model in (Purpose, PolicyVersion, PolicyText)} <= tables:
        return
    with transaction.atomic():
        ensure_purposes()
        for policy in ("privacy", "terms"):
            ensure_policy(policy)


def ensure_purposes() -> None:
    """The purposes the product speaks of, in the order customers see them."""
    raw = (FOLDER / "purposes.json").read_bytes()
    Purpose.objects.bulk_create(
        [
            Purpose(
                key=purpose.key,
                name=purpose.name,
                description=purpose.description,
                channels=purpose.channels,
                position=position,
            )
            for position, purpose in enumerate(msgspec.json.decode(raw, type=list[_Purpose]))
        ],
        ignore_conflicts=True,
    )


def ensure_policy(policy: str) -> None:
    """A first published version of that document, unless the shop has any version of its own."""
    if PolicyVersion.objects.filter(policy=policy).exists():
        return
    version = PolicyVersion.objects.create(policy=policy, version=FIRST)
    for path in sorted(FOLDER.glob(f"{policy}-{FIRST}.*.txt")):
        heading, _, body = path.read_text(encoding="utf-8").partition("\n")
        PolicyText.objects.create(
            version=version,
            language=path.name.split(".")[-2],
            title=heading.removeprefix("# ").strip(),
            body=body.strip(),
        )
    # Texts come before the date: what is published is final.
    PolicyVersion.objects.filter(id=version.id).update(published_at=WRITTEN_AT)
