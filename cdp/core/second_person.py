"""Tell those who may be the second person, by mail, that something waits for them. It says what kind of thing it is and
leads there; whom it is about and who asks stands only behind the log-in.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from cdp.core import outbox, spoken
from cdp.core.models import User

KIND = "second-waiting"
EXPORT, LETTER, POINTS = "export", "letter", "points"
"""What may wait: a file of many people; the text of a letter about a breach; many points given or taken by hand."""


def tell(colleagues: Iterable[User], *, what: str, path: str, key: str, at: datetime) -> None:
    """Write to each of them once by that key; `path` is where it is decided. In the caller's transaction."""
    outbox.put_many(
        [
            outbox.Draft(
                kind=KIND,
                address=one.email,
                key=f"{KIND}:{key}:{one.id}",
                language=spoken.by_staff(one.language),
                data={"what": what, "url": settings.CDP_BASE_URL + path},
            )
            for one in colleagues
        ],
        at=at,
    )
