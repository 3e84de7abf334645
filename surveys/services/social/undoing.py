"""Taking back what an import made of social acts (see `taking_back`), and of posts of which nothing else is known."""

import uuid
from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext_noop

from cdp.core.imports import tracing, undoing
from surveys.models import SocialAct, SocialActKey, SocialPost
from surveys.services import taking_back
from surveys.services.social import acts

ROWS = taking_back.Rows(
    model=SocialAct,
    key_model=SocialActKey,
    keys=acts.KEYS,
    cause=acts.CAUSE,
    made="social.made",
    changed="social.changed",
    removed="social_removed",
    restored="social_restored",
    kept="social_kept",
)
POSTS, POSTS_REMOVED, POSTS_KEPT = "social.posts", "posts_removed", "posts_kept"
WORDS = {
    ROWS.removed: gettext_noop("Social acts removed"),
    ROWS.restored: gettext_noop("Social acts that are again as they were before"),
    ROWS.kept: gettext_noop("Social acts that stay, because they were changed since"),
    POSTS_REMOVED: gettext_noop("Posts removed"),
    POSTS_KEPT: gettext_noop("Posts that stay, because something is known of them otherwise"),
}


def note_posts(import_id: uuid.UUID, made: Sequence[uuid.UUID]) -> None:
    """Note which posts a chunk made, in its transaction."""
    tracing.note(import_id, POSTS, [post.bytes for post in made])


def take_back_posts(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Remove those with which nothing was done but what was taken back already."""
    for trace in traces:
        made = [uuid.UUID(bytes=post) for post in trace.data]
        with connection.cursor() as cursor:
            # Whoever tells of one now holds it until their act is written, and is seen by the second statement.
            cursor.execute("SELECT id FROM surveys_socialpost WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [made])
            cursor.execute(
                "DELETE FROM surveys_socialpost p WHERE p.id = ANY(%s)"
                " AND p.id NOT IN (SELECT a.post_id FROM surveys_socialact a WHERE a.post_id = ANY(%s))",
                [made, made],
            )
            done = cursor.rowcount
        undo.count(POSTS_REMOVED, POSTS_KEPT, done=done, of=len(made))


def foresee_posts(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them: acts that would be gone by then keep no post."""
    for trace in traces:
        made = {uuid.UUID(bytes=post) for post in trace.data}
        left = SocialAct.objects.filter(post_id__in=made).exclude(id__in=undo.ahead[ROWS.model._meta.label])
        kept = set(left.values_list("post_id", flat=True))
        there = set(SocialPost.objects.filter(id__in=made).values_list("id", flat=True))
        undo.count(POSTS_REMOVED, POSTS_KEPT, done=len(there - kept), of=len(made))


PARTS = (*ROWS.parts(20), undoing.Part(POSTS, 24, take_back_posts, foresee_posts))
