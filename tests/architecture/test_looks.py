"""What pages tell of a person: one is planted with a mark in everything they told, and every page of the matrix is read.

Pages come from `test_permissions.PAGES`, so that a new one is read by itself.
"""

import json

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from analytics.services import segments
from campaigns.rules import starters
from campaigns.services import drafts
from cdp.core import actors, context, ids
from cdp.core.access import LETTERS, allows
from cdp.core.crypto import subjects
from cdp.core.crypto.fields import SealedField
from commerce.models import PreOrder, Refund, Warranty, WarrantyClaim
from consent.models import ConsentRecord, EvidenceFile, SpecialDetail
from consent.selectors import evidence
from customers.models import Company, CompanyLink, Customer, Interaction, Lead, Note
from surveys.models import Review
from tests import factories
from tests.architecture import test_permissions as rooms
from tests.architecture.test_permissions_elsewhere import ADMIN
from tests.customers.services.merging import test_every_table as tables

MARK = "Zqxwvjkpl"
MAIL, STREET = f"{MARK}.mail@example.com".lower(), f"77 {MARK} Road"
PHONES = ("+66812345678", "081 234 5678", "081-234-5678", "0812345678", "+66 81 234 5678", "81 234 5678")
BORN = ("9 March 1985", "March 9, 1985", "1985-03-09", "9 Mar 1985", "09/03/1985", "Mar 9, 1985", "March 1985")
NEEDLES = (MARK, MARK.lower(), *PHONES, *BORN)
# Asks for a reason and shows nothing; what its answer shows is written down with the reason (test_p07).
QUESTIONS = {"customers:contact-show"}
# What somebody told of a thing and not of themselves: everybody who serves the thing reads it.
OF_THINGS = {"commerce_warranty", "surveys_review"}


@pytest.fixture
def planted(db):
    """Arguments of addresses that lead to her."""
    cache.clear()
    ada = factories.customer(
        name="Ada Lovelace", email=MAIL, phone=PHONES[0], street=STREET, city="Bangkok", birth_date="1985-03-09"
    )
    factories.consent(ada)
    order = factories.order(ada)
    now = timezone.now()
    company = Company.objects.create(id=ids.uuid7(), name="Engines", created_at=now, updated_at=now)
    card = _row(Warranty, ada, order_id=order.id)
    file = _row(EvidenceFile, ada, kind="pdf")
    named = [{"id": str(file.id), "digest": evidence.digest(bytes(file.content))}]
    made = {
        Note: {}, Interaction: {"kind": "call", "direction": "in"}, Lead: {"platform": "facebook"}, PreOrder: {},
        WarrantyClaim: {"warranty_id": card.id}, Refund: {"order_id": order.id}, Review: {},
        CompanyLink: {"company_id": company.id}, SpecialDetail: {}, ConsentRecord: {"status": "given", "files": named},
    }  # fmt: skip
    rows = {model: _row(model, ada, **given) for model, given in made.items()}
    everybody = segments.create(name="All", rules={"all": []}, actor=actors.SYSTEM, at=now)
    raw = starters.definition(starters.STARTERS["announcement"], name="News", purpose="marketing", audience={"all": []})
    return {
        "customer": ada.id,
        "warranty": card.id,
        "preorder": rows[PreOrder].id,
        "lead": rows[Lead].id,
        "company": company.id,
        "file": file.id,
        "record_id": rows[ConsentRecord].id,
        "key": everybody.key,
        "campaign": drafts.create(raw=raw, actor=actors.SYSTEM, at=now).id,
        "objects": {model._meta.label_lower: row.pk for model, row in {**rows, Customer: ada}.items()},
    }


def _row(model, person, **given):
    """A row with the mark in every sealed column."""
    row, table = ids.uuid7(), model._meta.db_table
    keyring = subjects.load([person.id])
    for field in model._meta.local_concrete_fields:
        if isinstance(field, SealedField):
            text = f"{MARK} {field.column}" if table not in OF_THINGS else field.column
            if field.column in {"answers", "evidence"}:
                text = json.dumps({"answers": [["What?", text]], "told": {"street": STREET}})
            given[field.attname] = keyring.seal(text, customer=person.id, table=table, column=field.column, row=row)
    if model._meta.pk.attname == "id":
        given["id"] = row
    return tables.make(model, person, **given)


def pages(role, planted):
    """Every page that this role may get."""
    for name, method, who in rooms.PAGES:
        if method == "GET" and role in {LETTERS[letter] for letter in who}:
            arguments = {**rooms.ARGUMENTS, **planted}
            yield name, reverse(name, kwargs={argument: arguments[argument] for argument in rooms.TAKES[name]})
    for label, (who, _may_add) in ADMIN.items():
        if role in {LETTERS[letter] for letter in who}:
            base = f"/admin/{label.replace('.', '/')}/"
            yield f"admin {label}", base
            if label in planted["objects"]:
                yield f"admin {label} row", f"{base}{planted['objects'][label]}/change/"
                yield f"admin {label} history", f"{base}{planted['objects'][label]}/history/"


def got(client, path):
    """The answer; of a part of a page what the page would be given."""
    answer = client.get(path)
    return client.get(path, headers={"HX-Request": "true"}) if answer.status_code == 302 else answer


@pytest.mark.parametrize("role", ["viewer", "marketer"])
def test_no_page_tells_contacts_days_of_birth_places_or_words_to_whoever_sees_them_masked(client, planted, role):
    assert not allows(role, "customers.reveal")
    client.force_login(factories.staff(role))
    told = {}
    for name, path in pages(role, planted):
        page = got(client, path).content.decode(errors="replace")
        if found := [needle for needle in NEEDLES if needle in page]:
            told[name] = found
    for name, path in (("web:search", "/search/"), ("customers:customer-list", "/customers/")):
        page = client.post(reverse(name), {"q": "Ada"}).content.decode()
        assert "Lovelace" in page, path
        if found := [needle for needle in NEEDLES if needle in page]:
            told[f"{name} POST"] = found
    assert not told, told


@pytest.mark.long
def test_every_page_that_opens_what_somebody_told_writes_down_who_looked(client, planted, monkeypatch):
    client.force_login(factories.staff("owner"))
    opened, shown = [], []
    opens, shows = subjects.Keyring.open_bytes, context.shown

    def opening(ring, sealed, **place):
        told = opens(ring, sealed, **place)
        if told:
            opened.append((place["table"], place["column"]))
        return told

    def showing():
        shown[:] = shows()
        return list(shown)

    monkeypatch.setattr(subjects.Keyring, "open_bytes", opening)
    monkeypatch.setattr(context, "shown", showing)
    unwritten, statuses, seen = {}, {}, set()
    for name, path in pages("owner", planted):
        opened.clear()
        shown.clear()
        statuses[name] = got(client, path).status_code
        if opened:
            seen.add(name)
        if opened and planted["customer"] not in shown and name not in QUESTIONS:
            unwritten[name] = sorted(set(opened))
    assert not {name: status for name, status in statuses.items() if status >= 500}
    assert not unwritten, unwritten
    must = {
        "customers:customer-detail",
        "customers:customer-timeline",
        "consent:evidence-file",
        "campaigns:campaign-dry-run",
        "admin customers.note row",
    }
    assert must <= seen, seen
