"""Asking for a file, and a second person who lets it go.

Who asks sees first whom it would hold. More than `CDP_EXPORT_ALONE` people, counted with what the same colleague took
along within a day, wait for somebody else who may approve; nobody approves their own, by whatever address.

Where people allow a purpose channel by channel, a file is a list for one channel: the gate is asked about that one,
and the list holds what it takes to reach them there and no more. Of it a colleague who sees contacts masked gets the
one address in clear, once a second person has let it go; a list of dots would serve nobody.

Why somebody asks, and what the second person says, are words of staff: they stand sealed in the row of the export,
which goes with its term, and never in a ledger, which nobody can take them out of.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet, Sum
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from cdp.core import access, audiences, audit, jobs, leaving, second_person
from cdp.core.actors import staff
from cdp.core.exports import ending, leading, registry, words, writing
from cdp.core.ids import uuid7
from cdp.core.models import Export, Job, User

JOB = "export"
PURPOSES = ("service", "marketing", "profiling", "measurement", "third_party")
TOGETHER = timedelta(days=1)
"""Files of one colleague within this time count as one: a hundred people ten times are a thousand."""
SHORTEST_REASON = 5
LONGEST_REASON = 300
State = Export.State


class UnableToAsk(Exception):
    """`field` cannot be so; the message says why."""

    def __init__(self, field: str, text: str) -> None:
        """Name the field and say why."""
        super().__init__(text)
        self.field = field


class UnableToDecide(Exception):
    """This person may not decide that, or there is nothing to decide any more; the message says why."""


@dataclass(frozen=True)
class Count:
    """Whom a file would hold: how many people, how many not by the gate's reason; `with_earlier` adds what the same
    colleague took along within a day without asking anybody.
    """

    people: int
    left_out: Mapping[str, int]
    with_earlier: int
    needs_second: bool

    @property
    def out(self) -> int:
        """How many are left out."""
        return sum(self.left_out.values())


def count(
    kind: registry.Kind,
    *,
    segment: str,
    purpose: str,
    channel: str = "",
    asker: uuid.UUID | None,
    is_masked: bool = False,
    at: datetime,
) -> Count:
    """Count in one statement, by the same gate that judges each when the file is made.

    `asker`: None for the command on the server. `is_masked`: who asks may not see contacts. Raises
    audiences.UnknownAudience.
    """
    if not kind.is_personal:
        return Count(0, {}, 0, needs_second=False)
    parts = leaving.gate().denials(purpose, channel or leading.FILE, "c", at=at)
    params: dict[str, Any] = dict(parts.params)
    among = ""
    if segment:
        text, values = audiences.audience(segment).query.sql_with_params()
        names = [f"member_{number}" for number in range(len(values))]
        among = f"AND c.id IN ({text % tuple(f'%({name})s' for name in names)})"
        params |= dict(zip(names, values, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {parts.reason} AS why, {leading.unreached(kind, channel)} AS unreached, count(*)"  # noqa: S608
            f" FROM customers_customer c {parts.join}"
            f" WHERE c.status = 'known' AND {kind.whose or 'TRUE'} {among} GROUP BY 1, 2",
            params,
        )
        found = Counter[str]()
        for why, is_unreached, number in cursor.fetchall():
            found[str(why) or (leading.NO_ADDRESS if is_unreached else "")] += int(number)
    people = found.pop("", 0)
    earlier = alone(asker, since=at - TOGETHER)
    is_much = people + earlier > settings.CDP_EXPORT_ALONE
    return Count(
        people, found, people + earlier, needs_second=people > 0 and (is_much or (is_masked and channel != ""))
    )


def alone(asker: uuid.UUID | None, *, since: datetime, but: uuid.UUID | None = None) -> int:
    """How many people that colleague's files hold, since then, for which nobody else was asked; all but that file.

    A file counts by what was counted when it was asked for, or by what it holds, whichever is more.
    """
    mine = Export.objects.filter(asked_by=asker, asked_at__gte=since, is_personal=True, needs_second=False)
    others = mine.exclude(id=but) if but else mine
    return others.aggregate(all=Sum(Greatest("people", "held")))["all"] or 0


def ask(
    *,
    kind: str,
    segment: str,
    purpose: str,
    channel: str = "",
    columns: Collection[str],
    form: str,
    reason: str,
    user: User,
    at: datetime,
    about: Mapping[str, str] | None = None,
) -> Export:
    """Ask for a file: it is begun at once, or waits for a second person. Raises UnableToAsk."""
    about = dict(about or {})
    try:
        what = registry.of(kind, about)
    except (KeyError, registry.UnknownChoice) as error:
        raise UnableToAsk("kind", _("There is no such kind of file.")) from error
    if what.needs and not user.can(what.needs):
        raise UnableToAsk("kind", _("Your role may not see what would be in it."))
    if purpose not in PURPOSES:
        raise UnableToAsk("purpose", _("Choose what the file is for."))
    if form not in writing.FORMATS:
        raise UnableToAsk("form", _("Choose a form of file."))
    why = " ".join(reason.split())
    if what.is_personal and not SHORTEST_REASON <= len(why) <= LONGEST_REASON:
        raise UnableToAsk("reason", _("Say in a few words why this file is needed; it is kept with the export."))
    check_channel(what, purpose, channel)
    chosen = columns_of(what, channel, columns)
    if not chosen:
        raise UnableToAsk("columns", _("Choose at least one column."))
    if segment and not what.is_personal:
        raise UnableToAsk("segment", _("This kind is about nobody: it has no segments."))
    with transaction.atomic():
        # One asking of a colleague after the other: two at once would each count without the other.
        User.objects.select_for_update().get(id=user.id)
        is_masked = what.is_personal and not user.can("customers.reveal")
        try:
            found = count(
                what, segment=segment, purpose=purpose, channel=channel, asker=user.id, is_masked=is_masked, at=at
            )
        except audiences.UnknownAudience as error:
            raise UnableToAsk("segment", _("There is no such segment any more.")) from error
        if what.is_personal and not found.people and not (what.nameless and not segment and what.nameless()):
            raise UnableToAsk("purpose", _("Nobody may leave for this purpose, so there would be nothing in the file."))
        row = uuid7()
        export = Export.objects.create(
            id=row,
            kind=kind,
            about=about,
            segment=segment,
            purpose=purpose,
            channel=channel,
            columns=chosen,
            form=form,
            **words.new(row, why[:LONGEST_REASON]),
            is_masked=is_masked,
            is_personal=what.is_personal,
            asked_by=user.id,
            asked_at=at,
            people=found.people,
            left_out=dict(found.left_out),
            needs_second=found.needs_second,
            state=State.WAITING if found.needs_second else State.MAKING,
        )
        audit.record(
            audit.Action.EXPORT_ASKED,
            actor=staff(user),
            at=at,
            subject=export.id,
            details={
                "kind": kind,
                "purpose": purpose,
                "channel": channel,
                "segment": segment,
                "people": found.people,
                "needs_second": found.needs_second,
            },
        )
        if found.needs_second:
            path, key = f"/exports/{export.id}/", f"export:{export.id}"
            second_person.tell(may_approve(export), what=second_person.EXPORT, path=path, key=key, at=at)
        else:
            _begin(export)
    return export


def check_channel(kind: registry.Kind, purpose: str, channel: str) -> None:
    """That the list is for a channel where its purpose is allowed channel by channel. Raises UnableToAsk."""
    ways = leading.ways(kind, purpose)
    if ways is None:
        if channel:
            raise UnableToAsk("purpose", _("This purpose is not allowed channel by channel: name none."))
    elif not kind.lists:
        raise UnableToAsk("purpose", _("This kind is no list by which people are written to: choose customers."))
    elif channel not in ways:
        raise UnableToAsk(
            "purpose",
            _("Choose the channel the list is for ({channels}): people allow each by itself.").format(
                channels=", ".join(ways)
            ),
        )


def columns_of(kind: registry.Kind, channel: str, columns: Collection[str]) -> list[str]:
    """Which of these columns the file holds, in the order of the kind: of a list for a channel what it takes to reach
    people there, with the address itself in any case.
    """
    if not channel:
        return [column for column in kind.columns if column in columns]
    reach = kind.lists[channel]
    wanted = {*reach.address, *(column for column in reach.columns if column in columns)}
    return [column for column in kind.columns if column in wanted]


def _begin(export: Export) -> None:
    job = jobs.submit(
        JOB,
        title=f"{export.kind}.{export.form}",
        params={"export": str(export.id)},
        created_by=export.asked_by,
    )
    export.job_id = job.id
    export.save(update_fields=["job_id"])


def approve(export: uuid.UUID, *, user: User, why: str = "", at: datetime) -> Export:
    """Let it go. Raises UnableToDecide."""
    with transaction.atomic():
        row = _undecided(export, user)
        asker = User.objects.filter(id=row.asked_by, is_active=True).first() if row.asked_by else None
        if asker is None or not asker.can("exports"):
            raise UnableToDecide(_("Who asked may not export any more; refuse it."))
        _decide(row, State.MAKING, user, why, at)
        _begin(row)
    return row


def refuse(export: uuid.UUID, *, user: User, why: str, at: datetime) -> Export:
    """Do not let it go, and say why. Raises UnableToDecide."""
    if len(" ".join(why.split())) < SHORTEST_REASON:
        raise UnableToDecide(_("Say why, so that your colleague knows what to change."))
    with transaction.atomic():
        row = _undecided(export, user)
        _decide(row, State.REFUSED, user, why, at)
    return row


def _undecided(export: uuid.UUID, user: User) -> Export:
    row = Export.objects.select_for_update().filter(id=export).first()
    if row is None or row.state != State.WAITING:
        raise UnableToDecide(_("This was decided already."))
    if not user.is_active or not user.can("exports.approve"):
        raise UnableToDecide(_("Your role may not decide this."))
    if row.asked_by == user.id:
        raise UnableToDecide(_("You asked for this file yourself; somebody else decides."))
    return row


def _decide(row: Export, state: str, user: User, why: str, at: datetime) -> None:
    row.state, row.decided_by, row.decided_at = state, user.id, at
    row.decided_why = words.sealed(row, " ".join(why.split())[:LONGEST_REASON])
    row.save(update_fields=["state", "decided_by", "decided_at", "decided_why"])
    audit.record(
        audit.Action.EXPORT_DECIDED,
        actor=staff(user),
        at=at,
        subject=row.id,
        details={"state": state, "asked_by": str(row.asked_by), "people": row.people},
    )


def again(export: uuid.UUID, *, user: User, at: datetime) -> None:
    """Let a file whose making failed go on where it stopped. Raises UnableToDecide."""
    row = Export.objects.filter(id=export, asked_by=user.id, state=State.MAKING).first()
    job = Job.objects.filter(id=row.job_id, state__in=["failed", "cancelled"]).first() if row and row.job_id else None
    if job is None:
        raise UnableToDecide(_("There is nothing to begin again."))
    jobs.go_on(job, params=job.params)


def delete(export: uuid.UUID, *, user: User, at: datetime) -> None:
    """Take back what waits, or delete the file before its time. Raises UnableToDecide."""
    row = Export.objects.filter(id=export).first()
    if row is None or (row.asked_by != user.id and not user.can("exports.approve")):
        raise UnableToDecide(_("Your role may not decide this."))
    if not ending.end([row.id], why=Export.End.DELETED, actor=staff(user), at=at):
        raise UnableToDecide(_("This file is gone already."))


def may_approve(export: Export) -> QuerySet[User]:
    """Colleagues who could be the second person."""
    roles = access.CAPABILITIES["exports.approve"]
    able = User.objects.filter(is_active=True, role__in=roles)
    return able.exclude(id=export.asked_by) if export.asked_by else able
