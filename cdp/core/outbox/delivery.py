"""Delivers what is due, each notice once.

Every notice is claimed, judged at this very moment, marked as attempted, handed over and marked as sent; each of these
is a commit of its own, and nothing external happens inside a transaction.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError
from django.db.models import F

from cdp.core import leaving, locks
from cdp.core.backoff import MOST_ATTEMPTS, pause
from cdp.core.carrying import Rejected, Tally, TryLater, Unreachable, Watch
from cdp.core.crypto import subjects
from cdp.core.crypto.envelope import Unopenable
from cdp.core.crypto.ring import UnknownRingKey
from cdp.core.leaving import Own, Permit
from cdp.core.models import Notice
from cdp.core.outbox import carriers, composing, forgetting, registry, writing
from cdp.core.outbox.claims import CLAIMS, due

log = structlog.get_logger("outbox")
BATCH = 50
SAMPLE = leaving.Decision(leaving.Outcome.DENIED, reason="sample_person", rule="house:sample")
NO_LONGER_SO = "no_longer_so"
"""Why a notice was dropped whose kind looks at the moment of sending (`Kind.afresh`), and found nothing to tell of."""
ANSWER = "house:answer"
"""The rule under which something goes to somebody who is no customer: it answers what that somebody asked for."""


def send_due(*, now: datetime, limit: int | None = None) -> Tally:
    """Deliver what is due at `now` on all channels, at most `limit` notices. Safe beside others who do the same.

    Counts: sent, dropped, deferred, retried, failed, lost (the claim, or the person was forgotten meanwhile).
    """
    CLAIMS.sweep()
    tally = Tally()
    for channel in carriers.CARRIERS:
        with locks.alive() as number:
            _Sender(number=number, channel=channel, now=now, tally=tally).run(limit)
    return tally


@dataclass
class _Sender:
    """One process working on one channel under one lock."""

    number: int
    channel: str
    now: datetime
    tally: Tally
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = Watch(self.now)

    def run(self, limit: int | None) -> None:
        while limit is None or self.tally.handled < limit:
            size = BATCH if limit is None else min(BATCH, limit - self.tally.handled)
            batch = CLAIMS.take(self.number, due(self.channel, now=self.now), limit=size)
            if not batch:
                return
            try:
                with carriers.CARRIERS[self.channel]() as carrier:
                    # One at a time: a slow server takes minutes for fifty, and the last is judged in its own moment.
                    for notice in batch:
                        if permit := self._permit(notice):
                            self._send(notice, carrier, permit)
            except Unreachable as error:
                # The server is gone, not the notice: the rest goes back at once and the next run tries again.
                log.warning("channel unreachable", channel=self.channel, reason=str(error))
                self.tally.is_stopped = True
                return
            finally:
                CLAIMS.release(batch, self.number)

    def _permit(self, notice: Notice) -> Permit | None:
        """What lets it go at this moment; None where nothing does, and then it is settled."""
        decision, permit = self._asked(notice)
        if notice.valid_until and notice.valid_until <= self.now:
            self._settle(notice, Notice.State.DROPPED, reason="too_late", rule="house:valid_until")
        elif decision.is_deferred:
            self._again(notice, "deferred", due_at=decision.until, reason=decision.reason, rule=decision.rule)
        elif decision.is_denied or permit is None:
            self._settle(notice, Notice.State.DROPPED, reason=decision.reason[:60], rule=decision.rule[:80])
        else:
            notice.rule = decision.rule
            return permit
        return None

    def _asked(self, notice: Notice) -> tuple[leaving.Decision, Permit | None]:
        """What the gate says of the customer of that notice, and the permit it amounts to."""
        way: dict[str, Any] = {"channel": self.channel, "at": self.watch.moment()}
        customer, purpose = notice.customer_id, notice.purpose
        if customer == writing.NOBODY:
            decision = leaving.Decision(leaving.Outcome.ALLOWED, rule=ANSWER)
            return decision, leaving.own(Own.REQUEST_ANSWER, **way)
        if registry.held_back([customer]):
            return SAMPLE, None
        decisions = leaving.gate().decide_many([customer], purpose=purpose, **way)
        return decisions[customer], leaving.from_decisions(decisions, purpose=purpose, **way).permit

    def _send(self, notice: Notice, carrier: carriers.Carrier, permit: Permit) -> None:
        try:
            outgoing = self._outgoing(notice)
            if outgoing is None:
                self._settle(notice, Notice.State.FAILED, reason="unreadable")
                return
            outgoing = self._afresh(outgoing)
            if outgoing is None:
                self._settle(notice, Notice.State.DROPPED, reason=NO_LONGER_SO, rule="house:afresh")
                return
            if not CLAIMS.attempt(notice, self.number, at=self.now):
                self.tally.counts["lost"] += 1
                return
            carrier.send(outgoing, permit=permit)
        except Rejected as error:
            self._settle(notice, Notice.State.FAILED, reason=str(error)[:60], attempts=F("attempts") + 1)
        except TryLater as error:
            self._retry(notice, str(error))
            if isinstance(error, Unreachable):
                raise
        except DatabaseError:
            raise
        except Exception as error:  # the boundary: one notice must not stop the others
            log.exception("notice failed", notice=str(notice.id), kind=notice.kind)
            self._settle(notice, Notice.State.FAILED, reason=f"fault:{type(error).__name__}"[:60])
        else:
            if not self._settle(notice, Notice.State.SENT, sent_at=self.now, rule=notice.rule):
                # Somebody took us for dead and sends it again, or the person was forgotten: then no file may stay.
                forgetting.remove_stray(notice)

    def _afresh(self, outgoing: composing.Outgoing) -> composing.Outgoing | None:
        """The same as things stand now; None where there is nothing to tell of any more."""
        afresh = registry.kind(outgoing.kind).afresh
        if afresh is None or outgoing.customer is None:
            return outgoing
        data = afresh(outgoing.customer, outgoing.data, outgoing.language, self.now)
        return None if data is None else replace(outgoing, data=data)

    def _outgoing(self, notice: Notice) -> composing.Outgoing | None:
        """The notice in clear; None where its key is gone or its bytes are damaged."""
        is_stranger = notice.customer_id == writing.NOBODY
        try:
            keyring = subjects.load([] if is_stranger else [notice.customer_id])
            address = writing.opened(notice, "address", keyring)
            data = writing.opened(notice, "data", keyring)
        except (Unopenable, UnknownRingKey) as error:
            log.error("a notice cannot be read", notice=str(notice.id), fault=type(error).__name__)  # noqa: TRY400
            return None
        if not address:
            return None
        return composing.Outgoing(
            id=notice.id,
            kind=notice.kind,
            customer=None if is_stranger else notice.customer_id,
            channel=notice.channel,
            address=address,
            language=notice.language,
            data=json.loads(data or "{}"),
            at=self.now,
        )

    # --- how a claim ends ---

    def _retry(self, notice: Notice, reason: str) -> None:
        attempts = notice.attempts + 1
        if attempts >= MOST_ATTEMPTS:
            self._settle(notice, Notice.State.FAILED, reason=reason[:60], attempts=attempts)
        else:
            self._again(notice, "retried", attempts=attempts, due_at=self.now + pause(attempts), reason=reason[:60])

    def _again(self, notice: Notice, counted: str, **changes: object) -> None:
        if CLAIMS.settle(notice, self.number, state=Notice.State.WAITING, **changes):
            self.tally.counts[counted] += 1

    def _settle(self, notice: Notice, state: str, **changes: object) -> bool:
        if registry.is_last(notice.kind):
            changes |= {"address": None, "data": None, "address_digest": b""}
        done = CLAIMS.settle(notice, self.number, state=state, **({"reason": ""} | changes))
        self.tally.counts[state if done else "lost"] += 1
        return done
