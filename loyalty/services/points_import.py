"""Importing what members of another programme bring along: one row is one balance, with its end, its tier and since
when its owner takes part.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from cdp.core import pipeline
from cdp.core.files import values
from cdp.core.files.problems import ValueProblem
from cdp.core.imports import registry, tracing, undoing
from customers.rules import people
from customers.services import identity, import_trace, people_import
from loyalty.models import Act
from loyalty.rules.programme import MAIN
from loyalty.selectors import versions
from loyalty.services import opening

TARGETS = {
    "points.amount": pgettext_lazy("loyalty", "Points"),
    "points.wallet": _("Wallet"),
    "points.ends_at": _("Can be spent until"),
    "points.joined_at": _("Member since"),
    "points.tier": _("Tier"),
}
SYNONYMS = {
    "points": "points.amount",
    "point balance": "points.amount",
    "points balance": "points.amount",
    "loyalty points": "points.amount",
    "balance": "points.amount",
    "คะแนน": "points.amount",
    "คะแนนสะสม": "points.amount",
    "แต้ม": "points.amount",
    "포인트": "points.amount",
    "적립금": "points.amount",
    "wallet": "points.wallet",
    "expires": "points.ends_at",
    "expires at": "points.ends_at",
    "expiry date": "points.ends_at",
    "points expire": "points.ends_at",
    "วันหมดอายุ": "points.ends_at",
    "만료일": "points.ends_at",
    "유효기간": "points.ends_at",
    "joined at": "points.joined_at",
    "member since": "points.joined_at",
    "วันที่สมัคร": "points.joined_at",
    "가입일": "points.joined_at",
    "tier": "points.tier",
    "level": "points.tier",
    "ระดับ": "points.tier",
    "ระดับสมาชิก": "points.tier",
    "등급": "points.tier",
    "회원등급": "points.tier",
}
MADE, JOINED = "points.made", "points.joined"
TAKEN_BACK, LEFT = "points_taken_back", "members_removed"
WORDS = {
    TAKEN_BACK: gettext_noop("Balances brought along that were taken back"),
    LEFT: gettext_noop("Members who take part no more"),
}
REASONS = {
    "below_zero_points": _("A balance that is brought along is zero or more."),
    "too_fine_points": _("This wallet does not count that finely."),
    "unknown_wallet": _("There is no such wallet."),
    "unknown_tier": _("The programme has no tier of this name."),
    "ended_points": _("These points have ended already; what can be spent today is brought along."),
    "joined_in_the_future": _("This date lies in the future."),
    "brought_otherwise": _("The same balance came with another number of points before; it stays as it came first."),
    "left_programme": _("Has left the programme; nobody is made to come back by a file."),
}


@dataclass(slots=True)
class Told:
    """A row that can be written once its person is known."""

    line: int
    person: people.Person
    wallet: str
    points: Decimal
    amount: str  # as the file has it
    ends: datetime | None
    joined_at: datetime | None
    tier: str


class Handler:
    """Rows of a points file."""

    def __init__(self, context: registry.Context) -> None:
        """Prepare for one import."""
        self.context = context
        self.people = people_import.Columns(context)
        self.foresight = people_import.Foresight(context.source, context.now)
        self.digits = versions.digits()
        version = versions.in_force(context.now)
        self.tiers: dict[str, str] = {}
        for tier in version.programme.tiering.tiers if version else []:
            self.tiers |= dict.fromkeys(
                (name.strip().casefold() for name in (tier.key, *tier.names.values())), tier.key
            )

    def parse(self, rows: Sequence[registry.Row], reject: registry.Reject, warn: registry.Reject) -> Sequence[Told]:
        """A balance for each good row."""
        found = []
        for line, cells in rows:
            person, faults = self.people.clean(self.people.raw(cells))
            try:
                if not person.is_somebody:
                    raise self.people.nobody(cells, faults)
                found.append(self._told(line, person, cells))
            except registry.RowRefused as refusal:
                reject(line, refusal.target, refusal.value, refusal.code)
                continue
            for fault in faults:
                warn(line, people_import.PREFIX + fault.field, fault.value, fault.problem.code)
        return found

    def _told(self, line: int, person: people.Person, cells: Sequence[str]) -> Told:
        wallet = self.context.cell(cells, "points.wallet").strip().casefold() or MAIN
        if wallet not in self.digits:
            raise registry.RowRefused("points.wallet", wallet, "unknown_wallet")
        raw = self.context.cell(cells, "points.amount")
        try:
            points = values.decimal(raw)
        except ValueProblem as problem:
            raise registry.RowRefused("points.amount", raw, problem.code) from problem
        if points < 0:
            raise registry.RowRefused("points.amount", raw, "below_zero_points")
        if points != round(points, self.digits[wallet]):
            raise registry.RowRefused("points.amount", raw, "too_fine_points")
        ends = self._moment("points.ends_at", cells)
        if ends is not None and ends <= self.context.now:
            raise registry.RowRefused("points.ends_at", self.context.cell(cells, "points.ends_at"), "ended_points")
        joined = self._moment("points.joined_at", cells)
        if joined is not None and joined > self.context.now:
            said = self.context.cell(cells, "points.joined_at")
            raise registry.RowRefused("points.joined_at", said, "joined_in_the_future")
        tier = self.context.cell(cells, "points.tier").strip()
        if tier and tier.casefold() not in self.tiers:
            raise registry.RowRefused("points.tier", tier, "unknown_tier")
        return Told(line, person, wallet, points, raw, ends, joined, self.tiers.get(tier.casefold(), ""))

    def _moment(self, target: str, cells: Sequence[str]) -> datetime | None:
        told = self.context.cell(cells, target)
        if values.is_missing(told):
            return None
        try:
            return values.moment(told, zone=self.context.zone_of(target), **self.context.style(target))
        except ValueProblem as problem:
            raise registry.RowRefused(target, told, problem.code) from problem

    def foresee(self, parsed: Sequence[Told]) -> registry.Counts:
        """How many of the people would be new."""
        return self.foresight.people([one.person for one in parsed], [one.line for one in parsed])

    def write(self, parsed: Sequence[Told]) -> registry.Counts:
        """Resolve the people and book their balances; a repeated import books nothing."""
        if not parsed:
            return registry.Counts()
        watch, persons = import_trace.Watch(self.context), [one.person for one in parsed]
        resolutions = identity.resolve_many(
            persons,
            source=self.context.source,
            now=self.context.now,
            lane=pipeline.BULK,
            before_change=watch.before,
            by=people_import.fact_of(self.context),
        )
        watch.after(persons, resolutions)
        gone = people_import.refused(persons, [one.line for one in parsed], resolutions)
        kept = [
            (one, resolution.customer)
            for one, resolution in zip(parsed, resolutions, strict=True)
            if resolution.outcome is not identity.Outcome.SUPPRESSED
        ]
        done = opening.bring(
            [
                opening.Brought(customer, one.wallet, one.points, one.ends, one.joined_at, one.tier)
                for one, customer in kept
            ],
            source=self.context.source.key,
            actor=self.context.actor,
            now=self.context.now,
        )
        if done.acts:
            tracing.note(self.context.import_id, MADE, [[who.bytes, act.bytes] for who, act in done.acts])
        if done.joined:
            tracing.note(self.context.import_id, JOINED, [who.bytes for who in done.joined])
        for places, code in ((done.otherwise, "brought_otherwise"), (done.left, "left_programme")):
            told = [kept[place][0] for place in sorted(places)]
            gone += [(one.line, "points.amount", one.amount, code) for one in told]
        return registry.Counts(len(done.made), len(kept) - len(done.made), refused=gone)


def take_back(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """What they brought is taken back."""
    undo.counts[TAKEN_BACK] += opening.take_back(_acts(traces), actor=undo.actor, now=undo.now)


def foresee(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them."""
    acts = _acts(traces)
    undo.counts[TAKEN_BACK] += Act.objects.filter(customer_id__in=set(acts.values()), id__in=acts).count()


def take_out(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Who joined by the file takes part no more, if nothing happened since."""
    undo.counts[LEFT] += opening.unenrol([uuid.UUID(bytes=who) for trace in traces for who in trace.data])


def _acts(traces: Sequence[tracing.Trace]) -> dict[uuid.UUID, uuid.UUID]:
    return {uuid.UUID(bytes=act): uuid.UUID(bytes=who) for trace in traces for who, act in trace.data}


PARTS = (undoing.Part(MADE, 32, take_back, foresee), undoing.Part(JOINED, 34, take_out))
KIND = registry.Kind(
    key="points",
    label=_("Points brought along"),
    targets={**TARGETS, **people_import.qualified(people_import.TARGETS)},
    handler=Handler,
    senses=people_import.senses,
    required=(("points.amount",), tuple(people_import.PREFIX + name for name in people.IDENTIFYING)),
    synonyms={
        **{name: people_import.PREFIX + target for name, target in people_import.SYNONYMS.items()},
        **SYNONYMS,
    },
    identifiers=frozenset(people_import.PREFIX + name for name in ("external_id", "member_number", "phone")),
    is_undoable=True,
)
