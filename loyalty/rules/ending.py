"""When points end: the policy of a version, evaluated for one lot. Days, months and years are of the shop's zone."""

import calendar
from datetime import date, datetime, time, timedelta, tzinfo

from loyalty.rules.programme import Expiry


def months_later(on: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))


def end(
    expiry: Expiry, *, earned_at: datetime, active_from: datetime, last_active_at: datetime | None, zone: tzinfo
) -> datetime | None:
    """The first moment at which the lot can be spent no more; None where it never ends.

    `last_active_at` is the member's last purchase or redemption, for `idle`: never before the lot was earned.
    """
    if expiry.kind == "never":
        return None
    if expiry.kind == "month":
        # "Six months after the month": earned on 15 December, gone on 1 July.
        first = earned_at.astimezone(zone).date().replace(day=1)
        return midnight(months_later(first, expiry.months + 1), zone)
    start = active_from
    if expiry.kind == "idle":
        start = max(last_active_at or earned_at, earned_at)
    local = start.astimezone(zone)
    last = months_later(local.date(), expiry.months) + timedelta(days=expiry.days)
    if expiry.until == "moment":
        return datetime.combine(last, local.time(), tzinfo=zone)
    if expiry.until == "month":
        return midnight(months_later(last.replace(day=1), 1), zone)
    if expiry.until == "year":
        return midnight(date(last.year + 1, 1, 1), zone)
    return midnight(last + timedelta(days=1), zone)


def midnight(on: date, zone: tzinfo) -> datetime:
    """When that day begins in that zone."""
    return datetime.combine(on, time(), tzinfo=zone)
