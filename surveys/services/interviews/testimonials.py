"""From a quote to something everybody may read: asked with exactly these words, allowed by a record, shown, taken down.

Looking at the question decides nothing; a yes is a record in the ledger that names the words and the name. A no is kept
here, and in the ledger where nothing else of theirs is allowed: it must not end what they allowed of other words.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from cdp.core import audit, pipeline, receipts
from cdp.core.actors import CUSTOMER, Actor
from cdp.core.crypto import subjects, tokens
from consent.models import ConsentRecord
from consent.selectors import jurisdiction, policies
from consent.services import evidence, grants, recording
from customers.selectors import lineage
from customers.services import buckets, standing
from surveys.models import Quote, Testimonial
from surveys.selectors.interviews import consenting
from surveys.selectors.interviews.consenting import CHANNEL, PURPOSE

TOKEN = "surveys.testimonial"  # noqa: S105  (a kind of link)
TABLE = Testimonial._meta.db_table
FORM, SOURCE, METHOD = "testimonial", "survey", "form"
CAUSE = "surveys.testimonials"
LONGEST_WORDS, LONGEST_NAME = 1000, 80
State = Testimonial.State
OPEN = (State.ASKED, State.ALLOWED, State.PUBLISHED)


class UnableToShow(Exception):
    """Nothing was changed; the message says why, for staff."""


class Gone(Exception):
    """The link leads nowhere: forged, or the words, or their person, are gone."""


@dataclass(frozen=True)
class Asked:
    """What the person is asked: exactly these words, under this name."""

    row: Testimonial
    words: str
    name: str
    is_standing: bool
    """Whether what they allowed holds."""


def ask(*, quote: uuid.UUID, words: str, name: str, actor: Actor, at: dt.datetime) -> Testimonial:
    """Put a question about these words, under this name, to whoever said them; nothing is sent. Raises UnableToShow,
    also for words of somebody nameless: nobody can be asked.
    """
    text, shown = words.strip(), " ".join(name.split())
    if not text or len(text) > LONGEST_WORDS:
        raise UnableToShow(_("A testimonial has 1 to %(most)d characters.") % {"most": LONGEST_WORDS})
    if not shown or len(shown) > LONGEST_NAME:
        raise UnableToShow(_("Say under which name it stands, also if that is “a customer”."))
    found = Quote.objects.filter(id=quote).first()
    if found is None:
        raise UnableToShow(_("This quote is gone."))
    if found.customer_id in buckets.ALL:
        raise UnableToShow(_("Who said this stayed nameless: nobody can be asked, so it cannot be shown."))
    with transaction.atomic():
        who = standing.hold([found.customer_id]).get(found.customer_id)
        row = Quote.objects.filter(customer_id=who, id=quote).first() if who is not None else None
        if who is None or row is None:
            raise UnableToShow(_("This quote is gone."))
        standing.queue([who])
        if Testimonial.objects.filter(customer_id=who, quote_id=row.id, state__in=OPEN).exists():
            raise UnableToShow(_("They were asked about this quote already."))
        made = Testimonial(
            customer_id=who,
            quote_id=row.id,
            language=row.language,
            state=State.ASKED,
            asked_at=at,
            asked_by=f"{actor.kind}:{actor.id}" if actor.id else actor.kind,
        )
        keyring = subjects.load([who])
        made.words = keyring.seal(text, customer=who, table=TABLE, column="words", row=made.id)
        made.name = keyring.seal(shown, customer=who, table=TABLE, column="name", row=made.id)
        made.save(force_insert=True)
        _note(audit.Action.TESTIMONIAL_ASKED, made, actor=actor, at=at)
    return made


def link(row: Testimonial) -> str:
    """The page where its person says yes or no, and later takes it back."""
    token = tokens.make(TOKEN, row.customer_id.bytes + row.id.bytes)
    return f"{settings.CDP_BASE_URL}{reverse('ask:testimonial', args=[token])}"


def read(token: str, *, at: dt.datetime) -> Asked:
    """What a link asks. Raises Gone."""
    try:
        payload = tokens.read(TOKEN, token)
        owner, row = uuid.UUID(bytes=payload[:16]), uuid.UUID(bytes=payload[16:32])
    except (tokens.BadToken, ValueError) as error:
        raise Gone from error
    who = lineage.standing([owner]).get(owner)
    found = Testimonial.objects.filter(customer_id=who, id=row).first() if who is not None else None
    if found is None:
        raise Gone
    return asked(found, at=at)


def asked(row: Testimonial, *, at: dt.datetime) -> Asked:
    """The words and the name, opened."""
    keyring = subjects.load([row.customer_id])
    words, name = (
        keyring.open(sealed, table=TABLE, column=column, row=row.id)
        for column, sealed in (("words", row.words), ("name", row.name))
    )
    return Asked(row, words, name, row.id in consenting.standing([row], at=at))


def answer(*, token: str, agrees: bool, proof: Mapping[str, str], language: str, at: dt.datetime) -> Asked:
    """What its person says by their link: yes or no once, and no again at any time afterwards. Pressed twice it is
    written once. Raises Gone, and UnableToShow where the law lets only a guardian allow it.
    """
    with transaction.atomic():
        found = _locked(read(token, at=at).row)
        told = asked(found, at=at)
        if agrees and found.state == State.ASKED:
            if jurisdiction.needing_guardian([(found.customer_id, PURPOSE)], on=at.date()):
                raise UnableToShow(_("By your date of birth a guardian has to allow this. Please speak with us."))
            record = _say(told, granted=True, proof=proof, language=language, at=at)
            _allow(found, record.id, by=CUSTOMER, at=at)
        elif not agrees and found.state == State.ASKED:
            if not _allows_others(found, at=at):
                _say(told, granted=False, proof=proof, language=language, at=at)
            _end(found, State.REFUSED, by=CUSTOMER, at=at)
        elif not agrees and found.state in (State.ALLOWED, State.PUBLISHED):
            _take_back(told, proof=proof, language=language, by=CUSTOMER, at=at)
        return asked(found, at=at)


def sign(
    *,
    testimonial: uuid.UUID,
    way: str,
    said_at: dt.datetime,
    files: Sequence[evidence.Given],
    token: receipts.Token,
    actor: Actor,
    now: dt.datetime,
) -> Testimonial:
    """Write down a yes that was given on paper or in a talk, with the files that prove it; it stands in the ledger with
    these words. Raises UnableToShow, and receipts.Stale where something else was sent under this page's token.
    """
    with transaction.atomic():
        row = _locked(_found(testimonial))
        if row.state != State.ASKED:
            raise UnableToShow(_("This was decided already."))
        told = asked(row, at=now)
        statement = recording.Statement(
            purpose=PURPOSE,
            channel=CHANNEL,
            granted=True,
            way=way,
            at=said_at,
            language=row.language,
            words=f"{told.words}\n{told.name}",
        )
        try:
            record = recording.record(
                customer=row.customer_id, statement=statement, files=files, token=token, actor=actor, now=now
            )
        except recording.UnableToRecord as unable:
            raise UnableToShow(str(unable)) from unable
        _allow(row, record, by=actor, at=now)
    return row


def publish(*, testimonial: uuid.UUID, is_shown: bool, actor: Actor, at: dt.datetime) -> Testimonial:
    """Show what is allowed to everybody, or take it down again. Raises UnableToShow where its person does not allow it
    (any more).
    """
    with transaction.atomic():
        row = _locked(_found(testimonial))
        if is_shown:
            if row.state not in (State.ALLOWED, State.PUBLISHED) or row.id not in consenting.standing([row], at=at):
                raise UnableToShow(_("Its person has not allowed these words, or took that back."))
            row.state, row.published_at = State.PUBLISHED, row.published_at or at
        elif row.state == State.PUBLISHED:
            row.state, row.published_at = State.ALLOWED, None
        else:
            return row
        row.save(update_fields=["state", "published_at"])
        action = audit.Action.TESTIMONIAL_PUBLISHED if is_shown else audit.Action.TESTIMONIAL_ENDED
        _note(action, row, actor=actor, at=at)
    return row


def take_back(*, testimonial: uuid.UUID, way: str, actor: Actor, at: dt.datetime) -> Testimonial:
    """Staff write down that its person took it back, or refused. Raises UnableToShow."""
    with transaction.atomic():
        row = _locked(_found(testimonial))
        if row.state not in OPEN:
            raise UnableToShow(_("This was decided already."))
        told = asked(row, at=at)
        if row.state == State.ASKED:
            _end(row, State.REFUSED, by=actor, at=at)
        else:
            _take_back(told, proof={"way": way}, language=row.language, by=actor, at=at)
    return row


def look_after(customers: Sequence[uuid.UUID], now: dt.datetime) -> None:
    """The step of the pipeline: what was taken back elsewhere (the settings page, a letter to us, an import) is kept as
    taken back. Nobody sees it from the moment of the word on: whoever shows asks the ledger each time.
    """
    with transaction.atomic():
        rows = list(
            Testimonial.objects.filter(
                customer_id__in=list(customers), state__in=(State.ALLOWED, State.PUBLISHED)
            ).order_by("id")
        )
        if not rows:
            return
        gone = {row.id for row in rows} - consenting.told_yes(rows)
        Testimonial.objects.filter(
            customer_id__in={row.customer_id for row in rows},
            id__in=gone,
            state__in=(State.ALLOWED, State.PUBLISHED),
        ).update(state=State.WITHDRAWN, ended_at=now, published_at=None)


# --- inside ---------------------------------------------------------------------------------------------------------


def _found(testimonial: uuid.UUID) -> Testimonial:
    row = Testimonial.objects.filter(id=testimonial).first()
    if row is None:
        raise UnableToShow(_("This testimonial is gone."))
    return row


def _locked(row: Testimonial) -> Testimonial:
    """The row behind the lock of its person, as it stands now."""
    who = standing.hold([row.customer_id]).get(row.customer_id)
    found = (
        Testimonial.objects.select_for_update().filter(customer_id=who, id=row.id).first() if who is not None else None
    )
    if found is None:
        raise Gone
    return found


def _say(told: Asked, *, granted: bool, proof: Mapping[str, str], language: str, at: dt.datetime) -> ConsentRecord:
    row = told.row
    shown: dict[str, Any] = {"testimonial": str(row.id), "text": told.words, "name": told.name, **proof}
    return grants.record(
        customer=row.customer_id,
        purpose=PURPOSE,
        channel=CHANNEL,
        granted=granted,
        at=at,
        source=SOURCE,
        method=METHOD,
        actor=CUSTOMER,
        policy_version=policies.current_version("privacy", at=at),
        language=language,
        form=FORM,
        evidence=shown,
    )


def _allow(row: Testimonial, record: uuid.UUID, *, by: Actor, at: dt.datetime) -> None:
    row.state, row.consent_id, row.decided_at = State.ALLOWED, record, at
    row.save(update_fields=["state", "consent_id", "decided_at"])
    _note(audit.Action.TESTIMONIAL_ANSWERED, row, actor=by, at=at)
    pipeline.mark([row.customer_id], cause=CAUSE)


def _end(row: Testimonial, state: Testimonial.State, *, by: Actor, at: dt.datetime) -> None:
    row.state, row.decided_at, row.ended_at, row.published_at = state, row.decided_at or at, at, None
    row.save(update_fields=["state", "decided_at", "ended_at", "published_at"])
    _note(audit.Action.TESTIMONIAL_ANSWERED, row, actor=by, at=at)
    pipeline.mark([row.customer_id], cause=CAUSE)


def _take_back(told: Asked, *, proof: Mapping[str, str], language: str, by: Actor, at: dt.datetime) -> None:
    """A "no" to these words alone where others are allowed; else the ledger hears that nothing is."""
    if not _allows_others(told.row, at=at):
        _say(told, granted=False, proof=proof, language=language, at=at)
    _end(told.row, State.WITHDRAWN, by=by, at=at)


def _allows_others(row: Testimonial, *, at: dt.datetime) -> bool:
    others = Testimonial.objects.filter(
        customer_id=row.customer_id, state__in=(State.ALLOWED, State.PUBLISHED)
    ).exclude(id=row.id)
    return bool(consenting.standing(list(others), at=at))


def _note(action: audit.Action, row: Testimonial, *, actor: Actor, at: dt.datetime) -> None:
    audit.record(action, actor=actor, at=at, customer=row.customer_id, subject=row.id, details={"state": row.state})
