"""Which rules hold for how long things are kept, and what the runs of them did."""

import datetime as dt
import uuid

from cdp.core import holds, patience, retention
from cdp.core.retention import Action, Term, Unit, finding, registry
from consent.models import RetentionLine, RetentionRule, RetentionRun
from consent.rules import packs as laws
from consent.rules import retention as rules
from consent.selectors import packs
from customers.models import Customer

RUNS_SHOWN = 12
LISTED = 50
FRESH = dt.timedelta(days=1)
LONGEST_COUNT = dt.timedelta(seconds=5)
"""A page waits no longer for a number; the dry run counts in the background."""


def rulings() -> list[rules.Ruling]:
    """What holds for every kind, by key."""
    decided = {row.kind: row for row in RetentionRule.objects.all()}
    concerned = laws_concerned()
    return [_ruling(kind, decided.get(kind.key), concerned) for kind in registry.kinds()]


def ruling(key: str) -> rules.Ruling:
    """What holds for one kind. Raises KeyError."""
    return _ruling(registry.kind(key), RetentionRule.objects.filter(kind=key).first(), laws_concerned())


def laws_concerned() -> list[laws.Pack]:
    """The shop's own law and those of countries in which somebody we know lives, by what was told or by the phone;
    one look into an index for each, and a walk only where that finds nobody.
    """
    own, known = packs.of_shop(), Customer.objects.filter(status="known")
    others = [
        pack
        for pack in packs.every().values()
        if pack.key != own.key
        and (
            known.filter(country__in=sorted(pack.countries)).exists()
            or known.filter(country="", phone_country__in=sorted(pack.countries)).exists()
        )
    ]
    return [own, *others]


def waiting() -> int:
    """How many kinds wait for the privacy officer."""
    return sum(1 for one in rulings() if not one.is_in_force and one.term is not None)


def runs() -> list[RetentionRun]:
    """The latest runs, newest first."""
    return list(RetentionRun.objects.order_by("-id")[:RUNS_SHOWN])


def foreseen(*, now: dt.datetime) -> RetentionRun | None:
    """The newest dry run of all kinds that still tells what the first night would take: of the last day, with the
    periods that hold now. None where there is none, or none that has ended.
    """
    run = (
        RetentionRun.objects.filter(is_dry=True, finished_at__isnull=False, as_of__gt=now - FRESH)
        .order_by("-id")
        .first()
    )
    if run is None:
        return None
    looked = {one["kind"]: (one["term"], one["action"]) for one in run.rules}
    for one in rulings():
        frozen = rules.freeze(one, as_of=now)
        if looked.get(one.kind.key) != (frozen["term"], frozen["action"]):
            return None
    return run


def foreseen_by(key: str, *, term: Term | None, action: Action, now: dt.datetime) -> finding.Survey | None:
    """What the next night would take by such a rule, which is not in force yet; None keeps everything. Raises KeyError,
    and patience.TookTooLong.
    """
    known = registry.kind(key)
    row = RetentionRule(kind=key, amount=term.amount if term else None, unit=(term.unit if term else Unit.YEARS).value,
                        action=action.value)  # fmt: skip
    ruled = _ruling(known, row, laws_concerned())
    if ruled.term is None:
        return None
    due = finding.due(known, before=ruled.term.before(now), held=sorted(holds.everybody()), action=ruled.action)
    with patience.statements_at_most(LONGEST_COUNT.total_seconds()):
        return finding.survey(due)


def over(run: RetentionRun, kind: str) -> list[registry.Row]:
    """The first rows of a kind that are over by the rules of that run, as they stand now; none of what is secret."""
    found = next((rules.thaw(one) for one in run.rules if one["kind"] == kind), None)
    known = next((one for one in registry.kinds() if one.key == kind), None)
    if found is None or known is None or found.before is None or known.is_secret:
        return []
    due = finding.due(known, before=found.before, held=sorted(holds.everybody()), action=found.action)
    return finding.batch(due, after="", limit=LISTED)


def find_run(run: uuid.UUID) -> RetentionRun | None:
    """That run."""
    return RetentionRun.objects.filter(id=run).first()


def lines(run: uuid.UUID) -> list[RetentionLine]:
    """What a run found and took, in the order of the kinds."""
    return list(RetentionLine.objects.filter(run_id=run).order_by("position"))


def latest() -> RetentionRun | None:
    """The newest run that has ended."""
    return RetentionRun.objects.filter(finished_at__isnull=False).order_by("-id").first()


def is_done(night: dt.date) -> bool:
    """Whether the run of that night has begun."""
    return RetentionRun.objects.filter(night=night).exists()


def _ruling(kind: retention.Kind, row: RetentionRule | None, concerned: list[laws.Pack]) -> rules.Ruling:
    decided = None
    if row is not None:
        term = Term(row.amount, Unit(row.unit)) if row.amount is not None else None
        action = Action(row.action) if row.action in kind.actions else kind.actions[0]
        decided = rules.Decided(term, action, is_paused=row.paused_at is not None)
    return rules.rule(kind, own=concerned[0], others=concerned[1:], decided=decided)
