"""Comments and mentions as texts that are read. Messages are read with their tickets."""

import uuid
from collections.abc import Collection

from django.db import connection
from django.utils.translation import gettext_lazy as _

from surveys.models import SocialAct
from surveys.rules.understanding import reader
from surveys.selectors.texts.sources import Source, words_of
from surveys.selectors.texts.themes import Split

KIND = "comment"


SOURCE = Source(
    kind=KIND,
    label=_("Comment"),
    rows=(
        "SELECT w.customer_id, w.id AS text_id, w.id AS parent_id, w.at, w.told_at FROM surveys_socialact w"
        " WHERE w.has_words AND w.kind <> 'message'"
    ),
    words=words_of(SocialAct, "words"),
)


def felt(posts: Collection[uuid.UUID]) -> dict[uuid.UUID, Split]:
    """How what was written under each of these posts feels, as read so far."""
    found: dict[uuid.UUID, Split] = {}
    if not posts:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.post_id, r.sentiment, count(*)
            FROM surveys_socialact a
            JOIN surveys_reading r ON r.customer_id = a.customer_id AND r.kind = %s AND r.text_id = a.id
            WHERE a.post_id = ANY(%s) AND a.has_words AND r.model = ANY(%s)
            GROUP BY a.post_id, r.sentiment
            """,
            [KIND, list(posts), reader.versions()],
        )
        for post, sentiment, number in cursor.fetchall():
            found[post] = found.get(post, Split()).plus(sentiment, number)
    return found
