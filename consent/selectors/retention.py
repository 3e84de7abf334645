"""Which rules hold for how long things are kept, and what the runs of them did."""

import datetime as dt
import uuid

from cdp.core import retention
from cdp.core.retention import Action, Term, Unit, registry
from consent.models import RetentionLine, RetentionRule, RetentionRun
from consent.rules import packs as laws
from consent.rules import retention as rules
from consent.selectors import packs
from customers.models import Customer

RUNS_SHOWN = 12


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
        decided = rules.Decided(term, action)
    return rules.rule(kind, own=concerned[0], others=concerned[1:], decided=decided)
