"""Naughty strings through the public forms: they stand on the pages and in the export as they were typed, or the form
says why it does not take them.
"""

import itertools

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cdp.core import bounding
from commerce.models import PreOrder, Warranty
from commerce.selectors import preorders, warranties
from customers.models import Customer
from customers.rules import names
from customers.selectors import exports, profiles
from tests import factories, filling, naughty

LONGEST = {
    "signup": {"name": 200},
    "warranty": {"name": 200, "product": 200, "serial": 100, "place": 120, "order_number": 80},
    "preorder": {"name": 200, "product": 200, "address": 500, "note": 1000},
}
REST = {"signup": {}, "warranty": {"bought_on": "2026-11-01"}, "preorder": {"quantity": "1", "way": "delivery"}}
FINE = {"name": "Ann Smith", "product": "Kettle", "serial": "MC-1", "address": "1 Road"}
every = pytest.mark.parametrize("form", LONGEST)


@pytest.fixture(autouse=True)
def many(db, monkeypatch):
    cache.clear()
    monkeypatch.setattr(bounding, "MOST", 10**6)


def send(client, form, **sent):
    """Send a form, and again with something plain in the fields that were refused with words: what was taken."""
    answer = filling.send(client, form, **sent)
    if answer.status_code == 422:
        errors = answer.context["form"].errors
        page = answer.content.decode()
        for field, told in errors.items():
            assert told[0], field
            assert naughty.shows(page, sent[field]), (form, field, ascii(sent[field]))
        sent |= {field: FINE.get(field, "") for field in errors}
        answer = filling.send(client, form, **sent)
    assert answer.status_code == 302, (ascii(sent), answer.context["form"].errors)
    return {field: value.strip() for field, value in sent.items() if field in LONGEST[form]}


def through(client, form, texts):
    """Every text through every text field of a form; what was taken by the address of its sender."""
    columns = [naughty.packed(texts, longest) for longest in LONGEST[form].values()]
    taken = {}
    for number, row in enumerate(itertools.zip_longest(*columns, fillvalue="")):
        fields = dict(zip(LONGEST[form], row, strict=True))
        fields = {name: (value.strip() and value) or FINE.get(name, "") for name, value in fields.items()}
        email = f"n{number}@example.com"
        taken[email] = send(client, form, email=email, **REST[form], **fields)
    return taken


def texts_in(export):
    """Every text of an export."""
    if isinstance(export, str):
        return {export}
    inner = export.values() if isinstance(export, dict) else export if isinstance(export, list) else ()
    return {text for value in inner for text in texts_in(value)}


def opened(form, who):
    """A card or wish as its page gets it, and the address of the page."""
    if form == "warranty":
        (shown,) = warranties.opened([Warranty.objects.get(customer_id=who)], today=timezone.localdate())
        return shown, f"/warranties/{shown.row.id}/"
    if form == "preorder":
        row = PreOrder.objects.get(customer_id=who)
        (shown,) = preorders.opened([row])
        return shown, f"/preorders/?older={row.id.hex[:-12] + 'f' * 12}"
    return None, ""


@pytest.fixture
def wrong(client):
    staff = Client()
    staff.force_login(factories.staff("owner"))

    def wrong(form, texts):
        """What did not come back, after every text went through a form."""
        taken = through(client, form, texts)
        people = profiles.opened(Customer.objects.filter(status="known").values_list("id", flat=True)).values()
        assert {profile.email for profile in people} == set(taken)
        found = []
        for profile in people:
            exported = texts_in(exports.of(profile.id))
            page = staff.get(f"/customers/{profile.id}/").content.decode()
            shown, address = opened(form, profile.id)
            page += staff.get(address).content.decode() if address else ""
            for field, typed in taken[profile.email].items():
                value = names.normalise(typed) if field == "name" else typed
                has = profile.name if field == "name" else getattr(shown, field)
                if has != value or (value and value not in exported) or not naughty.shows(page, value):
                    found.append((field, ascii(typed), ascii(has), value in exported))
        return found

    return wrong


@pytest.mark.long
@every
def test_what_is_typed_into_a_public_form_comes_back_or_is_refused_with_words(wrong, form):
    assert not wrong(form, naughty.OWN)


@pytest.mark.long
@every
def test_the_whole_list_typed_into_a_public_form_comes_back_or_is_refused_with_words(wrong, form):
    assert not wrong(form, naughty.whole())
