"""Prize draws of the sample shop: one that was drawn, and one in which orders take part now."""

import datetime as dt
from typing import Any, Final

from django.utils import timezone

from cdp.core.actors import SYSTEM
from loyalty.models import Draw, DrawWin
from loyalty.services import draws

TEA: Final[dict[str, Any]] = {
    "names": {"en": "A box of tea", "th": "ชา 1 กล่อง", "ko": "차 한 상자"},
    "what": "words",
    "count": 3,
}
POINTS: Final[dict[str, Any]] = {
    "names": {"en": "500 points", "th": "500 คะแนน", "ko": "500포인트"},
    "what": "points",
    "points": 500,
    "count": 5,
}
_DAY = dt.timedelta(days=1)


def announce(now: dt.datetime) -> None:
    """One that closed two days ago and one that closes in three weeks. Does nothing where there is a draw already."""
    if Draw.objects.exists():
        return
    begin = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    past = _announced("tea-time", ("Tea time", "ชวนดื่มชา", "차 한잔 추첨"), begin - 60 * _DAY, begin - 2 * _DAY)
    draws.close(draw=past.id, now=past.closes_at)
    draws.draw(draw=past.id, actor=SYSTEM, now=begin - _DAY)
    DrawWin.objects.filter(draw_id=past.id).update(told_at=now)  # sample people are told nothing
    friends = ("Tea for two", "ชาสำหรับสองคน", "둘이 마시는 차")
    _announced("tea-for-two", friends, begin - 30 * _DAY, begin + 21 * _DAY)
    draws.count_open(now=now)


def _announced(key: str, names: tuple[str, str, str], opens_at: dt.datetime, closes_at: dt.datetime) -> Draw:
    told = draws.Told(
        key=key,
        names=dict(zip(("en", "th", "ko"), names, strict=True)),
        terms={
            "entries": [{"on": "answers"}, {"on": "orders", "at_least": "300"}],
            "prizes": [TEA, POINTS],
            "most": 3,
        },
        opens_at=opens_at,
        closes_at=closes_at,
        draws_on=closes_at.date(),
        notes={},
        answer_days=None,
    )
    row = draws.save(told=told, actor=SYSTEM, now=opens_at)
    return draws.announce(draw=row.id, actor=SYSTEM, now=opens_at)
