"""Codes for the reward of an anonymous answer: made when the answer is kept, written nowhere before they are brought.

A code is chance and a mark by which we know our own. It is made of the secret of the form, so that a form sent twice
has one code; who has the whole database, but not the keys, sees neither from which answer nor from which moment it is.
Whoever brings it is known to have answered some time before, and nothing tells what.
"""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from cdp.core import pipeline
from cdp.core.crypto import index
from cdp.core.models import Source
from commerce.services import keys
from commerce.services.keys import KeyTable, Owner
from customers.rules.people import Person
from customers.selectors import lineage
from customers.services import identity, standing
from surveys.models import RewardClaim, Survey
from surveys.selectors.questionnaires import PLACE

SOURCE, FORM_SOURCE = "survey", "Surveys"
SPENT = KeyTable("surveys_spentclaim", "claim_id")
CAUSE = "surveys.claim"
_CHANCE, _MARK = 9, 6
_GROUP = 6
_ALIKE = str.maketrans({"0": "O", "1": "I", "8": "B"})
"""What people read for a letter of the alphabet of codes (A to Z, 2 to 7)."""


class UnableToClaim(Exception):
    """No reward for this code; the message says why, for whoever brought it."""


def code(survey: Survey, run: bytes) -> str:
    """The code for the answer of this run (its digest); empty where nothing is promised."""
    if not (survey.is_anonymous and survey.reward):
        return ""
    chance = index.lasting_hasher("survey.claim.chance")(run)[:_CHANCE]
    text = base64.b32encode(chance + _mark(survey.id, chance)).decode()
    return "-".join(text[n : n + _GROUP] for n in range(0, len(text), _GROUP))


def bring(*, survey: Survey, code: str, person: Person, at: dt.datetime) -> RewardClaim:
    """Somebody brings a code and says how they are reached: who that is, new or known, and their claim.

    A code that is refused costs the same steps as one that is taken, and leaves nothing behind: neither a claim nor a
    person. Raises UnableToClaim, and identity.UnableToResolve when others who write the same person were faster.
    """
    with transaction.atomic():
        source, _made = Source.objects.get_or_create(
            key=SOURCE, defaults={"name": FORM_SOURCE, "kind": Source.Kind.FORM}
        )
        (found,) = identity.resolve_many(
            [person],
            source=source,
            now=at,
            is_stranger=True,
            teller=identity.Teller.SELF,
            by=f"{PLACE}:{survey.slug}",
        )
        return spend(survey=survey, code=code, customer=found.customer, at=at)


def spend(*, survey: Survey, code: str, customer: uuid.UUID, at: dt.datetime) -> RewardClaim:
    """Note that this person brought a code. Brought again by the same person it is the same claim; another code of
    theirs is spent as well and promises nothing more, without saying so: whoever brings it with somebody else's address
    must not learn that they have answered. Raises UnableToClaim: no code of this survey, or brought by somebody else.
    """
    digest, is_ours = _digest(survey, code)
    with transaction.atomic():
        who = standing.hold([customer]).get(customer)
        if who is None:
            raise UnableToClaim(_("There is no such customer."))
        standing.queue([who])  # two codes of one person at once take turns
        row = uuid.uuid4()  # a UUIDv7 would tell the moment
        place = keys.claim(SPENT, {digest: Owner(who, row)})[digest]
        if not is_ours:
            raise UnableToClaim(_("This is no code of this survey. Check it letter by letter."))
        if place.row != row:
            kept = RewardClaim.objects.filter(customer_id=place.customer, id=place.row).first()
            if kept is None or kept.customer_id not in lineage.of(who):
                raise UnableToClaim(_("This code was used already."))
            return kept
        has_one = RewardClaim.objects.filter(customer_id__in=lineage.of(who), survey_id=survey.id).exists()
        claim = RewardClaim.objects.create(
            id=row,
            customer_id=who,
            survey_id=survey.id,
            promised={} if has_one else dict(survey.reward),
            day=at.date(),
            code_digest=digest,
        )
        pipeline.mark([who], cause=CAUSE)
    return claim


def _digest(survey: Survey, code: str) -> tuple[bytes, bool]:
    """Under which a code is known as spent, and whether it is one of this questionnaire at all."""
    text = "".join(code.upper().translate(_ALIKE).replace("-", "").split())
    try:
        raw = base64.b32decode(text)
    except (binascii.Error, ValueError):
        raw = b""
    chance, mark = raw[:_CHANCE].ljust(_CHANCE, b"\0"), raw[_CHANCE:]
    is_ours = hmac.compare_digest(mark, _mark(survey.id, chance)) and len(raw) == _CHANCE + _MARK
    return hashlib.sha256(b"survey.claim\n" + survey.id.bytes + chance).digest(), is_ours


def _mark(survey: uuid.UUID, chance: bytes) -> bytes:
    return index.lasting_hasher("survey.claim.mark")(survey.bytes + chance)[:_MARK]
