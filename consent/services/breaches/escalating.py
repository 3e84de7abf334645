"""Reminders to whoever answers for privacy, 24, 48 and 60 hours after a breach was noticed."""

import datetime as dt
import zoneinfo

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from cdp.core import access, spoken, written_dates
from cdp.core.actors import SYSTEM
from cdp.core.models import User
from consent.models import Breach, BreachDraft
from consent.rules import breaches as rules
from consent.selectors import breaches as reading
from consent.selectors import laws, packs
from consent.services.breaches import recording

Audience = BreachDraft.Audience
OPEN = (Breach.Stage.POSSIBLE, Breach.Stage.CONFIRMED)


def remind(*, now: dt.datetime) -> int:
    """Give the warnings that are due and were not given; how many breaches had one. Mails go after the commit."""
    count = 0
    rows = list(Breach.objects.filter(stage__in=OPEN).order_by("due_at"))
    found = reading.whom_to_tell_of_each(rows, now=now)
    for breach in rows:
        waiting = [one for one in found[breach.id] if one.is_waiting]
        if not waiting:
            continue
        due = rules.warnings_due(breach.noticed_at, now=now)
        with transaction.atomic():
            # Whoever raises the number gives the warning; a second beat finds it given.
            if not Breach.objects.filter(id=breach.id, escalated__lt=due).update(escalated=due):
                continue
            recording.step(
                breach,
                "escalated",
                actor=SYSTEM,
                at=now,
                details={
                    "hours": rules.WARN_AFTER[due - 1],
                    "laws": list(dict.fromkeys(one.duty.law for one in waiting)),
                },
            )
            transaction.on_commit(lambda breach=breach, waiting=waiting: _write(breach, waiting))  # type: ignore[misc]
        count += 1
    return count


def _write(breach: Breach, waiting: list[rules.Authority]) -> None:
    """To every officer and owner, in their language, else the shop's; it tells only where the incident stands."""
    roles = [role for role in access.LETTERS.values() if access.allows(role, "consent.manage")]
    for officer in User.objects.filter(is_active=True, role__in=roles):
        with translation.override(spoken.by_staff(officer.language)):
            soonest = min((one.duty.due_at for one in waiting if one.duty.due_at), default=breach.due_at)
            due = written_dates.moment_in_full(soonest, zoneinfo.ZoneInfo(settings.TIME_ZONE))
            authorities, customers = (_laws(waiting, audience) for audience in Audience)
            subject = _("A breach has to be reported by %(due)s")
            lines = [_("The hours of a recorded breach are running.")]
            if authorities:
                lines.append(_("Authorities not told yet, by law: %(laws)s.") % {"laws": authorities})
            else:
                subject = _("Customers have to be told of a breach by %(due)s")
            if customers:
                lines.append(_("Customers not told yet, by law: %(laws)s.") % {"laws": customers})
            lines.append(f"{settings.CDP_BASE_URL}/consent/breaches/{breach.id}/")
            mail.send_mail(subject % {"due": due}, "\n".join(lines), None, [officer.email])


def _laws(waiting: list[rules.Authority], audience: str) -> str:
    """The laws whose authority, or whose customers, wait."""
    return ", ".join(laws.name(packs.every()[one.duty.law]) for one in waiting if one.duty.audience == audience)
