"""Asking people one by one: a link of their own, in the outbox as a notice, reminded of, taken back.

Nothing is sent from here. A notice waits in the outbox with the permission it rests on; whoever delivers asks the gate
again at that moment. The secret of a link is made of the row's random id under the key of this installation: it stands
in no column, and a reminder carries the same link.
"""

import base64
import datetime as dt
import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cdp.core import audit, locks, outbox
from cdp.core.actors import Actor
from cdp.core.crypto import index
from commerce.services import keys
from commerce.services.keys import Owner
from consent.rules.jurisdiction import place
from consent.selectors import jurisdiction
from customers.selectors import profiles, tongues
from customers.services import standing
from surveys.models import Invitation, Survey
from surveys.rules.own_words import Words
from surveys.selectors import invitations, inviting, letters, links, questionnaires
from surveys.selectors.inviting import PURPOSE, Preview
from surveys.services import anonymous, own_words
from surveys.services.answering import runs

INVITATION, REMINDER = letters.INVITATION, "survey-reminder"
TOO_FEW = gettext_noop("Fewer than five people would be asked: whoever answers an anonymous survey would be known.")
BATCH = 200
MOST_REMINDERS = 3
OPEN = (Invitation.State.MADE, Invitation.State.SENT)
_BYTES = 15
_TURN = hashlib.sha256(b"surveys.invitations").digest()


class UnableToInvite(Exception):
    """Nobody is asked; the message says why, for staff."""


class TooFewToInvite(UnableToInvite):
    """So few would be asked by an anonymous questionnaire that whoever answers would be known."""


@dataclass(frozen=True)
class Terms:
    """How people are asked: by which way, how long the link works, how often and after how many days they are reminded,
    what the link carries about store or order, and the shop's own words.
    """

    channel: str = "email"
    days: int = 30
    reminders: int = 0
    remind_days: int = 7
    context: Mapping[str, str] = field(default_factory=dict)
    words: Words = field(default_factory=dict)

    def check(self) -> None:
        """Raises UnableToInvite."""
        if self.channel not in inviting.CHANNELS or not outbox.reaches(self.channel):
            raise UnableToInvite(_("Nothing can be sent this way from here."))
        if not 1 <= self.days <= 365:
            raise UnableToInvite(_("A link works between one day and a year."))
        if not 0 <= self.reminders <= MOST_REMINDERS or not 1 <= self.remind_days <= 90:
            raise UnableToInvite(_("At most three reminders, one to ninety days apart."))


def secret_of(invitation: uuid.UUID) -> str:
    """The secret in the link of an invitation."""
    raw = index.lasting_hasher("survey.invitation")(invitation.bytes)[:_BYTES]
    return base64.urlsafe_b64encode(raw).decode()


def link_of(survey: Survey, invitation: uuid.UUID) -> str:
    """The link of an invitation: their own, or, where it is anonymous, the one that everybody has."""
    return links.public(survey.slug) if survey.is_anonymous else links.personal(survey.slug, secret_of(invitation))


def invite(
    *, survey: Survey, customers: Iterable[uuid.UUID], terms: Terms, batch: uuid.UUID, actor: Actor, at: dt.datetime
) -> Preview:
    """Ask those of an audience who can be asked; each batch of them is one transaction. Pressed twice, nobody is asked
    twice. Returns what became of them. Raises UnableToInvite, TooFewToInvite.
    """
    terms.check()
    _check_open(survey, at=at)
    if not survey.is_anonymous:
        return _asked(survey, customers, terms, batch, actor=actor, at=at)
    with locks.in_turn(hashlib.sha256(b"surveys.anonymous" + survey.id.bytes).digest()):
        wanted = list(customers)
        found = inviting.preview(survey=survey, customers=wanted, channel=terms.channel, at=at)
        # Those whom the same job asked before it was killed count.
        before = Invitation.objects.filter(survey_id=survey.id, batch_id=batch).count()
        if before + found.asked < anonymous.BATCH:
            raise TooFewToInvite(_(TOO_FEW))
        return _asked(survey, wanted, terms, batch, actor=actor, at=at)


