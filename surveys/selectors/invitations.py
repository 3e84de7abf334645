"""What became of invitations, in numbers: of a questionnaire, and of each press of the button. Nobody is named."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet

from surveys.models import Invitation, Survey

SHOWN = 50
_OPEN = Q(state__in=(Invitation.State.MADE, Invitation.State.SENT))


@dataclass(frozen=True)
class Funnel:
    """How many were asked, whose letter went, who answered, whose link is open still."""

    asked: int
    sent: int
    answered: int
    open: int


@dataclass(frozen=True)
class Batch(Funnel):
    """Those asked together; `id` is None for links that staff handed over one by one."""

    id: uuid.UUID | None
    channel: str
    at: dt.datetime


_COUNTS = {
    "asked": Count("id"),
    "went": Count("id", filter=Q(sent_at__isnull=False)),
    "said": Count("id", filter=Q(state=Invitation.State.ANSWERED)),
    "waiting": Count("id", filter=_OPEN),
}


def funnel(survey: Survey) -> Funnel:
    """All of a questionnaire."""
    told = Invitation.objects.filter(survey_id=survey.id).aggregate(**_COUNTS)
    return Funnel(told["asked"], told["went"], told["said"], told["waiting"])


def batches(survey: Survey) -> list[Batch]:
    """The newest first."""
    rows = (
        Invitation.objects.filter(survey_id=survey.id)
        .values("batch_id", "channel")
        .annotate(**_COUNTS, at=Min("made_at"))
        .order_by("-at")
        .values_list("asked", "went", "said", "waiting", "batch_id", "channel", "at")[:SHOWN]
    )
    return [Batch(*row) for row in rows]


def open_for(survey: Survey, customer: uuid.UUID, *, at: dt.datetime) -> Invitation | None:
    """The link that a person has and that still works."""
    return Invitation.objects.filter(
        _OPEN, customer_id=customer, survey_id=survey.id, expires_at__gt=at, key_digest__isnull=False
    ).first()


def open_of(survey: Survey, batch: uuid.UUID) -> QuerySet[Invitation, uuid.UUID]:
    """The ids of those asked together whose links still work."""
    return Invitation.objects.filter(_OPEN, survey_id=survey.id, batch_id=batch).values_list("id", flat=True)
