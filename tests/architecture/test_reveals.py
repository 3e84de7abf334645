"""What is masked is shown to whoever may ask, after they said why, and the look stands in the access log: every door,
every role. Those who see contacts in full anyway are written down by each page (test_looks).
"""

import pytest
from django.urls import reverse
from django.utils import timezone

from cdp.core import actors, ids
from cdp.core.access import LETTERS, allows
from cdp.core.crypto import subjects
from cdp.core.models import AccessEntry
from commerce.hooks.facts import NoticeTold
from commerce.models import StoreNotice
from commerce.services.hooks import notices
from consent.services import special
from customers.models import Address, ContactPoint, Lead
from customers.rules.people import Rules
from tests import factories
from tests.architecture import test_permissions as rooms
from tests.customers.services.merging import test_every_table as tables

MAIL, PHONE, STREET = "ada.lovelace@example.com", "+66812345678", "77 Siphraya Road"
ANSWERED, TOLD, NAMED = "a question of the heart", "Karen", "named@example.com"


@pytest.fixture
def doors(db, settings):
    """Every masked field of her: where it is shown, the name of that page, and what must not be there before."""
    settings.CDP_SPECIAL_DETAILS = frozenset({"ethnicity"})
    now = timezone.now()
    ada = factories.customer(name="Ada Lovelace", email=MAIL, phone=PHONE, street=STREET, line_id="ada.line.77")
    row = ids.uuid7()
    sealed = subjects.load([ada.id]).seal(
        ANSWERED, customer=ada.id, table="customers_lead", column="next_step", row=row
    )
    lead = tables.make(Lead, ada, id=row, platform="facebook", next_step=sealed)
    said = {"words": "Yes", "language": "en", "method": "staff", "source": "shop", "actor": actors.SYSTEM}
    special.keep(customer=ada.id, field="ethnicity", value=TOLD, at=now, **said)
    named = NoticeTold(kind="customer_redact", reference="1", named={"customer": {"email": NAMED}})
    notices.note(told=named, source=factories.source(), rules=Rules(region="TH", today=now.date()), now=now)
    parts = {point.kind: point.id for point in ContactPoint.objects.filter(customer=ada)}
    parts["address"] = Address.objects.get(customer=ada).id
    told = {"email": MAIL, "phone": PHONE, "line": "ada.line.77", "address": STREET}
    assert set(parts) >= set(told)
    shows = [("customers:contact-show", [ada.id, parts[kind]], text) for kind, text in told.items()]
    shows += [
        ("business:lead-show", [ada.id, lead.id], ANSWERED),
        ("consent:special-show", [ada.id, "ethnicity"], TOLD),
        ("commerce:notice-show", [StoreNotice.objects.get().id], NAMED),
    ]
    return ada, shows


def asking():
    """The pages that show something masked, and the roles that may ask for it, from the table of permissions."""
    return {
        name: {LETTERS[letter] for letter in who}
        for name, method, who in rooms.PAGES
        if method == "POST" and name.endswith("-show")
    }


def reasons(since):
    """The looks with a reason that came after these."""
    return list(AccessEntry.objects.exclude(reason="").exclude(id__in=since))


@pytest.mark.parametrize("role", LETTERS.values())
def test_every_masked_field_is_shown_for_a_reason_that_the_access_log_keeps(client, doors, role):
    ada, shows = doors
    assert {name for name, _arguments, _text in shows} == set(asking()), "a new door belongs into this test"
    staff = factories.staff(role)
    client.force_login(staff)
    for name, arguments, text in shows:
        url, may = reverse(name, args=arguments), role in asking()[name]
        before = set(AccessEntry.objects.values_list("id", flat=True))
        # A request of a store is the reason itself; the page of a lead hides nothing from who sees all in full.
        for wrong in () if name == "commerce:notice-show" else ({}, {"reason": "curious"}):
            answer = client.post(url, wrong).content.decode()
            assert (text in answer) is (name == "business:lead-show" and allows(role, "customers.reveal")), (
                name,
                wrong,
            )
        assert not reasons(before), name
        answer = client.post(url, {"reason": "order"})
        assert (answer.status_code, text in answer.content.decode()) == ((200, True) if may else (403, False)), name
        looks = [(look.view, look.actor_id, look.customer_ids, look.reason) for look in reasons(before)]
        # Whom a store names there is nobody we know: whom we know is linked.
        whom = ([], "store notice: customer_redact") if name == "commerce:notice-show" else ([ada.id], "order")
        assert looks == ([(name, staff.id, *whom)] if may else []), name
