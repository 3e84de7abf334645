"""Codes for the reward of an anonymous answer: made when the answer is kept, written nowhere before they are brought.

A code is chance and a mark by which we know our own. It is made of the secret of the form, so that a form sent twice
has one code; who has the whole database, but not the keys, sees neither from which answer nor from which moment it is.
What is brought waits sealed and is written with everything of its month, in an order of chance: whoever brought a code
is known to have answered some time before, and nothing tells when or what. While it waits, it lies under another digest
than later: two copies of the database of different days have nothing by which a claim of one is found in the other.
"""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping

import structlog
from django.db import transaction
from django.db.models import Count, Max, Min
from django.utils import timezone
from django.utils.translation import gettext as _

from cdp.core import locks, pipeline
from cdp.core.crypto import index, rowkeys
from cdp.core.models import Source
from commerce.services import keys
from commerce.services.keys import KeyTable, Owner
from customers.rules.people import Person
from customers.selectors import lineage, suppressions
from customers.services import identity, standing
from surveys.models import AnonymousResponse, RewardClaim, SpentClaim, Survey, WaitingClaim
from surveys.selectors import sealing
from surveys.selectors.questionnaires import PLACE
from surveys.services.anonymous import BATCH

log = structlog.get_logger("surveys")
SOURCE, FORM_SOURCE = "survey", "Surveys"
SPENT = KeyTable("surveys_spentclaim", "claim_id")
CAUSE = "surveys.claim"
_WAITING = WaitingClaim._meta.db_table
_TOLD = ("email", "phone", "language")
_SPENT_AS = "digest"
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


def bring(*, survey: Survey, code: str, person: Person, at: dt.datetime) -> None:
    """Somebody brings a code and says how they are reached. Who that is, nobody looks up: it waits sealed until its
    month is over (`release`).

    Brought again with the same address it is the same claim. A code that is refused costs the same steps as one that is
    taken, and leaves nothing behind. Raises UnableToClaim: no code of this survey, or brought by somebody else.
    """
    digest, is_ours = _digest(survey, code)
    mark = index.lasting_hasher("survey.claim.waiting")(digest)
    key, told = sealing.key_of(survey), {name: getattr(person, name) for name in _TOLD}
    with transaction.atomic():
        locks.take_turns(digest)
        waiting = WaitingClaim.objects.filter(code_digest=mark).first()
        is_spent = SpentClaim.objects.filter(digest=digest).exists()
        if not is_ours:
            raise UnableToClaim(_("This is no code of this survey. Check it letter by letter."))
        if is_spent or (waiting is not None and not _is_the_same(_opened(waiting, key), told)):
            raise UnableToClaim(_("This code was used already."))
        if waiting is None:
            row = uuid.uuid4()  # a UUIDv7 would tell the moment
            kept = json.dumps({**told, _SPENT_AS: digest.hex()}, ensure_ascii=False)
            sealed = key.seal(kept, table=_WAITING, column="sealed", row=row)
            WaitingClaim.objects.create(id=row, survey_id=survey.id, month=_month(at), code_digest=mark, sealed=sealed)


def release(*, at: dt.datetime) -> int:
    """Write the claims of months that are over: who brought them becomes a customer or is known, and is owed what was
    promised. Returns how many.

    In the order of their digests, which is one of chance, and under the month of today. Where fewer than `BATCH`
    answers were written since the first of them, they wait another month for company, and no longer: when a whole month
    has passed in which nobody answered, nobody will.
    """
    before = _month(at)
    month_before = (before - dt.timedelta(days=1)).replace(day=1)
    waiting = WaitingClaim.objects.filter(month__lt=before).values_list("survey_id").annotate(Min("month"))
    count = 0
    for survey_id, since in list(waiting):
        survey = Survey.objects.get(id=survey_id)
        answers = AnonymousResponse.objects.filter(survey_id=survey_id, at__gte=since, at__lt=before)
        told = answers.aggregate(count=Count("id"), newest=Max("at"))
        if told["count"] < BATCH and (told["newest"] or since) >= month_before:
            continue
        rows = WaitingClaim.objects.filter(survey_id=survey_id, month__lt=before).order_by("code_digest")
        for row in list(rows.values_list("id", flat=True)):
            try:
                count += _released(survey, row, month=before, at=at)
            except Exception:  # one that cannot be opened or resolved keeps nobody else waiting
                log.exception("a reward of an anonymous answer could not be written", survey=str(survey_id))
    return count


def _released(survey: Survey, row: uuid.UUID, *, month: dt.date, at: dt.datetime) -> bool:
    with transaction.atomic():
        waiting = WaitingClaim.objects.select_for_update(skip_locked=True).filter(id=row).first()
        if waiting is None:
            return False
        told = _opened(waiting, sealing.key_of(survey))
        person = Person(email=told["email"], phone=told["phone"], language=told["language"])
        source, _made = Source.objects.get_or_create(
            key=SOURCE, defaults={"name": FORM_SOURCE, "kind": Source.Kind.FORM}
        )
        waiting.delete()
        # Whoever had themselves forgotten after they brought it is not brought back by it.
        barred = suppressions.since({key.digest for key in identity.keys_of(person, source)})
        if any(_month(since) >= waiting.month for since in barred.values()):
            return False
        (found,) = identity.resolve_many(
            [person],
            source=source,
            now=at,
            is_stranger=True,
            teller=identity.Teller.SELF,
            by=f"{PLACE}:{survey.slug}",
        )
        _owe(survey, found.customer, digest=bytes.fromhex(told[_SPENT_AS]), month=month)
    return True


def _owe(survey: Survey, customer: uuid.UUID, *, digest: bytes, month: dt.date) -> None:
    """What this person is owed. Another code of theirs is spent as well and promises nothing more."""
    who = standing.hold([customer]).get(customer)
    if who is None:
        return
    standing.queue([who])  # two codes of one person at once take turns
    row = uuid.uuid4()
    keys.claim(SPENT, {digest: Owner(who, row)})
    has_one = RewardClaim.objects.filter(customer_id__in=lineage.of(who), survey_id=survey.id).exists()
    RewardClaim.objects.create(
        id=row,
        customer_id=who,
        survey_id=survey.id,
        promised={} if has_one else dict(survey.reward),
        month=month,
        code_digest=digest,
    )
    pipeline.mark([who], cause=CAUSE)


def _opened(waiting: WaitingClaim, key: rowkeys.RowKey) -> dict[str, str]:
    told: dict[str, str] = json.loads(key.open(waiting.sealed, table=_WAITING, column="sealed", row=waiting.id))
    return told


def _is_the_same(kept: Mapping[str, str], told: Mapping[str, str]) -> bool:
    """Whether both name the same address or the same number."""
    return any(kept[way] and kept[way].casefold() == told[way].casefold() for way in ("email", "phone"))


def _month(at: dt.datetime) -> dt.date:
    """The first day of the shop's month."""
    return timezone.localdate(at).replace(day=1)


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
