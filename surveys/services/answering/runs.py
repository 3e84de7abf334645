"""Who answers a questionnaire and by which link, and what they answered so far."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cdp.core.actors import CUSTOMER, Actor
from commerce.services import keys
from commerce.services.keys import KeyTable, Owner
from customers.rules.people import Person
from customers.services.identity import Teller
from surveys.models import Answer, Invitation, Response, Survey
from surveys.rules.flow import Prepared
from surveys.rules.kinds import Row, Why
from surveys.rules.sending import Fault, Judged
from surveys.selectors.questionnaires import Closed
from surveys.selectors.sealing import Words

RESPONSES = KeyTable("surveys_responsekey", "response_id")
INVITATIONS = KeyTable("surveys_invitationkey", "invitation_id")
_TABLE = Answer._meta.db_table
ENDED = frozenset({Response.State.COMPLETE, Response.State.SCREENED, Response.State.FULL})


class NotOpen(Exception):
    """Nobody can answer now; `why` says whether it comes, or is over."""

    def __init__(self, why: Closed) -> None:
        """Keep it."""
        super().__init__(why.value)
        self.why = why


class Link(StrEnum):
    """What is wrong with a link."""

    UNKNOWN = "unknown"  # forged, of another questionnaire, or of somebody who was forgotten
    EXPIRED = "expired"
    USED = "used"


class Ended(Exception):
    """The link leads nowhere any more, or this person has answered."""

    def __init__(self, why: Link) -> None:
        """Keep it."""
        super().__init__(why.value)
        self.why = why


class Invalid(Exception):
    """Something sent is no answer; nothing was stored. `faults` has all of it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep them."""
        super().__init__(", ".join(f"{fault.question}: {fault.why}" for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Run:
    """One run through a questionnaire.

    `secret` names it: random, made when the first page was shown, sent along with every page; whoever has it goes on.
    `invitation` is the secret of a personal link instead. `customer` is somebody of whom the door is sure (staff look
    at them, a till named them); people who only type an address in are found by their answers, or by the `person` whom
    another system names. `teller` says what becomes of somebody who was forgotten. `source` and `actor` say who tells;
    `started_at` when the first page was shown.
    """

    survey: Survey
    language: str
    mode: Response.Mode
    secret: str = ""
    invitation: str = ""
    customer: uuid.UUID | None = None
    person: Person | None = None
    teller: Teller = Teller.SELF
    context: Mapping[str, str] = field(default_factory=dict)
    is_test: bool = False
    staff: str = ""
    source: str = "survey"
    actor: Actor = CUSTOMER
    disclosure: str = ""
    started_at: dt.datetime | None = None
    external_id: str = ""

    def __post_init__(self) -> None:
        """A run without a name could not be told from others."""
        if not (self.secret or self.invitation):
            raise ValueError("a run needs a secret or an invitation")

    @property
    def digest(self) -> bytes:
        """Under which its response is found: one for a link, however often it is opened."""
        named = f"invited\n{self.invitation}" if self.invitation else f"run\n{self.survey.id}\n{self.secret}"
        return hashlib.sha256(f"response\n{named}".encode()).digest()

    @property
    def drawing(self) -> str:
        """What the order of options is drawn by."""
        return self.invitation or self.secret


def key_of_link(secret: str) -> bytes:
    """The digest of the secret in a personal link."""
    return hashlib.sha256(f"invitation\n{secret}".encode()).digest()


def invitation(run: Run, *, at: dt.datetime, is_locked: bool = False) -> Invitation | None:
    """The invitation whose link was followed; None without one. Raises Ended for a link that leads nowhere."""
    if not run.invitation:
        return None
    digest = key_of_link(run.invitation)
    place = keys.find(INVITATIONS, [digest]).get(digest)
    rows = Invitation.objects.select_for_update() if is_locked else Invitation.objects.all()
    row = rows.filter(customer_id=place.customer, id=place.row).first() if place else None
    if row is None or row.survey_id != run.survey.id:
        raise Ended(Link.UNKNOWN)
    if row.state == Invitation.State.ENDED or (row.state != Invitation.State.ANSWERED and row.expires_at <= at):
        raise Ended(Link.EXPIRED)
    return row


def customer_of(secret: str) -> uuid.UUID | None:
    """Whose the link with this secret is; None where there is none. Says nothing of whether it works still."""
    digest = key_of_link(secret)
    place = keys.find(INVITATIONS, [digest]).get(digest)
    return place.customer if place else None


def found(run: Run) -> Response | None:
    """The response of this run, if anything was saved."""
    place: Owner | None = keys.find(RESPONSES, [run.digest]).get(run.digest)
    return Response.objects.filter(customer_id=place.customer, id=place.row).first() if place else None


def told(response: Response, prepared: Prepared, words: Words) -> dict[str, Any]:
    """What was answered so far, as JSON values that can be judged again."""
    rows: dict[str, list[Row]] = {}
    for answer in Answer.objects.filter(customer_id=response.customer_id, response_id=response.id).order_by("id"):
        text = words.open(answer.text, owner=response.customer_id, table=_TABLE, column="text", row=answer.id)
        rows.setdefault(answer.question, []).append(Row(answer.item, answer.number, answer.code, text))
    questions = {question.key: question for question in prepared.definition.questions()}
    return {key: questions[key].told(taken) for key, taken in rows.items() if key in questions}


def faults(judged: Judged, *, is_end: bool) -> tuple[Fault, ...]:
    """All that keeps a sending from being taken whole: what was refused, and at the end what is missing."""
    missing = tuple(Fault(key, Why.MISSING) for key in judged.missing) if is_end else ()
    return (*judged.refused, *missing)
