"""Posts, one per platform and number. Later words fill what is empty; of campaigns the latest told stands."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from cdp.core import copying, ids

_KEYS = tuple[str, str]


@dataclass(slots=True)
class PostInput:
    """What acts say of their post."""

    url: str
    campaign: str
    at: datetime


def ensure(
    posts: Mapping[_KEYS, PostInput], made: Callable[[list[uuid.UUID]], None] | None = None
) -> dict[_KEYS, uuid.UUID]:
    """The ids of these posts by (platform, number), made where they are new; `made` is told which. In the order
    of their keys, so that two doors never wait for each other in a circle; rows that would stay the same are not
    written.
    """
    if not posts:
        return {}
    keys = sorted(posts)
    told = [posts[key] for key in keys]
    columns: list[Sequence[Any]] = [
        [ids.uuid7_at(one.at) for one in told],
        [key[0] for key in keys],
        [key[1] for key in keys],
        [one.url for one in told],
        [one.campaign for one in told],
    ]
    arrays = [copying.array(column) for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO surveys_socialpost AS p (id, platform, external_id, url, campaign)
            SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[])
            ON CONFLICT (platform, external_id) DO UPDATE SET
                url = COALESCE(NULLIF(p.url, ''), EXCLUDED.url),
                campaign = COALESCE(NULLIF(EXCLUDED.campaign, ''), p.campaign)
            WHERE (p.url = '' AND EXCLUDED.url <> '')
               OR (EXCLUDED.campaign <> '' AND EXCLUDED.campaign <> p.campaign)
            RETURNING p.id
            """,
            arrays,
        )
        ours = set(columns[0])
        new = [row for (row,) in cursor.fetchall() if row in ours]  # one that was known keeps its id
        if made is not None and new:
            made(new)
        cursor.execute(
            """
            SELECT p.platform, p.external_id, p.id
            FROM unnest(%s::text[], %s::text[]) AS t (platform, external_id)
            JOIN surveys_socialpost p USING (platform, external_id)
            """,
            arrays[1:3],
        )
        return {(platform, number): post for platform, number, post in cursor.fetchall()}
