"""Details of the special categories: kept only where the shop turned them on, with explicit consent, and as long as it
stands. The consent and the detail are written in one transaction; whatever ends the consent deletes the detail
(`consent.services.states`).
"""

import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cdp.core import ids
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from consent.models import Channel, SpecialDetail
from consent.rules.special import LONGEST
from consent.selectors import jurisdiction
from consent.selectors.purposes import SPECIAL
from consent.services import grants, refusing

TABLE = "consent_specialdetail"


class UnableToKeep(Exception):
    """The detail cannot be kept; the text says why in words for whoever wrote it."""


def keep(
    *,
    customer: uuid.UUID,
    field: str,
    value: str,
    words: str,
    language: str,
    method: str,
    source: str,
    actor: Actor,
    at: dt.datetime,
) -> None:
    """Keep what a person told, with the explicit consent given in `words` (as shown or read aloud, in `language`).

    Replaces what was told before. `method` and `source` are those of the consent record. Raises UnableToKeep, also
    where the shop does not ask for this detail, and grants.UnableToRecord for somebody who can have no record.
    """
    if field not in settings.CDP_SPECIAL_DETAILS:
        raise UnableToKeep(_("This shop does not keep this detail."))
    value = " ".join(value.replace("\0", "").split())
    if not value:
        raise UnableToKeep(_("Write what the person told."))
    if len(value) > LONGEST:
        raise UnableToKeep(_("This is too long; the limit is %(most)s characters.") % {"most": LONGEST})
    if jurisdiction.needing_guardian([(customer, SPECIAL)], on=at.date()):
        refusing.note_child(customer=customer, boxes=[(SPECIAL, Channel.ANY)], door=method, actor=actor, at=at)
        raise UnableToKeep(_("By their date of birth a guardian has to allow this."))
    with transaction.atomic():
        record = grants.record(
            customer=customer,
            purpose=SPECIAL,
            channel=Channel.ANY,
            granted=True,
            at=at,
            source=source,
            method=method,
            actor=actor,
            language=language,
            evidence={"field": field, "text": words},
        )
        # Under the id that stands for the person; `grants` holds that row until the end of the transaction.
        customer = record.customer_id
        SpecialDetail.objects.filter(customer_id=customer, field=field).delete()
        detail = ids.uuid7()
        sealed = subjects.load([customer]).seal(value, customer=customer, table=TABLE, column="value", row=detail)
        SpecialDetail.objects.create(
            id=detail, customer_id=customer, field=field, value=sealed, record_id=record.id, told_at=at
        )


def forget(*, customer: uuid.UUID, source: str, method: str, actor: Actor, at: dt.datetime) -> None:
    """Take the consent back for the person: every such detail of theirs goes with it. Raises grants.UnableToRecord."""
    grants.record(
        customer=customer,
        purpose=SPECIAL,
        channel=Channel.ANY,
        granted=False,
        at=at,
        source=source,
        method=method,
        actor=actor,
    )
