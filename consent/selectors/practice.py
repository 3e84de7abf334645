"""What this installation does with data now, read from what is set and declared: beside the register, which people
write, so that both can be held against each other and neither says what nobody does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db.models import Count
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from cdp.core import accounts, written_dates
from cdp.core.crypto.fields import SealedField
from cdp.core.models import Role, User, Webhook
from cdp.core.retention import Term
from consent.models import Channel, Purpose
from consent.selectors import purposes, retention

MOST = 200


@dataclass(frozen=True)
class Line:
    """One thing that is done: what, how, and whether it waits for somebody."""

    name: str
    how: str
    is_waiting: bool = False


def asked_for(language: str) -> Sequence[Line]:
    """The purposes in use and by which ways people are asked."""
    names = purposes.names(language)
    return [
        Line(
            names[row.key],
            ", ".join(purposes.channel_name(channel) for channel in row.channels if channel != Channel.ANY),
        )
        for row in Purpose.objects.filter(is_active=True)
    ]


def recipients(language: str) -> Sequence[Line]:
    """Other systems that are told something, by the host they stand on, and for which purpose; at most MOST."""
    names = purposes.names(language)
    return [
        Line(
            f"{row.name} ({urlsplit(row.url).hostname or '–'})",
            _("%(purpose)s: %(events)s")
            % {"purpose": names.get(row.purpose, row.purpose), "events": ", ".join(row.events)},
        )
        for row in Webhook.objects.filter(is_active=True, disabled_at__isnull=True).order_by("name", "id")[:MOST]
    ]


def measures() -> Sequence[Line]:
    """The safeguards that are on, counted: sealed columns, staff by role, the second step at log-in, retention."""
    return [_sealed(), _roles(), _second_factor(), _retention()]


def _sealed() -> Line:
    tables = [
        sum(isinstance(field, SealedField) for field in model._meta.local_concrete_fields)
        for model in apps.get_models()
    ]
    text = _("%(columns)s columns in %(tables)s tables")
    return Line(_("Sealed"), text % {"columns": sum(tables), "tables": sum(bool(count) for count in tables)})


def _roles() -> Line:
    found = User.objects.filter(is_active=True).values_list("role").annotate(count=Count("id")).order_by("role")
    names = dict(Role.choices)
    return Line(_("Staff by role"), ", ".join(f"{names.get(role, role)}: {count}" for role, count in found))


def _second_factor() -> Line:
    policy = accounts.policy()
    asked = policy.get_second_factor_display()
    if policy.second_factor == policy.SecondFactor.REQUIRED:
        asked = f"{asked} {', '.join(str(dict(Role.choices).get(role, role)) for role in policy.roles)}"
    staff = User.objects.filter(is_active=True)
    have = staff.filter(id__in=Authenticator.objects.filter(type=Authenticator.Type.TOTP).values("user_id")).count()
    text = _("%(asked)s; %(have)s of %(all)s members of staff have one")
    return Line(_("Second step at log-in"), text % {"asked": asked, "have": have, "all": staff.count()})


def _retention() -> Line:
    rulings = [one for one in retention.rulings() if one.term is not None]
    latest = retention.latest()
    text = _("%(on)s of %(all)s rules in force, %(paused)s of them paused; last run %(day)s")
    in_force = sum(one.is_in_force for one in rulings)
    told = {
        "on": in_force,
        "all": len(rulings),
        "paused": sum(one.is_in_force and one.is_paused for one in rulings),
        "day": written_dates.whole(localtime(latest.as_of).date()) if latest else "–",
    }
    return Line(_("Retention"), text % told, is_waiting=in_force < len(rulings))


def kept() -> Sequence[tuple[str, Term | None, bool]]:
    """What each kind of data is called, its term (None: with the customer), and whether a term waits for approval."""
    return [
        (str(one.kind.label), one.term, one.term is not None and not one.is_in_force) for one in retention.rulings()
    ]