def _asked(
    survey: Survey, customers: Iterable[uuid.UUID], terms: Terms, batch: uuid.UUID, *, actor: Actor, at: dt.datetime
) -> Preview:
    terms = replace(terms, words=own_words.freeze(survey=survey, batch=batch, words=terms.words, at=at))
    found: Counter[str] = Counter()
    for chunk in inviting.chunks(customers):
        for n in range(0, len(chunk), BATCH):
            found.update(_invited(survey, chunk[n : n + BATCH], terms, batch, actor=actor, at=at))
    asked = found.pop("", 0)
    audit.record(
        audit.Action.SURVEY_ASKED,
        actor=actor,
        at=at,
        subject=survey.id,
        details={"slug": survey.slug, "asked": asked, "left_out": found.total(), "channel": terms.channel},
    )
    return Preview(asked + found.total(), asked, dict(found.most_common()))


def personal(*, survey: Survey, customer: uuid.UUID, actor: Actor, at: dt.datetime, days: int = 30) -> Invitation:
    """A link for one person, which staff hand over themselves; nothing is sent. The one they have stays theirs, and it
    counts like every other: nobody is asked twice, too soon or too often. Raises UnableToInvite.
    """
    _check_open(survey, at=at)
    if survey.is_anonymous:
        raise UnableToInvite(
            _("An anonymous survey has one link for everybody: a personal one would tell who answered.")
        )
    with transaction.atomic():
        who = standing.hold([customer]).get(customer)
        if who is None:
            raise UnableToInvite(_("There is no such customer."))
        standing.queue([who])
        kept = invitations.open_for(survey, who, at=at)
        if kept is not None:
            return kept
        pace = inviting.pace(survey=survey, customer=who, at=at)
        if pace:
            raise UnableToInvite(inviting.words(pace))
        (row,) = _written(survey, [who], Terms(channel="", days=days), None, actor=actor, at=at)
        audit.record(
            audit.Action.SURVEY_ASKED,
            actor=actor,
            at=at,
            customer=who,
            subject=survey.id,
            details={"slug": survey.slug, "asked": 1},
        )
    return row


def revoke(*, survey: Survey, invitations: Iterable[uuid.UUID], actor: Actor, at: dt.datetime) -> int:
    """Take links back that nobody answered by, with what has not gone yet. Returns how many."""
    wanted = list(invitations)
    with transaction.atomic():
        open_ones = Invitation.objects.filter(survey_id=survey.id, id__in=wanted, state__in=OPEN)
        rows = _ended(list(open_ones.values_list("customer_id", "id")))
        numbered = [_key(row, n) for _who, row in rows for n in range(MOST_REMINDERS + 1)]
        outbox.cancel_many(customers={who for who, _row in rows}, keys=numbered)
        if rows:
            audit.record(
                audit.Action.SURVEY_CHANGED,
                actor=actor,
                at=at,
                subject=survey.id,
                details={"slug": survey.slug, "taken_back": len(rows)},
            )
    return len(rows)


def look_after(*, at: dt.datetime) -> int:
    """Note what was delivered, remind those who have not answered, end what is over. Beat calls it; returns how many
    reminders were put. A kill in between loses nothing: each batch is a transaction.
    """
    while _note_gone(at=at):
        pass
    while _end_old(at=at):
        pass
    count = 0
    while reminded := _reminded(at=at):
        count += reminded
    return count


def _take_turn(customers: Iterable[uuid.UUID]) -> None:
    """Before invitations of several people are changed in one statement, which takes their rows in no order: whoever
    does that waits for whoever does it, and nobody of them is merged meanwhile, which takes rows of two. Somebody who
    answers holds the one row of theirs and needs none of the others, so they stand in nobody's circle.
    """
    locks.take_turns(_TURN)
    standing.hold(set(customers))


