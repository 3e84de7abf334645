"""The rows a fresh installation starts with: purposes in three languages, a first privacy policy and first terms.

They are a start for the shop to make its own: what is there already is never touched.
"""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import msgspec
from django.db import connection, transaction

from consent.models import PolicyText, PolicyVersion, ProcessingActivity, Purpose
from consent.rules import notices as names

FOLDER = Path(__file__).resolve().parent.parent / "texts"
FIRST, FIRST_WORDS = "1.0", "1"
WRITTEN_AT = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
FORMS_OPENED_AT = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)  # before any form of ours was open


class _Purpose(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    channels: list[str]
    name: dict[str, str]
    description: dict[str, str]
    refusal: dict[str, str]


class _Activity(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    bases: dict[str, str]
    texts: dict[str, dict[str, str]]


class _Register(msgspec.Struct, forbid_unknown_fields=True):
    common: dict[str, dict[str, str]]
    activities: list[_Activity]


class _Disclosure(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    texts: dict[str, dict[str, str]]


def ensure() -> None:
    """Write what is missing. Safe to repeat; does nothing where the tables were migrated away."""
    if not _is_complete():
        return
    with transaction.atomic():
        ensure_purposes()
        for policy in ("privacy", "terms"):
            ensure_policy(policy)
        ensure_disclosures()
        ensure_register()


def _is_complete() -> bool:
    """Whether the tables are there with all their columns: tests migrate back and forth."""
    with connection.cursor() as cursor:
        for model in (Purpose, PolicyVersion, PolicyText, ProcessingActivity):
            found = connection.introspection.get_table_description(cursor, model._meta.db_table)
            if not {field.column for field in model._meta.local_concrete_fields} <= {column.name for column in found}:
                return False
    return True


def ensure_purposes() -> None:
    """The purposes the product speaks of, in the order customers see them, each with a first version of its words."""
    raw = (FOLDER / "purposes.json").read_bytes()
    ours = msgspec.json.decode(raw, type=list[_Purpose])
    Purpose.objects.bulk_create(
        [
            Purpose(
                key=purpose.key,
                name=purpose.name,
                description=purpose.description,
                channels=purpose.channels,
                position=position,
            )
            for position, purpose in enumerate(ours)
        ],
        ignore_conflicts=True,
    )
    known = set(PolicyVersion.objects.filter(policy__startswith=f"{names.PURPOSE}.").values_list("policy", flat=True))
    refusals = {purpose.key: purpose.refusal for purpose in ours}
    for purpose in Purpose.objects.all():
        if names.of_purpose(purpose.key) in known:
            continue
        # Also the words of a shop that wrote its own before they had versions.
        texts = {
            language: names.Text(
                title=purpose.name[language],
                body=purpose.description.get(language, ""),
                parts={names.REFUSAL: refusals.get(purpose.key, {}).get(language, "")},
            )
            for language in purpose.name
        }
        _publish(names.of_purpose(purpose.key), FIRST_WORDS, texts)


def ensure_disclosures() -> None:
    """What stands before the first question of our own forms, unless the shop has words of its own."""
    known = set(PolicyVersion.objects.filter(policy__startswith="form.").values_list("policy", flat=True))
    raw = (FOLDER / "disclosures.json").read_bytes()
    for disclosure in msgspec.json.decode(raw, type=list[_Disclosure]):
        if disclosure.name in known:
            continue
        texts = {
            language: names.Text(
                title=parts["title"], parts={part: parts[part] for part in names.parts_of(disclosure.name)}
            )
            for language, parts in disclosure.texts.items()
        }
        _publish(disclosure.name, FIRST_WORDS, texts, at=FORMS_OPENED_AT)


def ensure_register() -> None:
    """What the product really does with data, unless the shop has a register."""
    if ProcessingActivity.objects.exists():
        return
    ours = msgspec.json.decode((FOLDER / "register.json").read_bytes(), type=_Register)
    ProcessingActivity.objects.bulk_create(
        [
            ProcessingActivity(
                key=activity.key,
                position=position,
                bases=activity.bases,
                texts={language: ours.common[language] | words for language, words in activity.texts.items()},
                changed_at=WRITTEN_AT,
            )
            for position, activity in enumerate(ours.activities)
        ]
    )


def ensure_policy(policy: str) -> None:
    """A first published version of that document, unless the shop has any version of its own."""
    if PolicyVersion.objects.filter(policy=policy).exists():
        return
    texts = {}
    for path in sorted(FOLDER.glob(f"{policy}-{FIRST}.*.txt")):
        heading, _, body = path.read_text(encoding="utf-8").partition("\n")
        texts[path.name.split(".")[-2]] = names.Text(title=heading.removeprefix("# ").strip(), body=body.strip())
    _publish(policy, FIRST, texts)


def _publish(name: str, number: str, texts: Mapping[str, names.Text], *, at: dt.datetime = WRITTEN_AT) -> None:
    version = PolicyVersion.objects.create(policy=name, version=number)
    PolicyText.objects.bulk_create(
        [
            PolicyText(version=version, language=language, title=text.title, body=text.body, parts=dict(text.parts))
            for language, text in texts.items()
        ]
    )
    # Texts come before the date: what is published is final.
    PolicyVersion.objects.filter(id=version.id).update(published_at=at)
