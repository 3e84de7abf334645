"""Queue doors of this room. Each is a wake-up: it looks for rows and ends when there are none."""

from celery import shared_task
from django.utils import timezone

from cdp.core import locks
from surveys.services import anonymous, claims, inviting
from surveys.services.tickets import overdue
from surveys.services.understanding import reading, theming

_INVITATIONS = 0x0CD_5A5C
_TEXTS = 0x0CD_5A5D


@shared_task
def end_days() -> None:
    """Write what is left of anonymous answers of days that are over; beat calls every quarter of an hour."""
    anonymous.write_out_before(timezone.localdate(timezone.now()))


@shared_task
def end_months() -> None:
    """Write the rewards of anonymous answers of months that are over; beat calls at night, so that one which cannot be
    written is told of once a day.
    """
    claims.release(at=timezone.now())


@shared_task
def look_after_invitations() -> None:
    """Note what went out, remind who has not answered, end what is over. One at a time."""
    with locks.alone(_INVITATIONS) as is_ours:
        if is_ours:
            inviting.look_after(at=timezone.now())


@shared_task
def escalate_tickets() -> None:
    """Tell of what was due and was not done."""
    overdue.escalate(at=timezone.now())


@shared_task
def read_texts() -> None:
    """Read what no mark tells of: older texts, texts of nobody, all of them after a new model. One at a time."""
    with locks.alone(_TEXTS) as is_ours:
        if is_ours:
            reading.look_around(timezone.now())
            theming.find_first(timezone.now())


@shared_task
def find_themes() -> None:
    """Look through the texts of the last year for what several people write of; beat calls at night."""
    theming.find(timezone.now())
