"""The rows this room starts with: topics of calls, and the questions to customers with their sentences.

They are a start for the shop to make its own: what is there already is never touched.
"""

from pathlib import Path

import msgspec
from django.db import connection

from customers.models import InteractionTopic, ProfileQuestion

FOLDER = Path(__file__).resolve().parent.parent / "texts"
STEP = 10
"""Between two positions, so that the shop can put something of its own between them."""


class _Topic(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    name: dict[str, str]


class _Question(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    level: int
    contexts: list[str]
    stale_after_days: int
    ask: dict[str, str]
    still: dict[str, str]


def ensure() -> None:
    """Write what is missing. Safe to repeat; does nothing where the tables were migrated away."""
    tables = set(connection.introspection.table_names())
    if not {model._meta.db_table for model in (InteractionTopic, ProfileQuestion)} <= tables:
        return
    topics = msgspec.json.decode((FOLDER / "topics.json").read_bytes(), type=list[_Topic])
    InteractionTopic.objects.bulk_create(
        [
            InteractionTopic(key=topic.key, name=topic.name, position=position * STEP)
            for position, topic in enumerate(topics)
        ],
        ignore_conflicts=True,
    )
    questions = msgspec.json.decode((FOLDER / "questions.json").read_bytes(), type=list[_Question])
    ProfileQuestion.objects.bulk_create(
        [
            ProfileQuestion(position=position * STEP, **msgspec.structs.asdict(question))
            for position, question in enumerate(questions)
        ],
        ignore_conflicts=True,
    )
