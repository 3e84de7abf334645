"""Plans messages: who meets a campaign's trigger and audience gets a row for this occurrence, once.

Those who may not be written to get a row too, with the reason and the rule: people will ask. People who share an
address get one message between them: the one who ordered last, then the oldest record (see `candidates`). What makes
it once is the lock on the campaign while a batch is written, the look at what was planned by earlier versions, and the
unique key of messages behind both.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import connection, transaction

from analytics.rules.problems import InvalidRules
from campaigns.models import Campaign, Message, MessageEvent
from campaigns.rules.definition import Definition, Inactive, NeverOrdered
from campaigns.selectors import candidates, decisions, definitions, returns
from campaigns.selectors.candidates import Candidate
from cdp.core import ids, wake

log = structlog.get_logger("triggers")

# The question was asked once, minutes ago where the audience is large: who ordered since is left out here.
_INSERT = f"""
INSERT INTO campaigns_message (
    id, customer_id, occurrence, state, reason, rule, due_at,
    address, campaign_id, version, step, channel, purpose, planned_at, attempts, provider_id
)
SELECT new.id, new.customer_id, new.occurrence, new.state, new.reason, new.rule, new.due_at,
    new.address, %(campaign)s, %(version)s, %(step)s, %(channel)s, %(purpose)s, %(now)s, 0, ''
FROM unnest(
    %(ids)s::uuid[], %(customers)s::uuid[], %(occurrences)s::text[], %(states)s::text[], %(reasons)s::text[],
    %(rules)s::text[], %(due)s::timestamptz[], %(addresses)s::bytea[]
) AS new(id, customer_id, occurrence, state, reason, rule, due_at, address)
WHERE NOT EXISTS (
    SELECT 1 FROM campaigns_message had WHERE had.customer_id = new.customer_id AND had.campaign_id = %(campaign)s
        AND had.step = %(step)s AND had.occurrence = new.occurrence
) AND NOT ({returns.ORDERED_SINCE.format(who="new")})
ON CONFLICT (customer_id, campaign_id, version, step, occurrence) DO NOTHING
RETURNING state
"""  # noqa: S608  (only constants)

# Who has ordered since what set the message off needs no winning back, also when the order was told late.
_CAME_BACK = f"""
SELECT planned.customer_id, planned.id, planned.campaign_id FROM campaigns_message planned
WHERE planned.customer_id = ANY(%(customers)s) AND planned.state = 'planned' AND planned.campaign_id = ANY(%(live)s)
    AND {returns.ORDERED_SINCE.format(who="planned")}
"""  # noqa: S608  (only constants)


@dataclass(frozen=True)
class Run:
    """What one campaign's run did. `problem` says why it could not run."""

    campaign: uuid.UUID
    planned: int = 0
    suppressed: int = 0
    problem: str = ""


def run(*, now: datetime, clock: str = "", campaigns: Collection[uuid.UUID] | None = None) -> list[Run]:
    """Plan what is due at `now` for all active campaigns, or for `campaigns` among them.

    `clock="live"` leaves out the campaigns that are run by hand: beat asks so. Running again plans nothing new.
    """
    active = Campaign.objects.filter(status=Campaign.Status.ACTIVE).order_by("id")
    if campaigns is not None:
        active = active.filter(id__in=campaigns)
    runs = []
    for campaign in active:
        definition = definitions.current(campaign)
        if clock and definition.trigger.clock != clock:
            continue
        try:
            runs.append(_run(campaign, definition, now=now))
        except InvalidRules as error:  # a segment of the audience was archived; the other campaigns still run
            log.exception("audience cannot be computed", campaign=str(campaign.id))
            runs.append(Run(campaign.id, problem=str(error)))
    if any(done.planned for done in runs):
        transaction.on_commit(wake.sender)
    return runs


def react(customers: Sequence[uuid.UUID], now: datetime) -> None:
    """The pipeline's step. Inactivity fires by the clock, not by facts, and a new order re-arms it by itself: it is
    part of the occurrence. What a fact does here is the opposite: who ordered meanwhile gets no win-back any more.

    Campaigns on a manual clock are left alone.
    """
    live = [
        campaign.id
        for campaign in Campaign.objects.filter(status__in=[Campaign.Status.ACTIVE, Campaign.Status.PAUSED])
        if _wins_back(definitions.current(campaign))
    ]
    if not live:
        return
    with connection.cursor() as cursor:
        cursor.execute(_CAME_BACK, {"customers": list(customers), "live": live, "now": now})
        for customer, message, campaign in cursor.fetchall():
            _drop(customer, message, campaign, now=now)


def _wins_back(definition: Definition) -> bool:
    trigger = definition.trigger
    is_about_orders = isinstance(trigger, NeverOrdered) or (
        isinstance(trigger, Inactive) and trigger.activity == "order"
    )
    return is_about_orders and trigger.clock == "live"


def _drop(customer: uuid.UUID, message: uuid.UUID, campaign: uuid.UUID, *, now: datetime) -> None:
    planned = Message.objects.filter(customer_id=customer, id=message, state=Message.State.PLANNED)
    with transaction.atomic():
        if planned.update(state=Message.State.SUPPRESSED, reason=returns.CAME_BACK, rule=returns.RULE):
            MessageEvent.objects.create(
                customer_id=customer,
                message_id=message,
                campaign_id=campaign,
                kind="suppressed",
                at=now,
                detail=returns.CAME_BACK,
            )


def _run(campaign: Campaign, definition: Definition, *, now: datetime) -> Run:
    counts: Counter[str] = Counter()
    for batch in candidates.batches(definition, now=now, campaign=campaign.id):
        with transaction.atomic():
            # Held while the batch is written: two runs of one campaign take turns, and an edit waits.
            locked = definitions.get_campaign(campaign.id, lock=True)
            if locked.status != Campaign.Status.ACTIVE or locked.current_version != campaign.current_version:
                break
            for position in range(len(definition.steps)):
                counts.update(_plan(campaign, definition, position, batch, now=now))
    Campaign.objects.filter(id=campaign.id).update(last_run_at=now)
    return Run(campaign.id, planned=counts[Message.State.PLANNED], suppressed=counts[Message.State.SUPPRESSED])


def _plan(
    campaign: Campaign, definition: Definition, position: int, batch: Sequence[Candidate], *, now: datetime
) -> Counter[str]:
    """Write the rows of one step for one batch; returns how many of each state are new."""
    step, purpose = definition.steps[position], definition.purpose
    customers = [candidate.customer for candidate in batch]
    alone = decisions.judge(customers, purpose=purpose, channel=step.channel, at=now)
    verdicts = decisions.once_per_address(
        {customer: alone[customer] for customer in customers},
        campaign=campaign.id,
        step=position,
        since=candidates.window(definition, now=now),
    )
    judged = [(candidate, verdicts[candidate.customer]) for candidate in batch]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "ids": [ids.uuid7() for _ in judged],
                "customers": [candidate.customer for candidate, _ in judged],
                "occurrences": [candidate.occurrence for candidate, _ in judged],
                "states": [str(Message.State.PLANNED if v.may else Message.State.SUPPRESSED) for _, v in judged],
                "reasons": [verdict.reason for _, verdict in judged],
                "rules": [verdict.rule for _, verdict in judged],
                "due": [verdict.due_at for _, verdict in judged],
                "addresses": [verdict.address for _, verdict in judged],
                "campaign": campaign.id,
                "version": campaign.current_version,
                "step": position,
                "channel": step.channel,
                "purpose": purpose,
                "now": now,
            },
        )
        return Counter(row[0] for row in cursor.fetchall())
