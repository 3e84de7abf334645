"""What staff write down of a yes or a no that reached the shop past its forms, with the files that prove it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from cdp.core import receipts
from cdp.core.actors import Actor
from consent.models import ConsentRecord
from consent.selectors import jurisdiction, policies
from consent.services import confirming, evidence, grants, refusing

SOURCE = "staff"
FORM = "staff.statement"
"""The name of the page in receipts: two presses of its button are one statement."""


@dataclass(frozen=True)
class Statement:
    """What was told. `words` are those the person saw or heard, in `language`."""

    purpose: str
    channel: str
    granted: bool
    way: str
    at: dt.datetime
    language: str
    words: str


class UnableToRecord(Exception):
    """Nothing was written; the text says why, `field` where it lies."""

    def __init__(self, detail: str, *, field: str = "") -> None:
        """Say what is wrong in words for staff."""
        super().__init__(detail)
        self.field = field


def record(
    *,
    customer: uuid.UUID,
    statement: Statement,
    files: Sequence[evidence.Given],
    token: receipts.Token,
    actor: Actor,
    now: dt.datetime,
) -> uuid.UUID:
    """Write the statement and its files, all or nothing; the id of the record. `token` is that of the page: sent again
    it leads to the same record. Raises UnableToRecord, and receipts.Stale where something else was sent under it.
    """
    if statement.granted:
        _check_law(customer, statement)
    told = [str(customer), statement, [(one.name, len(one.content or b"")) for one in files]]
    claim = receipts.claim_of(FORM, token, told)
    try:
        with transaction.atomic():
            point = transaction.savepoint()
            if (before := receipts.begin(claim, now=now)) is not None:
                transaction.savepoint_rollback(point)
                return uuid.UUID(before.answer["record"])
            written = _write(customer, statement, files, actor, now)
            receipts.finish(claim, {"record": str(written.id)})
    except UnableToRecord:
        if statement.at > now + grants.AHEAD:
            box = {"purpose": statement.purpose, "channel": statement.channel}
            refusing.note_future(customer=customer, **box, door=FORM, actor=actor, at=now)
        raise
    return written.id


def _check_law(customer: uuid.UUID, statement: Statement) -> None:
    # By the age at which it was said: a paper does not grow older with who signed it.
    if jurisdiction.needing_guardian([(customer, statement.purpose)], on=statement.at.date()):
        raise UnableToRecord(
            _("By their date of birth a guardian has to allow this. Help them name one on their preferences page."),
            field="said",
        )
    if confirming.is_asked_twice(jurisdiction.of_customer(customer)):
        raise UnableToRecord(
            _("In this customer's country a yes counts only once they confirm it. Ask them at the counter."),
            field="said",
        )


def _write(
    customer: uuid.UUID, statement: Statement, files: Sequence[evidence.Given], actor: Actor, now: dt.datetime
) -> ConsentRecord:
    try:
        kept = evidence.keep(customer=customer, files=files, actor=actor, at=now)
        return grants.record(
            customer=customer,
            purpose=statement.purpose,
            channel=statement.channel,
            granted=statement.granted,
            at=statement.at,
            now=now,
            source=SOURCE,
            method=statement.way,
            actor=actor,
            policy_version=policies.current_version("privacy", at=statement.at),
            language=statement.language,
            form=FORM,
            evidence={"text": statement.words.strip()} if statement.words.strip() else None,
            files=kept,
        )
    except evidence.UnableToKeep as unable:
        raise UnableToRecord(str(unable), field="files") from unable
    except grants.UnableToRecord as unable:
        raise UnableToRecord(str(unable), field=unable.field) from unable
