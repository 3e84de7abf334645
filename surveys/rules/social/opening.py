"""Whether what somebody did on a platform is for somebody of the shop to answer, in a ticket."""

from collections.abc import Collection
from datetime import datetime, timedelta

YOUNG = timedelta(days=3)
"""Older ones come in files of the past: nobody waits for them any more."""
MESSAGE = "message"
CHOICES = ("mention", "comment")
"""What a shop may let open tickets beside messages, account by account."""


def opens(*, kind: str, words: str, at: datetime, now: datetime, also: Collection[str]) -> bool:
    """A message does; a mention or a comment where the shop has set so (`also`), and never by its mood alone: who
    writes spam under a post must not fill the desk.
    """
    return bool(words) and (kind == MESSAGE or (kind in CHOICES and kind in also)) and now - at <= YOUNG