def _ended(rows: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """End those of these invitations `(customer, id)` that are open still. Returns which they were."""
    if not rows:
        return []
    _take_turn(who for who, _row in rows)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE surveys_invitation asked SET state = 'ended', remind_at = NULL
            FROM unnest(%s::uuid[], %s::uuid[]) AS told (customer_id, id)
            WHERE asked.customer_id = told.customer_id AND asked.id = told.id AND asked.state IN ('made', 'sent')
            RETURNING asked.customer_id, asked.id
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )
        return cursor.fetchall()


def _note_gone(*, at: dt.datetime) -> int:
    """One batch of letters that went out."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT asked.customer_id, asked.id, gone.sent_at
            FROM surveys_invitation asked JOIN core_notice gone
                ON gone.customer_id = asked.customer_id AND gone.key = 'survey:' || asked.id || ':0'
            WHERE gone.state = 'sent' AND asked.state = 'made' AND asked.made_at > %s LIMIT %s
            """,
            [at - dt.timedelta(days=365), BATCH],
        )
        rows = cursor.fetchall()
        if rows:
            _take_turn(who for who, _row, _sent in rows)
            cursor.execute(
                """
                UPDATE surveys_invitation asked SET state = 'sent', sent_at = gone.sent_at
                FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[]) AS gone (customer_id, id, sent_at)
                WHERE asked.customer_id = gone.customer_id AND asked.id = gone.id AND asked.state = 'made'
                """,
                [list(column) for column in zip(*rows, strict=True)],
            )
        return len(rows)


def _end_old(*, at: dt.datetime) -> int:
    """One batch of links whose time is over."""
    with transaction.atomic():
        old = Invitation.objects.filter(state__in=OPEN, expires_at__lte=at)
        rows = list(old.values_list("customer_id", "id")[:BATCH])
        _ended(rows)
        return len(rows)


def _reminded(*, at: dt.datetime) -> int:
    """One batch of reminders; 0 where none is due."""
    with transaction.atomic():
        due = list(Invitation.objects.filter(remind_at__lte=at, state__in=OPEN).order_by("remind_at", "id")[:BATCH])
        _take_turn(row.customer_id for row in due)
        # What waits still was never read: the next look comes as long after this one as a reminder would.
        changed = _moved_on(due, at=at)
        rows = [row for row in due if row.id in changed and row.state == Invitation.State.SENT]
        said = own_words.frozen(row.batch_id for row in rows)
        for survey in Survey.objects.filter(id__in={row.survey_id for row in rows}):
            if questionnaires.closed(survey, at=at) is None:
                _put(survey, [row for row in rows if row.survey_id == survey.id], said, at=at, is_reminder=True)
    return len(due)


def _moved_on(due: Sequence[Invitation], *, at: dt.datetime) -> set[uuid.UUID]:
    """Say of these when they are looked at next, and of those whose letter went out that they are reminded now; in one
    statement. Returns those that are still as they were read: whoever answers meanwhile wins.
    """
    if not due:
        return set()
    columns: list[list[Any]] = [[], [], [], [], [], []]
    for row in due:
        is_sent = row.state == Invitation.State.SENT
        left = row.reminders - is_sent
        following = at + dt.timedelta(days=_step(row)) if left > 0 else None
        reminded = at if is_sent else row.reminded_at
        for column, value in zip(
            columns, (row.customer_id, row.id, str(row.state), left, following, reminded), strict=True
        ):
            column.append(value)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE surveys_invitation asked
            SET reminders = told.reminders, remind_at = told.remind_at, reminded_at = told.reminded_at
            FROM unnest(
                %s::uuid[], %s::uuid[], %s::text[], %s::int[], %s::timestamptz[], %s::timestamptz[]
            ) AS told (customer_id, id, state, reminders, remind_at, reminded_at)
            WHERE asked.customer_id = told.customer_id AND asked.id = told.id AND asked.state = told.state
            RETURNING asked.id
            """,
            columns,
        )
        return {row for (row,) in cursor.fetchall()}


def _step(row: Invitation) -> int:
    before = row.reminded_at or row.made_at
    return max(1, ((row.remind_at or before) - before).days)


def _check_open(survey: Survey, *, at: dt.datetime) -> None:
    if questionnaires.closed(survey, at=at) is not None:
        raise UnableToInvite(_("It is not open: nobody could answer."))


def _invited(
    survey: Survey, customers: list[uuid.UUID], terms: Terms, batch: uuid.UUID, *, actor: Actor, at: dt.datetime
) -> list[str]:
    """One batch, behind the locks of its people: two shops' worth of staff pressing at once ask each person once."""
    with transaction.atomic():
        held = standing.hold(customers)
        people = sorted(set(held.values()))
        standing.queue(people)
        judged = inviting.judged(survey=survey, customers=people, channel=terms.channel, at=at)
        asked = [who for who, reason in judged.items() if not reason]
        rows = _written(survey, asked, terms, batch, actor=actor, at=at)
        unreached = _put(survey, rows, {batch: terms.words}, at=at, is_reminder=False)
        if unreached:
            Invitation.objects.filter(customer_id__in=unreached, batch_id=batch, survey_id=survey.id).delete()
            keys.release(runs.INVITATIONS, [bytes(r.key_digest or b"") for r in rows if r.customer_id in unreached])
    return [inviting.Out.NO_ADDRESS if who in unreached else reason for who, reason in judged.items()]


