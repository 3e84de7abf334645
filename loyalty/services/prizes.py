"""What was won is given and told: points and coupons by themselves, the rest waits for staff. Each in a transaction of
its own, so that a kill leaves whole prizes; the beat finds the others again.
"""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from cdp.core import outbox, written_dates
from cdp.core.actors import SYSTEM
from cdp.core.crypto import tokens
from consent.selectors import reach
from customers.selectors import lineage
from loyalty.models import Draw, DrawWin, Offer
from loyalty.rules import draws as rules
from loyalty.rules.draws import Prize
from loyalty.rules.spending import Refused
from loyalty.selectors import draws as reading
from loyalty.services import coupons, giving
from loyalty.services.coupons import Promise
from loyalty.services.tills import Asked

NOTICE, TOKEN, SOURCE = "draw-won", "draw.win", "draw"
REASON = "draw"
AT_ONCE = 500


def link(win: DrawWin) -> str:
    """The page on which a winner reads what they won, and says whether they want it."""
    return f"{settings.CDP_BASE_URL}/draws/won/{tokens.make(TOKEN, win.customer_id.bytes + win.id.bytes)}/"


def of_token(token: str) -> DrawWin | None:
    """Whose link it is; None for no link of ours and for a prize that went to somebody else."""
    try:
        payload = tokens.read(TOKEN, token)
    except tokens.BadToken:
        return None
    return reading.win_of(uuid.UUID(bytes=payload[:16]), uuid.UUID(bytes=payload[16:])) if len(payload) == 32 else None


def give_due(*, now: datetime, draw: uuid.UUID | None = None) -> int:
    """Give what comes by itself, and tell winners who were not told. Returns how many wins were looked at.

    Points of somebody who takes no part in the programme wait until they do: nobody is enrolled by winning.
    """
    # Who was told and waits to be handed something is somebody's at the counter to look after.
    rows = DrawWin.objects.filter(state__in=(DrawWin.State.WON, DrawWin.State.WAITING)).order_by("id")
    rows = rows.exclude(state=DrawWin.State.WAITING, told_at__isnull=False)
    if draw is not None:
        rows = rows.filter(draw_id=draw)
    count, last = 0, uuid.UUID(int=0)
    while found := list(rows.filter(id__gt=last).values_list("customer_id", "id", "draw_id")[:AT_ONCE]):
        draws = Draw.objects.in_bulk({one for _customer, _win, one in found})
        for customer, win, one in found:
            with transaction.atomic():
                _look_after(draws[one], customer, win, now)
        count, last = count + len(found), found[-1][1]
    return count


def _look_after(draw: Draw, customer: uuid.UUID, win: uuid.UUID, now: datetime) -> None:
    row = DrawWin.objects.select_for_update().filter(customer_id=customer, id=win).first()
    if row is None or row.prize is None or row.state not in (DrawWin.State.WON, DrawWin.State.WAITING):
        return
    who = lineage.standing([customer]).get(customer)
    if who is None:
        return
    prize = rules.read(draw.terms).prizes[row.prize]
    code = ""
    if prize.what != "words":
        given = _given(row, prize, who, now)
        if given is None and row.told_at is not None:
            return
        if given is not None:
            code, row.state, row.done_at = given, DrawWin.State.DONE, now
    if (row.told_at is None or code) and _tell(draw, row, prize, who, code, now):
        row.told_at = now
    row.save()


def _given(row: DrawWin, prize: Prize, who: uuid.UUID, now: datetime) -> str | None:
    """Give it: the code of a coupon, nothing for points; None where it cannot be given yet."""
    if prize.what == "points":
        asked, cause = Asked(who, SYSTEM, now, SOURCE), f"draw:{row.id}"
        try:
            giving.present(asked, Decimal(prize.points or 0), cause=cause, reason=REASON)
        except Refused:
            return None
        return ""
    offer = Offer.objects.filter(key=prize.offer).first()
    if offer is None:
        return None
    promise = Promise(
        offer.key, offer.gives, coupons.end(offer.valid_days, now), reason=Offer.Why.DRAW, given_for=row.id
    )
    issued = coupons.promised(customer=who, promise=promise, source=SOURCE, actor=SYSTEM, now=now)
    return issued.code if issued else None


def _tell(draw: Draw, row: DrawWin, prize: Prize, who: uuid.UUID, code: str, now: datetime) -> bool:
    """Write to them once for what they won, and once more when it came; False for who cannot be reached."""
    way = reach.ways([who]).get(who)
    if way is None or not outbox.reaches(way.channel):
        return False
    with override(way.language):
        last = written_dates.in_full(timezone.localdate(row.answer_by - timedelta(seconds=1))) if row.answer_by else ""
        data = {
            "draw": reading.named(draw.names, way.language),
            "prize": reading.named(prize.names, way.language),
            "what": prize.what,
            "is_given": row.state == DrawWin.State.DONE,
            "code": code,
            "last_day": last,
            "url": link(row),
        }
    outbox.put(
        outbox.Draft(
            kind=NOTICE,
            address=way.address,
            key=f"{NOTICE}:{row.id}:{'given' if row.state == DrawWin.State.DONE else 'won'}",
            language=way.language,
            channel=way.channel,
            customer=who,
            data=data,
        ),
        at=now,
    )
    return True
