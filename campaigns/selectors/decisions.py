"""Whether each of these people may get this message now: asked when planning, and again when sending.

`tallies` asks the same of a whole audience in one statement, for previews; a property test holds the two together.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from campaigns.models import Message
from campaigns.selectors import contacts
from cdp.core import leaving, mail
from cdp.core.leaving import Permit
from consent.selectors import wishes
from consent.services import gate
from customers.selectors import samples

SAMPLE_PERSON = "sample_person"
NO_ADDRESS = "no_address"
FREQUENCY_CAP = "frequency_cap"
SAME_ADDRESS = "same_address"
PURPOSE_CHANGED = "purpose_changed"
"""It was planned for another purpose than its campaign has now: nobody was asked under that one."""
WISH_PAUSE = "wish_pause"
WISH_LESS = "wish_less"
CAP_WINDOW = timedelta(days=7)


@dataclass(frozen=True)
class Verdict:
    """`may` be sent at `due_at`; else never for this occurrence, because of `reason` under `rule`."""

    may: bool
    due_at: datetime
    reason: str = ""
    rule: str = ""
    address: bytes | None = field(default=None, repr=False)  # its digest, of those who may
    permit: Permit | None = field(default=None, repr=False)  # of those who may at once


def judge(customers: Collection[uuid.UUID], *, purpose: str, channel: str, at: datetime) -> dict[uuid.UUID, Verdict]:
    """One verdict for each customer, in a handful of statements for all of them.

    The law comes first, then whether there is an address. Sample people are never delivered to where messages leave
    this machine.
    """
    decisions = gate.decide_many(customers, purpose=purpose, channel=channel, at=at)
    permit = leaving.from_decisions(decisions, purpose=purpose, channel=channel, at=at).permit
    addresses = contacts.addresses(customers, channel=channel)
    held_back = samples.held_back(customers)
    verdicts = {}
    for customer, decision in decisions.items():
        if customer in held_back:
            verdict = Verdict(False, at, SAMPLE_PERSON, "house:sample")
        elif decision.is_denied:
            verdict = Verdict(False, at, decision.reason, decision.rule)
        elif customer not in addresses:
            verdict = Verdict(False, at, NO_ADDRESS, "house:address")
        elif decision.is_deferred:
            verdict = Verdict(True, decision.until or at, decision.reason, decision.rule, addresses[customer])
        else:
            verdict = Verdict(True, at, rule=decision.rule, address=addresses[customer], permit=permit)
        verdicts[customer] = verdict
    return verdicts


# Who was written to at which address by a step of a campaign.
WRITTEN = """
SELECT address, customer_id FROM campaigns_message
WHERE campaign_id = %(campaign)s AND address IS NOT NULL AND step = %(step)s
    AND state IN ('planned', 'sending', 'sent') AND (%(since)s::timestamptz IS NULL OR planned_at >= %(since)s)
"""
_TAKEN = f"{WRITTEN} AND address = ANY(%(addresses)s)"


def once_per_address(
    verdicts: Mapping[uuid.UUID, Verdict],
    *,
    campaign: uuid.UUID,
    step: int,
    since: datetime | None,
) -> dict[uuid.UUID, Verdict]:
    """The verdicts, with all but the first of those who share an address held back.

    The order of `verdicts` is the order of preference (see `candidates`). An address is taken as well when somebody
    else was written to there by this step of `campaign` since `since` (None: ever).
    """
    holders: dict[bytes, set[uuid.UUID]] = defaultdict(set)
    wanted = {verdict.address for verdict in verdicts.values() if verdict.address}
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(_TAKEN, {"campaign": campaign, "addresses": list(wanted), "step": step, "since": since})
            for address, customer in cursor.fetchall():
                holders[bytes(address)].add(customer)
    found = {}
    for customer, verdict in verdicts.items():
        found[customer] = verdict
        if verdict.address:
            if holders[verdict.address] - {customer}:
                found[customer] = Verdict(False, verdict.due_at, SAME_ADDRESS, "house:same_address")
            else:
                holders[verdict.address].add(customer)
    return found


@dataclass
class Left:
    """How many more messages somebody may get now, and why no more: the shop's cap, or the person's own wish."""

    messages: int
    reason: str = FREQUENCY_CAP
    rule: str = "house:frequency_cap"


def capped(customers: Collection[uuid.UUID], *, purpose: str, at: datetime) -> dict[uuid.UUID, Left]:
    """How many more messages of that purpose each may get: of everybody while the shop has a cap, else of those who
    want to hear from us less often, or not at all for a while. Service messages are never held back.
    """
    if purpose == "service":
        return {}
    most = settings.CAMPAIGN_MESSAGES_PER_WEEK
    wanted = wishes.of_many(customers)
    asked = list(customers) if most else list(wanted)
    if not asked:
        return {}
    sent: dict[uuid.UUID, list[datetime]] = defaultdict(list)
    longest = max([CAP_WINDOW, *(wish.window for wish in wanted.values() if wish.window)])
    for customer, sent_at in Message.objects.filter(
        customer_id__in=asked,
        purpose=purpose,
        state=Message.State.SENT,
        sent_at__gt=at - longest,
        sent_at__lte=at,
    ).values_list("customer_id", "sent_at"):
        if sent_at is not None:
            sent[customer].append(sent_at)
    found: dict[uuid.UUID, Left] = {}
    for customer in asked:
        limits = []
        if most:
            limits.append(Left(max(0, most - _since(sent[customer], at - CAP_WINDOW))))
        wish = wanted.get(customer)
        if wish and wish.is_paused(at):
            limits.append(Left(0, WISH_PAUSE, "person:pause"))
        elif wish and wish.window:
            limits.append(Left(max(0, 1 - _since(sent[customer], at - wish.window)), WISH_LESS, "person:frequency"))
        if limits:
            found[customer] = min(limits, key=lambda left: left.messages)
    return found


def _since(moments: Sequence[datetime], begins: datetime) -> int:
    return sum(moment > begins for moment in moments)


def samples_are_held_back() -> bool:
    """Whether messages leave this machine, so that sample people get none."""
    return mail.reaches_the_world()
