"""Who hears what people write to the shop in a chat, or that they follow it there: a room above, which keeps it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cdp.core.models import Source

MESSAGE, FOLLOW, UNSEND = "message", "follow", "unsend"


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that a known person did in a chat. `number` tells it from others of the source; `handle` is the name
    by which the platform knows them; `sent` is what came instead of words (image, sticker …). UNSEND: what bears that
    number was taken back by whoever wrote it.
    """

    what: str
    customer: uuid.UUID
    platform: str
    handle: str
    number: str
    text: str
    at: datetime
    source: Source
    now: datetime
    sent: str = ""


Hearer = Callable[[Heard], bool]
_hearers: list[Hearer] = []


def listen(hearer: Hearer) -> None:
    """Let a room above keep what is heard; it answers whether that was news."""
    if hearer not in _hearers:
        _hearers.append(hearer)


def tell(heard: Heard) -> bool:
    """Tell everybody who listens, in the caller's transaction; whether it was news to any of them."""
    news = [hearer(heard) for hearer in _hearers]
    return any(news)
