"""Queue doors. Each is a wake-up: it looks for rows and ends when there are none."""

from celery import shared_task
from django.utils import timezone

from cdp.core import locks
from loyalty.selectors import liability
from loyalty.services import (
    birthdays,
    catching_up,
    claims,
    draws,
    forgetting,
    holds,
    households,
    lapsing,
    notices,
    personal,
    prizes,
    referring,
)

MOST_ROUNDS = 50
_COUNTING = 0x0CD_C047


@shared_task
def forget_coupons() -> None:
    """Forget coupons that nobody used, long after their end, codes of receipts and invitations that nobody took."""
    forgetting.forget_old(now=timezone.now())
    claims.forget_old(now=timezone.now())
    households.forget_old(now=timezone.now())


@shared_task
def lapse_holds() -> None:
    """Give back what was put aside for too long; what one run leaves the next one finds."""
    for _ in range(MOST_ROUNDS):
        if holds.lapse(now=timezone.now()) < holds.AT_ONCE:
            break


@shared_task
def book_time() -> None:
    """Book points whose wait is over and points that ended."""
    lapsing.book_due(now=timezone.now())


@shared_task
def settle_tiers() -> None:
    """Let members fall whose purchases no longer reach their tier."""
    lapsing.settle_tiers(now=timezone.now())


@shared_task
def look_for_birthdays() -> None:
    """Have those looked at whose birthday it is, or was while nothing ran."""
    birthdays.mark(now=timezone.now())


@shared_task
def look_for_unsettled() -> None:
    """Have those looked at whose purchases nobody has: of before the programme, or before a rate was known."""
    catching_up.mark(now=timezone.now())


@shared_task
def count_liability() -> None:
    """Count what members have, for whoever looks next.

    One at a time: every look at an old count asks for a new one, and a count takes longer than a second.
    """
    with locks.alone(_COUNTING) as is_ours:
        if is_ours:
            liability.renew(timezone.now())


@shared_task
def look_after_draws() -> None:
    """Close what is over, pass over who has not answered, give what was won, and count who takes part so far."""
    now = timezone.now()
    draws.close_due(now=now)
    draws.pass_late(now=now)
    prizes.give_due(now=now)
    draws.count_open(now=now)


@shared_task
def remind_of_ends() -> None:
    """Put notices for whom what they have ends soon."""
    notices.put_due(now=timezone.now())


@shared_task
def count_referrals() -> None:
    """Count who was brought and whose first purchase has outlived the days of return."""
    referring.settle_due(now=timezone.now())


@shared_task
def give_for_birthdays() -> None:
    """Give the coupons of birthdays, by the shop's day."""
    personal.birthdays(now=timezone.now())
