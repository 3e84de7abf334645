"""Public forms that are taken once, however often they are sent.

Each form that is shown carries a token of its own. Taking it claims two names in the transaction of the work itself:
the token, and for some minutes what was written into the form, because two open tabs have two tokens and one person.
A second sending waits for the first, then gets its answer and writes nothing. What is kept was done.
"""

import datetime as dt
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from django.core import signing
from django.db import connection

from cdp.core.crypto import hourly, index
from cdp.core.crypto.envelope import Unopenable
from cdp.core.models import FormReceipt

KEPT = dt.timedelta(days=7)
TOKEN_LASTS = dt.timedelta(days=3)
"""Shorter than KEPT: the receipt of a token that still counts is still there."""
SAME_CONTENT = dt.timedelta(minutes=10)
_SALT = "cdp.core.receipts"
_PLACE = b"core_formreceipt.answer:"
Answer = Mapping[str, str]


class Stale(Exception):
    """The token is none of ours, of another form, too old, or was used for something else: show a fresh one."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a form carries: a name nobody can guess, and when the form was shown."""

    name: str
    shown_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """The receipt of a sending: its name, what the thanks say, and whether it had been taken before."""

    name: bytes
    answer: Answer
    is_repeated: bool


def new_token(form: str, *, now: dt.datetime) -> str:
    """A token for a form that is about to be shown."""
    return signing.dumps([form, secrets.token_urlsafe(16), int(now.timestamp())], salt=_SALT)


def asked_again(text: str, form: str, *, is_used: bool, now: dt.datetime) -> str:
    """The token of a form that is shown once more with what was filled in: the same name, as if shown at `now`, so
    that two presses of a button stay one sending; a fresh one where the old name is used up or does not count.
    """
    try:
        token = read_token(text, form, now=now)
    except Stale:
        return new_token(form, now=now)
    if is_used:
        return new_token(form, now=now)
    return signing.dumps([form, token.name, int(now.timestamp())], salt=_SALT)


def read_token(text: str, form: str, *, now: dt.datetime) -> Token:
    """The token of a form that was sent. Raises Stale."""
    try:
        named, name, shown = signing.loads(text, salt=_SALT)
        shown_at = dt.datetime.fromtimestamp(int(shown), dt.UTC)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Stale from error
    if named != form or shown_at < now - TOKEN_LASTS:
        raise Stale
    return Token(str(name), shown_at)


@dataclass(frozen=True, slots=True)
class Claim:
    """The two names of one sending."""

    form: str
    by_token: bytes
    by_content: bytes


def claim_of(form: str, token: Token, content: object) -> Claim:
    """The names of a sending; `content` is what was filled in, as plain values."""
    text = json.dumps([form, content], ensure_ascii=False, sort_keys=True, default=str)
    return Claim(form, index.lasting("form.token", f"{form}\n{token.name}"), index.lasting("form.content", text))


def begin(claim: Claim, *, now: dt.datetime) -> Taken | None:
    """Claim both names: None for a first sending, else the receipt of the one before.

    Call it in the transaction of the work, which then ends with `finish`; when it finds a receipt, roll back to before
    it. Raises Stale where the token was used for other content: that is not a repetition, and must not be lost.
    """
    with connection.cursor() as cursor:
        # In the order of their digests, or two sendings could wait for each other. Content counts as the same for
        # some minutes only; then its name is taken over.
        cursor.execute(
            """
            INSERT INTO core_formreceipt AS known (digest, form, at)
            SELECT digest, %s, %s FROM unnest(%s::bytea[]) AS wanted (digest)
            ON CONFLICT (digest) DO UPDATE SET at = EXCLUDED.at, answer = NULL
            WHERE known.digest = %s AND known.at < %s
            RETURNING digest
            """,
            [
                claim.form,
                now,
                sorted([claim.by_token, claim.by_content]),
                claim.by_content,
                now - SAME_CONTENT,
            ],
        )
        claimed = {bytes(digest) for (digest,) in cursor.fetchall()}
    if claim.by_content not in claimed:
        return _found(claim.by_content)
    if claim.by_token not in claimed:
        before = _found(claim.by_token)
        if before.answer.get("content") != claim.by_content.hex():
            raise Stale
        return before
    return None


def finish(claim: Claim, answer: Answer) -> Taken:
    """Keep what the thanks say, sealed, under both names."""
    told = {**answer, "content": claim.by_content.hex()}
    data = json.dumps(told, ensure_ascii=False).encode()
    for name in sorted([claim.by_token, claim.by_content]):
        FormReceipt.objects.filter(digest=name).update(answer=hourly.seal(data, context=_PLACE + name))
    return Taken(claim.by_token, told, is_repeated=False)


def ticket(taken: Taken) -> str:
    """What a browser keeps for some minutes to be shown the thanks of its own sending, and of no other."""
    return signing.dumps(taken.name.hex(), salt=f"{_SALT}.ticket")


def shown_for(text: str, form: str) -> Answer | None:
    """What the thanks say to the holder of a ticket; None for a ticket of another form, or none of ours."""
    try:
        name = bytes.fromhex(signing.loads(text, salt=f"{_SALT}.ticket", max_age=KEPT))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    row = FormReceipt.objects.filter(digest=name, form=form).first()
    return None if row is None or row.answer is None else _opened(name, bytes(row.answer))


def forget_old(*, now: dt.datetime) -> int:
    """Delete receipts older than KEPT. Returns how many."""
    return FormReceipt.objects.filter(at__lt=now - KEPT).delete()[0]


def _found(name: bytes) -> Taken:
    row = FormReceipt.objects.filter(digest=name).first()
    answer = _opened(name, bytes(row.answer)) if row is not None and row.answer is not None else {}
    return Taken(name, answer, is_repeated=True)


def _opened(name: bytes, sealed: bytes) -> Answer:
    try:
        found: dict[str, str] = json.loads(hourly.open_(sealed, context=_PLACE + name))
    except Unopenable:
        return {}
    return found
