"""The permit without which nothing personal leaves: every exit (mail, files, webhooks, model runs) asks for one.

Who may decide is a room above this one (consent), which registers its gate here; a permit is made of its answers and of
nothing else. What is no matter of a customer (mail to staff, backups) leaves under a permit that names its reason.
`tests/architecture/test_exits.py` reads the source: no module opens an exit that is not on its list, and nobody makes a
permit by hand.

    permit = leaving.ask(customer=customer, purpose="service", channel="email", at=now)      # or raises Refused
    with mail.transport() as carrier:
        carrier.send(message, name=name, permit=permit)
"""

import time
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

LASTS = 3600.0
"""Seconds for which a permit is good: longer than any batch, too short to be kept for later."""


class Outcome(StrEnum):
    """What the gate says."""

    ALLOWED = "allowed"
    DEFERRED = "deferred"
    DENIED = "denied"


@dataclass(frozen=True)
class Decision:
    """`deferred` stays planned until `until`; `denied` ends that occurrence. `reason` and `rule` are kept in rows.

    An allowed one says on what it rests. `citation` is the key of the law's own words in the pack that `rule` names.
    """

    outcome: Outcome
    until: datetime | None = None
    reason: str = ""
    rule: str = ""
    citation: str = ""

    @property
    def is_allowed(self) -> bool:
        """Go on."""
        return self.outcome is Outcome.ALLOWED

    @property
    def is_deferred(self) -> bool:
        """Ask again at `until`."""
        return self.outcome is Outcome.DEFERRED

    @property
    def is_denied(self) -> bool:
        """Do not."""
        return self.outcome is Outcome.DENIED


class Own(StrEnum):
    """What leaves without the word of a customer, because it is the shop's own business; there is no more."""

    STAFF_MAIL = "staff_mail"  # to a member of staff: password resets, notices, trials of a message
    REQUEST_ANSWER = "request_answer"  # the answer to somebody's own request, who may be no customer (any more)
    STOP_NOTICE = "stop_notice"  # ids and codes of an erasure or a "no", so that others stop as well
    EVIDENCE = (
        "evidence"  # what an authority asks for: of a breach ids and texts, of a permission the file that proves it
    )
    TRIAL = "trial"  # a made-up fact to try a connection with


@dataclass(frozen=True)
class Permit:
    """These people, for this purpose, by this channel, decided at that time. Made by this module only."""

    purpose: str
    channel: str
    at: datetime
    people: frozenset[uuid.UUID] = frozenset()
    own: Own | None = None
    _made: float = field(default_factory=time.monotonic, repr=False, compare=False)

    def covers(self, customer: uuid.UUID) -> bool:
        """Whether that person is among them."""
        return customer in self.people

    def check(
        self, *, channel: str, customer: uuid.UUID | None = None, purpose: str = "", own: Collection[Own] = ()
    ) -> None:
        """For an exit, in front of handing over. Raises NotPermitted where it was given for something else.

        With `own` a permit of the shop's own business passes if its reason is among these.
        """
        if time.monotonic() - self._made > LASTS:
            raise NotPermitted("the permit is too old")
        if channel != self.channel:
            raise NotPermitted(f"the permit is for {self.channel}, not for {channel}")
        if self.own is not None:
            if self.own not in own:
                raise NotPermitted(f"{self.own} does not leave here")
            return
        if purpose and purpose != self.purpose:
            raise NotPermitted(f"the permit is for {self.purpose}, not for {purpose}")
        if not self.people or (customer is not None and not self.covers(customer)):
            raise NotPermitted("the permit is for somebody else")


class NotPermitted(Exception):
    """Somebody tried to hand over what no permit covers. A fault of ours, never of a person's making."""


class Refused(Exception):
    """The gate said no, or not now: `decision` tells why."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(f"{decision.outcome}: {decision.reason} ({decision.rule})")
        self.decision = decision


@dataclass(frozen=True)
class Denials:
    """Parts of a statement: `join` stands behind FROM; `reason` and `rule` are empty for those who are not denied.

    Parameters are named and begin with `gate_`.
    """

    join: str
    reason: str
    rule: str
    params: dict[str, Any]


class Gate(Protocol):
    """Who decides. See `consent.services.gate` for the meaning of each."""

    def decide_many(
        self, customers: Collection[uuid.UUID], *, purpose: str, channel: str, at: datetime
    ) -> dict[uuid.UUID, Decision]:
        """The decision for each."""

    def denials(self, purpose: str, channel: str, alias: str, *, at: datetime) -> Denials:
        """The same for everybody in a statement."""

    def allowed_condition(self, purpose: str, channel: str, alias: str, *, at: datetime) -> tuple[str, list[Any]]:
        """An SQL condition for those who are not denied."""

    def ways(self, purpose: str) -> Collection[str]:
        """The channels a word on that purpose is asked for, one by one; none where one word is about all of them."""


_gate: list[Gate] = []


def provide(gate: Gate) -> None:
    """Register who decides; the room `consent` does, when it is loaded."""
    _gate[:] = [gate]


def gate() -> Gate:
    """Who decides. Raises NotPermitted where nobody does: then nothing leaves."""
    if not _gate:
        raise NotPermitted("no gate is registered")
    return _gate[0]


@dataclass(frozen=True)
class Answer:
    """The permit for those who may (None when nobody may), and why the others may not."""

    permit: Permit | None
    refused: Mapping[uuid.UUID, Decision]


def ask(*, customer: uuid.UUID, purpose: str, channel: str, at: datetime) -> Permit:
    """A permit for one person. Raises Refused."""
    answer = ask_many([customer], purpose=purpose, channel=channel, at=at)
    if answer.permit is None:
        raise Refused(answer.refused[customer])
    return answer.permit


def ask_many(
    customers: Collection[uuid.UUID], *, purpose: str, channel: str, at: datetime, is_list: bool = False
) -> Answer:
    """One permit for all of them who may, in a few statements however many they are.

    `is_list`: nobody is disturbed by what leaves now, a list by which others write at their own hours; so who is only
    deferred is on it.
    """
    decisions = gate().decide_many(customers, purpose=purpose, channel=channel, at=at)
    return from_decisions(decisions, purpose=purpose, channel=channel, at=at, is_list=is_list)


def from_decisions(
    decisions: Mapping[uuid.UUID, Decision], *, purpose: str, channel: str, at: datetime, is_list: bool = False
) -> Answer:
    """The permit that the gate's own decisions amount to, for who has them already; of no others."""
    refused = {
        customer: decision
        for customer, decision in decisions.items()
        if not (decision.is_allowed or (is_list and decision.is_deferred))
    }
    allowed = frozenset(decisions.keys() - refused.keys())
    return Answer(Permit(purpose, channel, at, allowed) if allowed else None, refused)


def own(reason: Own, *, channel: str, at: datetime) -> Permit:
    """A permit for the shop's own business."""
    return Permit("service", channel, at, own=reason)
