"""Holding a talk: nobody is asked before they were read what becomes of it and agreed; then notes and quotes.

Who wishes to stay nameless is written down nowhere: no customer, no moment, an id of chance.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cdp.core import audit, pipeline
from cdp.core.actors import Actor
from cdp.core.crypto import rowkeys, subjects
from consent.services import disclosures
from customers.services import buckets, standing
from surveys.models import Guide, Interview, InterviewNote, Participant, Quote, Testimonial
from surveys.rules.interviews import codes
from surveys.selectors.interviews import guides, opening
from surveys.selectors.sealing import Words

CAUSE = "surveys.interviews"
MOST_PEOPLE = 12
MOST_QUOTES = 200
LONGEST_NOTE, LONGEST_QUOTE = 10_000, 2000
GROUP = 0
"""The seat of a group as a whole."""


class UnableToHold(Exception):
    """Nothing was written; the message says why, for staff."""


@dataclass(frozen=True)
class Seat:
    """Somebody in a talk: who (None: nameless), and whether they agreed to what was read to them."""

    customer: uuid.UUID | None
    has_agreed: bool


def begin(
    *,
    guide: Guide,
    kind: Interview.Kind,
    seats: Sequence[Seat],
    language: str,
    said: str,
    held_on: dt.date,
    place: str,
    actor: Actor,
    at: dt.datetime,
) -> Interview:
    """Begin a talk by the version in force, after what is `said` before it (its version) was read to each person and
    each agreed. Raises UnableToHold, and disclosures.NotDisclosed where nothing says what becomes of it.
    """
    _check(guide, kind, seats, language, held_on, at=at)
    told = disclosures.require(guides.PLACE, guide.slug, language=language, at=at)
    if told.version != said:
        raise UnableToHold(_("What is said before the first question changed a moment ago. Please read it out again."))
    row = uuid.uuid4()
    ring_key, wrapped = rowkeys.new(opening.TABLE, row)
    interview = Interview(
        id=row,
        guide_id=guide.id,
        version=guide.version,
        kind=kind,
        language=language,
        held_on=held_on,
        held_by=f"{actor.kind}:{actor.id}" if actor.id else actor.kind,
        place=place.strip()[:120],
        ring_key=ring_key,
        wrapped=wrapped,
    )
    nobody = buckets.bucket_for(row.hex)
    with transaction.atomic():
        known = {seat.customer for seat in seats if seat.customer is not None}
        held = standing.hold(known)
        if set(held) != known:
            raise UnableToHold(_("There is no such customer, or the customer was erased."))
        if len(set(held.values())) < len([seat for seat in seats if seat.customer is not None]):
            raise UnableToHold(_("The same person stands here twice."))
        interview.save(force_insert=True)
        owners = [held[seat.customer] if seat.customer is not None else nobody for seat in seats]
        if kind == Interview.Kind.GROUP:
            owners.insert(0, nobody)
        Participant.objects.bulk_create(
            [
                Participant(
                    customer_id=owner,
                    interview_id=row,
                    guide_id=guide.id,
                    seat=seat,
                    disclosure="" if seat == GROUP else told.version,
                    language=told.language,
                    held_on=held_on,
                )
                for seat, owner in enumerate(owners, start=GROUP if kind == Interview.Kind.GROUP else 1)
            ]
        )
        for who in sorted(set(held.values())):  # of the nameless no line with its time
            audit.record(
                audit.Action.INTERVIEW_HELD,
                actor=actor,
                at=at,
                customer=who,
                subject=row,
                details={"guide": guide.slug, "version": guide.version, "disclosure": told.version},
            )
        pipeline.mark(sorted(set(held.values())), cause=CAUSE)
    return interview


def _check(
    guide: Guide, kind: Interview.Kind, seats: Sequence[Seat], language: str, held_on: dt.date, *, at: dt.datetime
) -> None:
    if guide.version == 0 or guide.is_away:
        raise UnableToHold(_("Publish this guide first: a talk is held by a published version."))
    if language not in guides.version(guide.id, guide.version).languages:
        raise UnableToHold(_("This guide is not written in that language."))
    if not seats or (kind == Interview.Kind.SINGLE and len(seats) != 1):
        raise UnableToHold(_("Say who takes part: one person, or several in a group."))
    if len(seats) > MOST_PEOPLE:
        raise UnableToHold(_("At most %(most)d people in one talk.") % {"most": MOST_PEOPLE})
    if not all(seat.has_agreed for seat in seats):
        raise UnableToHold(
            _("Nobody is asked before they agreed to what was read to them. Who does not agree leaves the talk.")
        )
    if held_on > timezone.localdate(at):
        raise UnableToHold(_("This day lies in the future."))


def note(*, interview: uuid.UUID, question: str, notes: Mapping[int, str]) -> None:
    """Keep what was noted of a question, by seat; an empty note takes the one before away. Raises UnableToHold."""
    with transaction.atomic():
        talk, people = _locked(interview)
        _check_question(talk, question)
        words = _keys(talk, people.values())
        rows = []
        for seat, text in notes.items():
            who = people.get(seat)
            if who is None:
                raise UnableToHold(_("This person does not take part any more."))
            InterviewNote.objects.filter(customer_id=who.customer_id, participant_id=who.id, question=question).delete()
            if not text.strip():
                continue
            row = uuid.uuid4()
            rows.append(
                InterviewNote(
                    id=row,
                    customer_id=who.customer_id,
                    participant_id=who.id,
                    interview_id=talk.id,
                    question=question,
                    words=words.seal(
                        text.strip()[:LONGEST_NOTE],
                        owner=who.customer_id,
                        table=InterviewNote._meta.db_table,
                        column="words",
                        row=row,
                    ),
                    held_on=talk.held_on,
                )
            )
        InterviewNote.objects.bulk_create(rows)


def quote(*, interview: uuid.UUID, question: str, seat: int, words: str, themes: Iterable[str]) -> Quote:
    """Keep words as they were said, with codes of what they are about. Raises UnableToHold."""
    text = words.strip()
    if not text:
        raise UnableToHold(_("Write the words as they were said."))
    if len(text) > LONGEST_QUOTE:
        raise UnableToHold(_("A quote has at most %(most)d characters.") % {"most": LONGEST_QUOTE})
    with transaction.atomic():
        talk, people = _locked(interview)
        _check_question(talk, question)
        who = people.get(seat)
        if who is None or seat == GROUP:
            raise UnableToHold(_("Say who of them said it."))
        if Quote.objects.filter(interview_id=talk.id).count() >= MOST_QUOTES:
            raise UnableToHold(_("At most %(most)d quotes of one talk.") % {"most": MOST_QUOTES})
        row = uuid.uuid4()
        sealed = _keys(talk, [who]).seal(
            text, owner=who.customer_id, table=Quote._meta.db_table, column="words", row=row
        )
        made = Quote.objects.create(
            id=row,
            customer_id=who.customer_id,
            participant_id=who.id,
            interview_id=talk.id,
            guide_id=talk.guide_id,
            version=talk.version,
            question=question,
            words=sealed,
            language=talk.language,
            themes=codes.listed(themes),
            held_on=talk.held_on,
        )
        pipeline.mark(buckets.without([who.customer_id]), cause=CAUSE)
    return made


def code(*, quote: uuid.UUID, themes: Iterable[str]) -> None:
    """Say anew what a quote is about. Raises UnableToHold."""
    row = _quote(quote)
    Quote.objects.filter(customer_id=row.customer_id, id=row.id).update(themes=codes.listed(themes))


def remove_quote(*, quote: uuid.UUID, actor: Actor, at: dt.datetime) -> None:
    """Take a quote away, with what was asked about it; what the ledger says stays. Raises UnableToHold."""
    with transaction.atomic():
        row = _quote(quote)
        Testimonial.objects.filter(customer_id=row.customer_id, quote_id=row.id).delete()
        Quote.objects.filter(customer_id=row.customer_id, id=row.id).delete()
        if row.customer_id not in buckets.ALL:
            audit.record(
                audit.Action.QUOTE_REMOVED,
                actor=actor,
                at=at,
                customer=row.customer_id,
                subject=row.id,
                details={"interview": str(row.interview_id)},
            )
            pipeline.mark([row.customer_id], cause=CAUSE)


def finish(*, interview: uuid.UUID, is_done: bool = True) -> None:
    """The talk is over, or goes on after all."""
    Interview.objects.filter(id=interview).update(is_done=is_done)


def _quote(quote: uuid.UUID) -> Quote:
    row = Quote.objects.filter(id=quote).first()
    if row is None:
        raise UnableToHold(_("This quote is gone."))
    return row


def _locked(interview: uuid.UUID) -> tuple[Interview, dict[int, Participant]]:
    talk = Interview.objects.select_for_update().filter(id=interview).first()
    if talk is None:
        raise UnableToHold(_("There is no such interview."))
    people = {row.seat: row for row in Participant.objects.filter(interview_id=talk.id)}
    # Behind the locks of its people: a merge or a wish to be forgotten comes before or after, and never in between.
    held = standing.hold({row.customer_id for row in people.values()} - buckets.ALL)
    return talk, {
        seat: row
        for seat, row in people.items()
        if row.customer_id in buckets.ALL or held.get(row.customer_id) == row.customer_id
    }


def _check_question(talk: Interview, question: str) -> None:
    if guides.version(talk.guide_id, talk.version).question(question) is None:
        raise UnableToHold(_("This guide has no such question."))


def _keys(talk: Interview, people: Iterable[Participant]) -> Words:
    return Words(opening.key_of(talk), subjects.load({row.customer_id for row in people} - buckets.ALL))
