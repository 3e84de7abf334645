"""Sends what is due, each message once.

Every message is claimed, judged again at this very moment (permission may have been withdrawn since it was planned, or
the person to win back may have ordered), marked as attempted, handed over and marked as sent; each of these is a commit
of its own, and nothing external happens inside a transaction. A kill between hand-over and mark leaves an attempted
message, which the next sender repeats under the same Message-ID: at most one duplicate per kill.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.db import DatabaseError, transaction
from django.db.models import F

from campaigns.channels import contract, registry
from campaigns.models import Campaign, CampaignVersion, Message, MessageEvent
from campaigns.rules import definition, templates
from campaigns.rules.definition import Definition, MessageStep, PointsExpiring
from campaigns.selectors import decisions, definitions, endings, recipients, returns
from campaigns.services import rendering
from campaigns.services.claims import CLAIMS, IS_ACTIVE, due
from cdp.core import leaving, locks
from cdp.core.backoff import MOST_ATTEMPTS, pause
from cdp.core.carrying import Rejected, Tally, TryLater, Unreachable, Watch
from cdp.core.crypto.envelope import Unopenable
from cdp.core.crypto.ring import UnknownRingKey
from cdp.core.leaving import Permit

log = structlog.get_logger("sending")
BATCH = 50
SHUT = (Unopenable, UnknownRingKey)
UNREADABLE = "unreadable"
"""Why a message fails whose reader's name or address does not open: its key is gone or its bytes are damaged."""


def send_due(*, now: datetime, limit: int | None = None) -> Tally:
    """Send what is due at `now` on all channels, at most `limit` messages. Safe beside other senders.

    Counts: sent, suppressed, deferred, retried, failed, lost (the claim, to somebody who took us for dead).
    """
    CLAIMS.sweep()
    tally = Tally()
    for channel in registry.CARRIERS:
        with locks.alive() as number:
            _Sender(number=number, channel=channel, now=now, tally=tally).run(limit)
    return tally


@dataclass(frozen=True)
class _Going:
    """What lets a message go: the permit, and the rule it rests on, which stays in the row."""

    permit: Permit
    rule: str


