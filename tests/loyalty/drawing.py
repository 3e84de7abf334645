"""Draws for tests, made through the services that staff use."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from cdp.core.actors import SYSTEM
from loyalty.models import Draw
from loyalty.services import draws

NAMES = {"en": "Tea for winter", "th": "ชาหน้าหนาว", "ko": "겨울 차"}
TEA = {"names": {"en": "tea", "th": "ชา", "ko": "차"}, "what": "words", "count": 2}
DAY = timedelta(days=1)


def told(key: str = "tea", *, now: datetime, closes_in: timedelta = DAY, **more: Any) -> draws.Told:
    """What staff say of a draw that opened a day ago."""
    terms = {name: more.pop(name) for name in ("entries", "prizes", "most") if name in more}
    closes_at = now + closes_in
    return draws.Told(
        **{
            "key": key,
            "names": NAMES,
            "terms": {"entries": [{"on": "answers"}], "prizes": [TEA], **terms},
            "opens_at": now - DAY,
            "closes_at": closes_at,
            "draws_on": timezone.localdate(closes_at),
            "notes": {},
            **more,
        }
    )


def announced(key: str = "tea", *, now: datetime | None = None, **more: Any) -> Draw:
    """A draw that people can take part in."""
    now = now or timezone.now()
    row = draws.save(told=told(key, now=now, **more), actor=SYSTEM, now=now)
    return draws.announce(draw=row.id, actor=SYSTEM, now=now)


def drawn(row: Draw, **more: Any) -> Draw:
    """The same, closed and drawn."""
    at = row.closes_at
    draws.close(draw=row.id, now=at)
    return draws.draw(draw=row.id, actor=SYSTEM, now=at + DAY, **more)
