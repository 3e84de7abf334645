"""What this room does once a night, when the shop sleeps: each as a job that goes on after a kill."""

import datetime as dt
import zoneinfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Min

from cdp.core.actors import SYSTEM
from cdp.core.models import User
from consent.selectors import minimisation
from consent.selectors import retention as reading
from consent.services import lapsing
from consent.services.breaches import escalating, evidence
from consent.services.minimisation import counting
from consent.services.retention import running

FROM = dt.time(2)
"""Of the shop's clock."""


def begin_due(*, now: dt.datetime) -> None:
    """Begin the run of this night unless it has begun; a machine that was off at night does it when it wakes, and one
    that was only set up since has its first in the next night.
    """
    escalating.remind(now=now)
    evidence.forget_old(now=now)
    minimisation.remember()
    zone = zoneinfo.ZoneInfo(settings.TIME_ZONE)
    night = now.astimezone(zone).date()
    begins = dt.datetime.combine(night, FROM, tzinfo=zone)
    if now >= begins and not _is_set_up_since(begins) and begin_retention(night=night, now=now):
        counting.begin(actor=SYSTEM)


def _is_set_up_since(moment: dt.datetime) -> bool:
    """Whether nobody worked here yet at that moment: nothing was missed."""
    first = User.objects.aggregate(first=Min("created_at"))["first"]
    return first is not None and first > moment


def begin_retention(*, night: dt.date, now: dt.datetime) -> bool:
    """The retention run of that night; whether it was us who began it."""
    if reading.is_done(night):
        return False
    try:
        with transaction.atomic():
            running.begin(as_of=now, is_dry=False, actor=SYSTEM, at=now, night=night)
            lapsing.begin(as_of=now, actor=SYSTEM)
    except IntegrityError:  # another beat was first
        return False
    return True