@dataclass
class _Sender:
    """One process working on one channel under one lock."""

    number: int
    channel: str
    now: datetime
    tally: Tally
    plans: dict[tuple[uuid.UUID, int], Definition] = field(default_factory=dict)
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = Watch(self.now)

    def run(self, limit: int | None) -> None:
        seen: set[uuid.UUID] = set()
        while limit is None or self.tally.handled < limit:
            size = BATCH if limit is None else min(BATCH, limit - self.tally.handled)
            batch = CLAIMS.take(self.number, due(self.channel, now=self.now), limit=size)
            if not batch:
                return
            if seen.issuperset(message.id for message in batch):  # what this run gave back is for another one
                CLAIMS.release(batch, self.number)
                return
            seen.update(message.id for message in batch)
            try:
                with registry.CARRIERS[self.channel]() as carrier:
                    self._work(batch, carrier)
            except Unreachable as error:
                # The server is gone, not the message: the rest goes back at once and the next run tries again.
                log.warning("channel unreachable", channel=self.channel, reason=str(error))
                self.tally.is_stopped = True
                return
            finally:
                CLAIMS.release(batch, self.number)

    def _work(self, batch: Sequence[Message], carrier: contract.Carrier) -> None:
        going = self._judged(batch)
        people = self._people({message.customer_id for message, _may in going})
        for message, may in going:
            person = people.get(message.customer_id)
            if person is None or not person.address:
                self._fail(message, UNREADABLE)
            else:
                self._send(message, person, carrier, may)

    def _people(self, customers: Collection[uuid.UUID]) -> dict[uuid.UUID, recipients.Recipient]:
        """The people who can be read: damaged bytes or a lost key of one must not hold up the others."""
        try:
            return recipients.load(customers, channel=self.channel)
        except SHUT:
            found: dict[uuid.UUID, recipients.Recipient] = {}
            for customer in customers:
                try:
                    found |= recipients.load([customer], channel=self.channel)
                except SHUT as error:
                    log.error("a customer cannot be read", customer=str(customer), fault=type(error).__name__)  # noqa: TRY400
            return found

    def _judged(self, batch: Sequence[Message]) -> list[tuple[Message, _Going]]:
        """Those that may go now, with what lets them; the others are settled."""
        by_purpose: dict[str, list[Message]] = defaultdict(list)
        for message in batch:
            by_purpose[self._purpose(message)].append(message)
        going: list[tuple[Message, _Going]] = []
        back = returns.among(batch, now=self.now)
        kept = endings.settled(self._about_points(batch), now=self.now)
        for purpose, messages in by_purpose.items():
            customers = {message.customer_id for message in messages}
            verdicts = decisions.judge(customers, purpose=purpose, channel=self.channel, at=self.now)
            left = decisions.capped(customers, purpose=purpose, at=self.now)
            for message in messages:
                verdict = verdicts[message.customer_id]
                if verdict.may and message.purpose != purpose:
                    verdict = decisions.Verdict(False, self.now, decisions.PURPOSE_CHANGED, "house:purpose")
                if verdict.may and message.id in back:
                    verdict = decisions.Verdict(False, self.now, returns.CAME_BACK, returns.RULE)
                if verdict.may and message.id in kept:
                    verdict = decisions.Verdict(False, self.now, endings.KEPT, endings.RULE)
                limit = left.get(message.customer_id)
                if verdict.may and limit and limit.messages < 1:
                    verdict = decisions.Verdict(False, self.now, limit.reason, limit.rule)
                if not verdict.may:
                    self._suppress(message, verdict)
                elif verdict.due_at > self.now or verdict.permit is None:
                    self._defer(message, verdict)
                else:
                    going.append((message, _Going(verdict.permit, verdict.rule)))
                    if limit:
                        limit.messages -= 1
        return going

    def _send(
        self, message: Message, recipient: recipients.Recipient, carrier: contract.Carrier, going: _Going
    ) -> None:
        try:
            outgoing = rendering.outgoing(
                message=message.id,
                step=self._step(message),
                purpose=going.permit.purpose,
                recipient=recipient,
                now=self.now,
                days_ahead=definition.days_ahead(self._plan(message).trigger),
            )
            permit = self._still(message, going)
            if permit is None:
                return
            if not CLAIMS.attempt(message, self.number, IS_ACTIVE, at=self.now):
                self.tally.counts["lost"] += 1
                return
            provider_id = carrier.send(outgoing, permit=permit)
        except templates.BrokenTemplate:
            self._fail(message, "broken_template")
        except Rejected as error:
            self._fail(message, str(error))
        except TryLater as error:
            self._retry(message, str(error))
            if isinstance(error, Unreachable):
                raise
        except DatabaseError:
            raise
        except Exception as error:  # the boundary: one message must not stop the others
            log.exception("message failed", message=str(message.id))
            self._fail(message, f"fault:{type(error).__name__}")
        else:
            self._sent(message, provider_id, going.rule)

    def _still(self, message: Message, going: _Going) -> Permit | None:
        """The permit of this very moment: what a batch waits for may take minutes, and a "no" takes none."""
        purpose = going.permit.purpose
        answer = leaving.ask_many([message.customer_id], purpose=purpose, channel=self.channel, at=self.watch.moment())
        if answer.permit is None:
            decision = answer.refused[message.customer_id]
            is_no = decision.is_denied
            verdict = decisions.Verdict(not is_no, decision.until or self.now, decision.reason, decision.rule)
            (self._suppress if is_no else self._defer)(message, verdict)
        return answer.permit

    def _purpose(self, message: Message) -> str:
        """What its campaign is for, whatever the row says: a row that came in by the back door proves nothing."""
        try:
            return self._plan(message).purpose
        except (Campaign.DoesNotExist, CampaignVersion.DoesNotExist):  # told when it is filled in
            return message.purpose

    def _about_points(self, batch: Sequence[Message]) -> dict[Message, PointsExpiring]:
        about = [message for message in batch if message.occurrence.startswith(endings.OCCURRENCE)]
        found = ((message, self._plan(message).trigger) for message in about)
        return {message: trigger for message, trigger in found if isinstance(trigger, PointsExpiring)}

    def _step(self, message: Message) -> MessageStep:
        return self._plan(message).steps[message.step]

    def _plan(self, message: Message) -> Definition:
        key = (message.campaign_id, message.version)
        if key not in self.plans:
            campaign = Campaign.objects.get(id=message.campaign_id)
            self.plans[key] = definitions.of_version(campaign, message.version)
        return self.plans[key]

    # --- how a claim ends ---

    def _sent(self, message: Message, provider_id: str, rule: str) -> None:
        self._settle(
            message, Message.State.SENT, event="sent", sent_at=self.now, provider_id=provider_id[:200], rule=rule
        )

    def _suppress(self, message: Message, verdict: decisions.Verdict) -> None:
        self._settle(
            message,
            Message.State.SUPPRESSED,
            event="suppressed",
            detail=verdict.reason,
            reason=verdict.reason,
            rule=verdict.rule,
        )

    def _fail(self, message: Message, reason: str) -> None:
        self._settle(
            message, Message.State.FAILED, event="failed", detail=reason, reason=reason[:60], attempts=F("attempts") + 1
        )

    def _defer(self, message: Message, verdict: decisions.Verdict) -> None:
        if CLAIMS.settle(
            message,
            self.number,
            state=Message.State.PLANNED,
            due_at=verdict.due_at,
            reason=verdict.reason,
            rule=verdict.rule,
        ):
            self.tally.counts["deferred"] += 1

    def _retry(self, message: Message, reason: str) -> None:
        attempts = message.attempts + 1
        if attempts >= MOST_ATTEMPTS:
            self._fail(message, reason)
        elif CLAIMS.settle(
            message,
            self.number,
            state=Message.State.PLANNED,
            attempts=attempts,
            due_at=self.now + pause(attempts),
            reason=reason[:60],
        ):
            self.tally.counts["retried"] += 1

    def _settle(self, message: Message, state: str, *, event: str, detail: str = "", **changes: object) -> None:
        changes = {"reason": "", "rule": ""} | changes
        with transaction.atomic():
            if not CLAIMS.settle(message, self.number, state=state, **changes):
                return
            MessageEvent.objects.create(
                customer_id=message.customer_id,
                message_id=message.id,
                campaign_id=message.campaign_id,
                kind=event,
                at=self.now,
                detail=detail[:200],
            )
        self.tally.counts[state] += 1
