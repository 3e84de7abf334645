"""Naughty strings through the forms of staff: each page shows what was typed, escaped, or says why it was not taken."""

import itertools

import pytest
from django.core.cache import cache
from django.utils import timezone

from cdp.core import actors
from commerce.services import warranties
from customers.models import Lead
from customers.rules import leads as lead_rules
from customers.rules import people
from customers.services.leads import taking
from tests import factories, filling, naughty


@pytest.fixture
def admin(db, client):
    cache.clear()
    client.force_login(factories.staff("owner"))
    return client


@pytest.fixture
def ada(db):
    return factories.customer(name="Ada Lovelace", email="ada@example.com", phone="0812345678")


@pytest.fixture
def lead(ada):
    now = timezone.now()
    person = people.Person(email="ada@example.com", name="Ada Lovelace")
    told = lead_rules.LeadInput(person=person, platform="web", key="1", arrived_at=now)
    taking.take([told], source=factories.source(), now=now)
    return Lead.objects.get()


@pytest.fixture
def card(ada):
    told = warranties.Card(product="Kettle", bought_on=timezone.localdate(), serial="", place="", order_number="")
    return warranties.register(customer=ada.id, card=told, source="shop", actor=actors.SYSTEM, now=timezone.now())


def talk(desk):
    return lambda: {"form_token": filling.token(desk), "direction": "in"}


def after_closing(client, card):
    """One claim of a card is open at a time."""

    def close():
        client.post(f"/warranties/{card.id}/close/", {"text": "Mended"})
        return {}

    return close


def fields_of(client, address):
    """A form as a browser has it."""
    form = client.get(address).context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def wrong_of(client, address, fields, texts, *, page="", start=None, read=None):
    """What a form neither kept nor refused with words. `fields` tells the longest of each, `page` where they stand."""
    read = read or {}
    columns = [naughty.packed(texts, longest) for longest in fields.values()]
    found = []
    for row in itertools.zip_longest(*columns, fillvalue=""):
        typed = dict(zip(fields, row, strict=True))
        sent = {**(start() if start else {}), **{name: text for name, text in typed.items() if text}}
        answer = client.post(address, sent)
        if answer.status_code in {200, 422} and "form" in (answer.context or {}):
            errors = answer.context["form"].errors
            shown = answer.content.decode()
            found += [("lost", name, ascii(sent[name])) for name in errors if not naughty.shows(shown, sent[name])]
            if not errors:
                found.append(("no words", ascii(typed)))
            sent |= dict.fromkeys(errors, "Plain")
            typed = {name: text for name, text in typed.items() if name not in errors}
            answer = client.post(address, sent)
        if answer.status_code not in {200, 302}:
            found.append((answer.status_code, ascii(typed)))
            continue
        shown = client.get(page or answer["Location"]).content.decode()
        for name, text in typed.items():
            kept = read.get(name, str.strip)(text)
            if kept and not naughty.shows(shown, kept):
                found.append((name, ascii(text)))
    return found


CASES = ["customer_new", "customer_edit", "note", "call", "visit", "lead_note", "lead_step", "company", "segment",
         "campaign", "claim"]  # fmt: skip


@pytest.fixture
def case(admin, ada, lead, card):
    """The address, its fields and the rest of what it needs, by the name of a form."""
    here, numbers = f"/customers/{ada.id}/", itertools.count()
    plain = dict.fromkeys(("city", "company", "job_title", "street"), people.plain)

    def case(name):
        return {
            "customer_new": ("/customers/new/", {"city": 120, "company": 200, "job_title": 120, "street": 300},
                             {"start": lambda: {"email": f"n{next(numbers)}@example.com", "name": "Ann Smith"}, "read": plain}),
            "customer_edit": (f"{here}edit/", {"city": 120, "company": 200, "job_title": 120, "street": 300},
                              {"start": lambda: fields_of(admin, f"{here}edit/"), "read": plain}),
            "note": (f"{here}notes/", {"text": 1000}, {"page": here}),
            "call": (f"/phone/{ada.id}/", {"text": 1000}, {"start": talk("phone"), "page": here}),
            "visit": (f"/counter/{ada.id}/", {"text": 1000}, {"start": talk("counter"), "page": here}),
            "lead_note": (f"/leads/{ada.id}/{lead.id}/note/", {"text": 1000}, {"page": here}),
            "lead_step": (f"/leads/{ada.id}/{lead.id}/step/", {"text": 300}, {}),
            "company": ("/companies/new/", {"name": 200, "industry": 120, "city": 120},
                        {"start": lambda: {"name": f"Company {next(numbers)}"},
                         "read": dict.fromkeys(("name", "industry", "city"), people.plain)}),
            "segment": ("/segments/new/", {"name": 100, "description": 200}, {"start": lambda: {"name": f"Segment {next(numbers)}", "rules": '{"all": []}'}}),
            "campaign": ("/campaigns/new/", {"name": 120}, {"start": lambda: {"starter": "announcement", "purpose": "marketing"}}),
            "claim": (f"/warranties/{card.id}/claim/", {"text": 1000},
                      {"start": after_closing(admin, card), "page": f"/warranties/{card.id}/"}),
        }[name]  # fmt: skip

    return case


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_what_staff_type_is_shown_as_it_is(admin, case, name):
    address, fields, more = case(name)
    assert not wrong_of(admin, address, fields, naughty.OWN, **more)


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_the_whole_list_typed_by_staff_is_shown_as_it_is(admin, case, name):
    address, fields, more = case(name)
    assert not wrong_of(admin, address, fields, naughty.whole(), **more)


def test_a_sensitive_detail_is_shown_as_it_was_told_or_refused_with_words(admin, ada, settings):
    settings.CDP_SPECIAL_DETAILS = frozenset({"ethnicity"})
    here, wrong = f"/consent/special/{ada.id}/ethnicity/", []
    for text in naughty.packed(naughty.OWN, 80):
        answer = admin.post(here, {"value": text, "agreed": "on"})
        shown = admin.post(f"{here}show/", {"reason": "asked"}) if answer.status_code == 302 else answer
        if answer.status_code not in {302, 422} or not naughty.shows(shown.content.decode(), text):
            wrong.append((answer.status_code, ascii(text)))
    assert not wrong


SEARCHES = ["/search/", "/counter/", "/phone/", "/warranties/", "/preorders/", "/customers/", "/companies/"]
LISTS = {
    "/customers/": ("country", "province", "tag", "source", "segment"),
    "/leads/": ("platform", "status", "since", "source", "owner"),
    "/companies/": ("industry", "size", "province", "q"),
    "/products/": ("q", "sort"),
    "/events/quarantine/": ("source", "code"),
    "/warranty/": ("src", "utm_campaign", "kiosk"),
}


def test_searches_and_lists_answer_whatever_is_looked_for(admin, ada):
    wrong = []
    for text in naughty.packed(naughty.OWN, 120):
        asked = [(admin.post, path, {"q": text, "number": text}) for path in SEARCHES]
        asked += [(admin.get, path, dict.fromkeys(names, text)) for path, names in LISTS.items()]
        for ask, path, fields in asked:
            answer = ask(path, fields)
            raw = answer.content.decode() if answer.status_code == 200 else ""
            if (
                answer.status_code not in {200, 302, 404, 405, 422}
                or "<img src=x onerror" in raw
                or "<svg/onload" in raw
            ):
                wrong.append((path, answer.status_code, ascii(text)))
    assert not wrong
