"""A guardian who stands at the counter, is on the phone or has signed a paper: staff make sure of them by a way that
the child's law knows, read the words out, and write down what they allow.
"""

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cdp.core import ids
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from consent.models import Guardianship
from consent.selectors import centre as reading
from consent.selectors import jurisdiction
from consent.services import guardians
from customers.services import standing

METHODS = {
    "in_person": _("In person, with an identity card"),
    "paper": _("On a signed paper"),
    "phone": _("By phone, called back"),
    "email_reply": _("By a reply to our e-mail"),
    "text_confirmed": _("By a text message they answered"),
    "card": _("By their bank card"),
    "phone_identity": _("By the identity check of their phone company"),
}
"""How a guardian is made sure of, in words; which of them count is the law's business (its pack)."""
LONGEST_NAME = 120


class UnableToRecord(Exception):
    """Nothing was written; the message says why."""


@dataclass(frozen=True)
class Ahead:
    """What a guardian may be asked for a child now: the boxes, the ways that the law knows, and until when it holds."""

    centre: reading.Centre
    options: Sequence[reading.rules.Option]
    methods: Sequence[tuple[str, object]]
    law: str
    decides_from: dt.date


def ahead(customer: uuid.UUID, *, language: str, now: dt.datetime) -> Ahead | None:
    """None where nobody has to be asked: nobody is there, or they decide themselves."""
    centre = reading.of(customer, language=language, now=now)
    if centre is None or centre.person.birth_date is None or not centre.needs_guardian:
        return None
    law = jurisdiction.of_person(centre.person)
    return Ahead(
        centre=centre,
        options=centre.for_guardian,
        methods=[(key, METHODS.get(key, key)) for key in law.guardian_methods],
        law=", ".join(str(_(pack.name)) for pack in law.packs),
        decides_from=law.decides_from(centre.needs_guardian, born=centre.person.birth_date),
    )


def record(
    *, customer: uuid.UUID, chosen: Sequence[str], name: str, method: str, language: str, actor: Actor, at: dt.datetime
) -> int:
    """Write what a guardian allowed; how many boxes. `chosen` names options of `ahead`. Raises UnableToRecord."""
    name = " ".join(name.replace("\0", "").split())
    if not name or len(name) > LONGEST_NAME:
        raise UnableToRecord(_("Write the name of the guardian."))
    with transaction.atomic():
        here = standing.hold([customer]).get(customer)
        found = ahead(here, language=language, now=at) if here else None
        if here is None or found is None:
            raise UnableToRecord(_("This customer decides alone."))
        boxes = [one for one in found.options if one.name in set(chosen)]
        if not boxes:
            raise UnableToRecord(_("Choose what the guardian allows."))
        if method not in {key for key, _label in found.methods}:
            raise UnableToRecord(_("Choose how you made sure that they are the guardian."))
        row = Guardianship(
            id=ids.uuid7(),
            customer_id=here,
            boxes=[[one.purpose, one.channel] for one in boxes],
            language=language[:2],
            asked_at=at,
            expires_at=at + guardians.LASTS,
            ends_on=found.decides_from,
        )
        keyring = subjects.load([here])
        told = json.dumps({"words": [found.centre.guardian_words[one.name] for one in boxes]}, ensure_ascii=False)
        row.name = keyring.seal(name, customer=here, table=guardians.TABLE, column="name", row=row.id)
        row.told = keyring.seal(told, customer=here, table=guardians.TABLE, column="told", row=row.id)
        row.save(force_insert=True)
        guardians.record(row, method=method, actor=actor, at=at)
    return len(boxes)
