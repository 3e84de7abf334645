"""Logging calls, visits and chats, and keeping the promises made in them."""

import uuid
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cdp.core import audit
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from customers.models import Customer, Interaction, InteractionTopic
from customers.selectors import lineage

LONGEST = 4000
LONGEST_TALK = timedelta(hours=12)
FURTHEST = timedelta(days=366)
TABLE = "customers_interaction"


class UnableToLog(Exception):
    """The call or visit cannot be kept; `reason` is the sentence for the writer, `field` where it belongs."""

    def __init__(self, reason: object, field: str = "") -> None:
        super().__init__(str(reason))
        self.reason, self.field = reason, field


def log(
    *,
    interaction: uuid.UUID,
    customer: uuid.UUID,
    kind: str,
    direction: str,
    topic: str,
    outcome: str,
    text: str,
    started_at: datetime,
    follow_up_on: date | None,
    source: str,
    actor: Actor,
    at: datetime,
    longest: int = LONGEST,
) -> Interaction:
    """Keep one talk with a living profile; `interaction` is its id, made when its form was opened, so that a form sent
    twice is kept once. It ended at `at`. `longest` is for what others wrote, which is kept whole. Raises UnableToLog.
    """
    text = text.replace("\x00", "").strip()
    _check(kind, direction, topic, outcome, text, longest)
    if follow_up_on and not timezone.localdate(at) <= follow_up_on <= timezone.localdate(at) + FURTHEST:
        raise UnableToLog(_("Choose a day from today on, within a year."), "follow_up_on")
    # A page that stood open over night does not make a call of ten hours.
    started_at = started_at if at - LONGEST_TALK <= started_at <= at else at
    with transaction.atomic():
        # The row is locked so that nothing slips in behind a merge or an erasure.
        row = Customer.objects.select_for_update().filter(id=customer).only("id", "status").first()
        if row is None or row.status not in lineage.LIVING:
            raise UnableToLog(_("This customer is no longer here."))
        known = Interaction.objects.filter(id=interaction).first()
        if known is not None and known.customer_id != customer:
            raise UnableToLog(_("This form was sent for somebody else. Please open it again."))
        if known is not None:
            return known
        keyring = subjects.load([customer])
        sealed = keyring.seal(text, customer=customer, table=TABLE, column="text", row=interaction)
        made = Interaction.objects.create(
            id=interaction,
            customer_id=customer,
            kind=kind,
            direction=direction,
            topic=topic,
            outcome=outcome,
            text=sealed,
            author_id=actor.id,
            started_at=started_at,
            ended_at=at,
            follow_up_on=follow_up_on,
            source=source,
        )
        audit.record(
            audit.Action.INTERACTION_LOGGED,
            actor=actor,
            at=at,
            customer=customer,
            subject=interaction,
            details={"kind": kind, "topic": topic, "outcome": outcome},
        )
    return made


def _check(kind: str, direction: str, topic: str, outcome: str, text: str, longest: int) -> None:
    if kind not in Interaction.Kind.values or direction not in Interaction.Direction.values:
        raise UnableToLog(_("This kind of talk is not known."))
    if not topic and not text:
        raise UnableToLog(_("Choose what it was about, or write a word."), "topic")
    if topic and not InteractionTopic.objects.filter(key=topic).exists():
        raise UnableToLog(_("This topic is not known."), "topic")
    if outcome and outcome not in Interaction.Outcome.values:
        raise UnableToLog(_("This outcome is not known."), "outcome")
    if len(text) > longest:
        raise UnableToLog(_("This note is too long; the limit is 4,000 characters."), "text")


def follow_up(*, customer: uuid.UUID, interaction: uuid.UUID, actor: Actor, at: datetime) -> None:
    """The promise of a call was kept. Saying so again changes nothing."""
    with transaction.atomic():
        kept = Interaction.objects.filter(
            customer_id=customer, id=interaction, follow_up_on__isnull=False, followed_up_at__isnull=True
        ).update(followed_up_at=at)
        if kept:
            audit.record(
                audit.Action.INTERACTION_FOLLOWED_UP, actor=actor, at=at, customer=customer, subject=interaction
            )