def _written(
    survey: Survey, people: list[uuid.UUID], terms: Terms, batch: uuid.UUID | None, *, actor: Actor, at: dt.datetime
) -> list[Invitation]:
    rows = []
    for who in people:
        row = uuid.uuid4()  # its link is made of it: a UUIDv7 would be half known
        digest = None if survey.is_anonymous else runs.key_of_link(secret_of(row))
        remind_at = at + dt.timedelta(days=terms.remind_days) if terms.reminders and not survey.is_anonymous else None
        rows.append(
            Invitation(
                id=row,
                customer_id=who,
                survey_id=survey.id,
                channel=terms.channel,
                made_at=at,
                expires_at=at + dt.timedelta(days=terms.days),
                remind_at=remind_at,
                reminders=terms.reminders if remind_at else 0,
                context=dict(terms.context),
                batch_id=batch,
                by=f"{actor.kind}:{actor.id}" if actor.id else actor.kind,
                key_digest=digest,
            )
        )
    keys.claim(
        runs.INVITATIONS,
        {bytes(row.key_digest): Owner(row.customer_id, row.id) for row in rows if row.key_digest is not None},
    )
    Invitation.objects.bulk_create(rows)
    return rows


def _put(
    survey: Survey, rows: list[Invitation], said: Mapping[uuid.UUID, Words], *, at: dt.datetime, is_reminder: bool
) -> set[uuid.UUID]:
    """The notices of these invitations, in the words of their press of the button (`said`). Returns whom none could be
    addressed to.
    """
    people = profiles.opened([row.customer_id for row in rows], shown=False)
    drafts, unreached = [], set()
    for row in rows:
        profile = people.get(row.customer_id)
        way = None if profile is None else profile.email_contact if row.channel == "email" else profile.phone_contact
        if profile is None or way is None or not way.value:
            unreached.add(row.customer_id)
            continue
        language = tongues.of_person(profile.customer)
        where = place(
            country=profile.customer.country,
            phone_country=profile.customer.phone_country,
            language=profile.customer.language,
        )
        label = jurisdiction.of_place(where).label_for(PURPOSE, row.channel)
        link = link_of(survey, row.id)
        data = letters.letter(
            survey,
            link,
            language=language,
            channel=row.channel,
            label=label,
            own=said.get(row.batch_id, letters.READY) if row.batch_id else letters.READY,
            names=letters.names_of(profile),
        )
        drafts.append(
            outbox.Draft(
                kind=REMINDER if is_reminder else INVITATION,
                address=way.value,
                key=_key(row.id, row.reminders if is_reminder else 0),
                language=language,
                channel=row.channel,
                customer=row.customer_id,
                data=data,
                due_at=at,
                valid_until=min(row.expires_at, survey.closes_at or row.expires_at),
            )
        )
    outbox.put_many(drafts, at=at)
    return unreached


def _key(invitation: uuid.UUID, n: int) -> str:
    return f"survey:{invitation}:{n}"
