"""The privacy officer decides how long a kind is kept: never shorter than a law demands."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cdp.core import audit
from cdp.core.actors import Actor
from cdp.core.retention import Action, Term, Unit
from consent.models import RetentionRule
from consent.selectors import retention as reading

LONGEST = 100
"""Years."""


class UnableToDecide(Exception):
    """The rule cannot be put in force; the message says why."""


def decide(*, kind: str, term: Term | None, action: Action, actor: Actor, at: dt.datetime) -> RetentionRule:
    """Put a rule in force; `term` None keeps the kind as long as the person is a customer. Raises UnableToDecide."""
    before = reading.ruling(kind)
    if action not in before.kind.actions:
        raise UnableToDecide(_("That cannot be done with this kind of data."))
    if term is not None and not (term.amount > 0 and term.days <= Term(LONGEST, Unit.YEARS).days):
        raise UnableToDecide(_("Choose a period of at least a day and at most a hundred years."))
    least = before.at_least
    if term is not None and least is not None and term.days < least.days:
        raise UnableToDecide(_("The law demands at least %(term)s.") % {"term": words(least)})
    with transaction.atomic():
        row, _is_new = RetentionRule.objects.update_or_create(
            kind=kind,
            defaults={
                "amount": term.amount if term else None,
                "unit": (term.unit if term else Unit.YEARS).value,
                "action": action.value,
                "changed_at": at,
                "changed_by": actor.id,
            },
        )
        audit.record(
            audit.Action.RETENTION_DECIDED,
            actor=actor,
            at=at,
            subject=kind,
            details={
                "before": _spelt(before.term) if before.is_decided else None,
                "after": _spelt(term),
                "action": action.value,
            },
        )
    return row


def pause(*, kind: str, is_paused: bool, actor: Actor, at: dt.datetime) -> None:
    """Let no run take anything of this kind until it goes on; the rule itself stays as it is. Raises UnableToDecide for
    a rule that is not in force.
    """
    ruling = reading.ruling(kind)
    if not ruling.is_in_force:
        raise UnableToDecide(_("This rule is not in force: nothing is removed by it."))
    with transaction.atomic():
        RetentionRule.objects.get_or_create(
            kind=kind,
            defaults={
                "amount": ruling.term.amount if ruling.term else None,
                "unit": (ruling.term.unit if ruling.term else Unit.YEARS).value,
                "action": ruling.action.value,
                "changed_at": at,
                "changed_by": actor.id,
            },
        )
        RetentionRule.objects.filter(kind=kind).update(paused_at=at if is_paused else None)
        audit.record(audit.Action.RETENTION_DECIDED, actor=actor, at=at, subject=kind, details={"paused": is_paused})


def decide_all(*, actor: Actor, at: dt.datetime) -> int:
    """Put every proposed rule that still waits in force as it is. Returns how many."""
    open_ones = [one for one in reading.rulings() if not one.is_in_force and one.term is not None]
    with transaction.atomic():
        for one in open_ones:
            decide(kind=one.kind.key, term=one.term, action=one.action, actor=actor, at=at)
    return len(open_ones)


def words(term: Term) -> str:
    """A term as people say it."""
    if term.unit is Unit.DAYS:
        return ngettext("%(n)s day", "%(n)s days", term.amount) % {"n": term.amount}
    if term.unit is Unit.MONTHS:
        return ngettext("%(n)s month", "%(n)s months", term.amount) % {"n": term.amount}
    return ngettext("%(n)s year", "%(n)s years", term.amount) % {"n": term.amount}


def _spelt(term: Term | None) -> str:
    return f"{term.amount} {term.unit.value}" if term else "kept"
