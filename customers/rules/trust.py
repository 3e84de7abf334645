"""How well the shop and a customer know each other: what may be asked depends on it.

Four levels, each with its reasons in words, so that staff can see why something is asked or not yet. Nothing but what
both sides have done counts: no guess, no score.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

MONTH, HALF_A_YEAR = 30, 182
MANY_ORDERS = 3


class Level(IntEnum):
    """From a stranger to somebody who knows the shop well."""

    STRANGER = 0
    ACQUAINTED = 1
    KNOWN = 2
    TRUSTED = 3


LABELS: dict[Level, str | Promise] = {
    Level.STRANGER: _("New to us"),
    Level.ACQUAINTED: _("Acquainted"),
    Level.KNOWN: _("Known well"),
    Level.TRUSTED: _("Trusts us"),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What both sides have done so far."""

    has_name: bool = False
    has_contact: bool = False
    has_verified_contact: bool = False
    orders: int = 0
    consents: int = 0
    refusals: int = 0
    """How often "rather not say" was the answer of late."""
    days: int = 0
    """Since the person was first written down."""


@dataclass(frozen=True, slots=True)
class Trust:
    """A level and why it is that one."""

    level: Level
    reasons: Sequence[str]

    @property
    def label(self) -> str | Promise:
        """The level in words."""
        return LABELS[self.level]


def judge(evidence: Evidence) -> Trust:
    """The level of trust.

    Acquainted: we know a name and a way to reach the person. Known: they bought something, and either allow something,
    have confirmed a contact, or have come for a month. Trusted: known, and two of: three orders, a consent, half a
    year. Who declines to answer again and again is never taken for trusting.
    """
    level = Level.STRANGER
    if evidence.has_name and evidence.has_contact:
        level = Level.ACQUAINTED
    if (
        level is Level.ACQUAINTED
        and evidence.orders
        and (evidence.consents or evidence.has_verified_contact or evidence.days >= MONTH)
    ):
        level = Level.KNOWN
    signs = (evidence.orders >= MANY_ORDERS, evidence.consents > 0, evidence.days >= HALF_A_YEAR)
    if level is Level.KNOWN and sum(signs) >= 2 and evidence.refusals < 2:
        level = Level.TRUSTED
    return Trust(level, _reasons(evidence))


def _reasons(evidence: Evidence) -> list[str]:
    found = []
    if evidence.orders:
        found.append(ngettext("%(n)s order", "%(n)s orders", evidence.orders) % {"n": evidence.orders})
    else:
        found.append(str(_("no order yet")))
    if evidence.consents:
        found.append(str(_("allows something")))
    if evidence.has_verified_contact:
        found.append(str(_("a confirmed contact")))
    months = evidence.days // MONTH
    if months:
        found.append(ngettext("for %(n)s month", "for %(n)s months", months) % {"n": months})
    if not evidence.has_contact:
        found.append(str(_("no way to reach them")))
    if evidence.refusals:
        found.append(str(_("would rather not say some things")))
    return found
