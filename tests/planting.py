"""Somebody who has at least one row in every table that holds rows of customers, with a mark in everything personal.

Run inside a shop of its own (`manage.py shell`): `plant` makes the person through the doors of the product where there
are any, and a row by hand in every owned table that is still empty; `erase` lets them ask for it and has it done.
"""

import json
import re
import uuid
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from cdp.core import actors, ids, lifecycle, outbox, pipeline
from cdp.core.crypto import subjects
from cdp.core.crypto.fields import SealedField
from commerce.models import Order
from consent.models import PrivacyRequest
from consent.selectors import holds
from consent.services import holding, links, special
from consent.services.requests import codes, running
from customers.models import Customer
from customers.services import merging, notes, profiles
from tests import factories
from tests.customers.services.merging import test_every_table as tables

MARK = "Zqxwvjkpl"
ACCENT = "Žéqüxwvị"
PHONE = "+66817003141"
EMAIL = f"{MARK}.mail@example.com"


def plant(out: str) -> None:
    """Make the person; writes their id, the tables that have a row, and the sum of the books."""
    now = timezone.now()
    person = factories.customer(
        name=f"{MARK} {ACCENT}",
        email=EMAIL,
        phone=PHONE,
        street=f"77 {MARK} {ACCENT} Road",
        external_id=f"{MARK}-77",
        line_id=f"{MARK}line",
        country="TH",
    )
    absorbed = factories.customer(name=f"{MARK} Twin", email=f"{MARK}.twin@example.com")
    merging.merge(survivor=person.id, absorbed=absorbed.id, reason="steward", actor=actors.SYSTEM, at=now)
    notes.add(customer=person.id, kind="note", text=f"{MARK} likes {ACCENT}", actor=actors.SYSTEM, at=now)
    profiles.edit(
        customer=person.id,
        person=_told(given_name=f"{MARK}ine"),
        source=profiles.staff_source(),
        actor=actors.SYSTEM,
        at=now,
    )
    factories.order(person, amount="1234.50")
    # Beside its consent: one that is planted by hand goes as soon as the pipeline looks.
    with override_settings(CDP_SPECIAL_DETAILS=("ethnicity",)):
        special.keep(
            customer=person.id,
            field="ethnicity",
            value=f"{MARK} consent_specialdetail value {ACCENT}",
            words="I agree",
            language="en",
            method="staff",
            source="staff",
            actor=actors.SYSTEM,
            at=now,
        )
    for model in lifecycle.declarations():
        if model is not Customer and not model._default_manager.filter(customer_id=person.id).exists():
            _row(model, person)
    pipeline.mark([person.id], cause="planted")
    counts = {
        model._meta.label: model._default_manager.filter(
            **{"id__in" if model is Customer else "customer_id__in": [person.id, absorbed.id]}
        ).count()
        for model in lifecycle.declarations()
    }
    books = str(sum(Order.objects.values_list("amount", flat=True)))
    Path(out).write_text(json.dumps({"customer": str(person.id), "counts": counts, "books": books}))


def _told(**raw: str) -> Any:
    from customers.rules import people

    return people.clean(raw, people.Rules(region="TH", today=timezone.localdate()))[0]


def _row(model: Any, person: Customer) -> None:
    """A row with the mark in every sealed column."""
    row = ids.uuid7()
    keyring = subjects.load([person.id])
    table = model._meta.db_table
    given: dict[str, Any] = {}
    if model._meta.pk.attname == "id":
        given["id"] = row
    for field in model._meta.local_concrete_fields:
        if isinstance(field, SealedField):
            text = f"{MARK} {table} {field.column} {ACCENT}"
            given[field.attname] = keyring.seal(text, customer=person.id, table=table, column=field.column, row=row)
    with transaction.atomic():
        tables.make(model, person, **given)


def ask(out: str) -> None:
    """The person asks to be erased, on the public page, with the code from the outbox."""
    browser = Client(SERVER_NAME="127.0.0.1")
    sent = browser.post("/my-data/", {"right": "erasure", "contact": EMAIL, "said": f"{MARK} {ACCENT} go"})
    codes.send_waiting(now=timezone.now())
    outbox.send_due(now=timezone.now())
    digits = _digits()
    entered = browser.post(sent.headers["Location"], {"code": digits})
    token = re.fullmatch(r"/my-data/r/([^/]+)/", entered.headers["Location"])
    assert token is not None, entered.content.decode()
    Path(out).write_text(str(links.read_progress(token[1])))


def _digits() -> str:
    """The code that was sent: by this process, or by the shop's own worker, who may still be at it."""
    from tests import requesting, running

    return str(running.Shop.wait_for(lambda: requesting.notices("my-data-code"))[-1]["code"])


def erase(request: str, out: str) -> None:
    """The officer has it done, first against the hold and then without; writes the certificate and the books' sum."""
    row = PrivacyRequest.objects.get(id=request)
    held = running.run(request=row.id, actor=actors.SYSTEM, at=timezone.now())
    assert (held.state, held.blocked) == (PrivacyRequest.State.OPEN, "held")
    for hold in holds.of([row.customer_id]):
        holding.lift(customer=row.customer_id, hold=hold.id, actor=actors.SYSTEM, at=timezone.now())
    done = running.run(request=uuid.UUID(request), actor=actors.SYSTEM, at=timezone.now())
    assert done.state == PrivacyRequest.State.ANSWERED, (done.state, done.blocked)
    books = str(sum(Order.objects.values_list("amount", flat=True)))
    Path(out).write_text(json.dumps({"certificate": done.outcome["certificate"], "books": books}))
