"""The page of a copy, of somebody who exists in every table: in their words, and nothing of ours."""

import datetime as dt
import html
import io
import re

import pytest
from django.utils import timezone, translation

from cdp.core import actors, lifecycle, outbox, readable, written_dates
from commerce.models import OrderLine
from consent.rules import deadlines
from consent.services import grants, served
from consent.services.requests import about, copies, copy_page, intake, letters
from customers.models import Customer
from tests import factories, planting

pytestmark = pytest.mark.django_db(transaction=True)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ASKED = {"right": "access", "door": "counter", "identity": "id_card"}


def _page(request):
    out = io.StringIO()
    with translation.override(request.language):
        found = copies.tables(request, at=timezone.now())
        counts = {table.name: sum(1 for _row in table.rows()) for table in found}
        told = about.sections(request)
        page = copy_page.Page(request.reference, found, counts, told, timezone.now(), letters.zone_of(request))
        copy_page.write(page, out.write)
    return out.getvalue(), found, counts


def test_every_table_that_people_get_says_how_it_reads_and_names_columns_it_has():
    faults = []
    for model, declaration in lifecycle.declarations().items():
        label = model._meta.label
        if not readable.is_known(label):
            faults.append(f"{label}: nobody says how it reads")
        if (reading := readable.of(label)) is None:
            faults += [f"{label}: people get it and cannot read it"] if declaration.export else []
            continue
        known = {*declaration.export, *reading.told, copy_page.LINES}
        faults += [f"{label}.{name}" for name in (*reading.columns, *reading.money.values()) if name not in known]
        if declaration.export and not reading.part_of and not reading.columns:
            faults.append(f"{label}: no columns")
    assert faults == []


@pytest.mark.parametrize("language", ["th", "ko"])
def test_the_page_of_somebody_in_every_app_is_in_their_words_and_calendar(language):
    now = timezone.now()
    person = factories.customer(name="Ann Suksai", email="ann@example.com", country="TH")
    order = factories.order(person, amount="1234.50")
    OrderLine.objects.create(
        customer_id=person.id, order=order, sku="TEA-1", name="Ginger tea", quantity=2, unit_price=600, amount=1200
    )
    for model in lifecycle.declarations():
        if model is not Customer and not model._default_manager.filter(customer_id=person.id).exists():
            planting._row(model, person)
    ask = intake.Ask(customer=person.id, language=language, **ASKED)
    request = intake.begin(ask, actor=actors.SYSTEM, at=now).request
    page, found, counts = _page(request)
    assert [table.name for table in found if not counts[table.name]] == ["who_looked"]
    text = re.sub(r"<[^>]+>", "\n", page.split("</style>")[1])
    assert not UUID.search(re.sub(rf"files/{UUID.pattern}", "", text))
    assert "{" not in text
    assert "commerce." not in text
    assert "฿1,234.50" in text
    assert "2 × Ginger tea" in text
    year = {"th": f"พ.ศ. {now.year + 543}", "ko": f"{now.year}년"}[language]
    assert year in text
    assert (f"{now.year} " in text) is False
    words = {label for table in found for label in (table.reading.title, *table.reading.columns.values())}
    with translation.override("en"):
        english = {str(label) for label in words} - {"Shop"}  # the source of the order is called so
    lines = set(text.splitlines())
    assert not {label for label in english & lines if label.isascii()}, "our words are in the language of the request"
    assert "<script" not in page
    assert "src=" not in page
    assert "http" not in page.split("<nav")[0]


def test_what_every_use_has_alike_stands_once_and_nothing_of_it_is_lost():
    person = factories.customer(name="Ann Suksai", email="ann@example.com", country="TH")
    ask = intake.Ask(customer=person.id, language="en", **ASKED)
    request = intake.begin(ask, actor=actors.SYSTEM, at=timezone.now()).request
    notice = {
        "customer": person.id,
        "kind": letters.EXTENDED,
        "address": "ann@example.com",
        "language": "en",
        "data": {},
    }
    outbox.put(outbox.Draft(key="extended:1", **notice), at=timezone.now())
    page, _found, _counts = _page(request)
    with translation.override("en"):
        uses = [one for one in about.sections(request) if one.is_use]
        common = about.common(uses)
        assert {what for what, _words in common} >= {"Who receives it", "How it is protected"}
        for one in uses:
            assert f"<summary>{html.escape(one.title)}</summary>" in page
            for what, words in one.lines:
                assert f"<dt>{what}</dt><dd>{html.escape(words)}</dd>" in page
        for _what, words in common:
            assert page.count(f"<dd>{html.escape(words)}</dd>") == 1
    assert '"What about">That your request takes longer</td>' in page


def test_every_kind_of_notice_says_what_it_was_about_in_three_languages():
    titles = outbox.titles()
    assert len(titles) >= 20
    for language in ("th", "ko"):
        with translation.override(language):
            assert not [code for code, title in titles.items() if str(title).isascii()]


def test_the_copy_tells_the_days_and_the_words_that_the_pages_tell():
    at = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)
    person = factories.customer(name="Ann Suksai", email="ann@example.com", country="TH")
    coupon = factories.coupon(person, now=at).coupon
    proof = {"text": "News by e-mail", "form": "signup", "page": "preferences", "ip": "203.0.113.0", "shown": ["More"]}
    grants.record(
        customer=person.id,
        purpose="marketing",
        channel="email",
        granted=True,
        at=at,
        source="preferences",
        method="preferences",
        actor=actors.CUSTOMER,
        evidence={**proof, "user_agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Mobile Safari/604.1"},
    )
    shown = {"privacy": "1.0", "form.signup": "1"}
    served.show(customer=person.id, place="signup", versions=shown, language="en", at=at)
    ask = intake.Ask(customer=person.id, language="en", **ASKED)
    request = intake.begin(ask, actor=actors.SYSTEM, at=at).request
    page, _found, _counts = _page(request)
    due = deadlines.day_of(request.due_at, letters.zone_of(request).key)
    with translation.override("en"):
        days = [
            written_dates.in_full(on) for on in (due, timezone.localdate(coupon.valid_until - dt.timedelta(seconds=1)))
        ]
    for told in (*days, "Privacy policy (1.0)", "ign-up form (1)", "Page: your settings page", "Form: sign-up form"):
        assert told in page, told
    assert "Browser: Safari · iPhone" in page
    for ours in ("Mozilla", "form.signup", "shown:", ">preferences<", "00:00"):
        assert ours not in page, ours


def test_what_one_use_is_silent_about_is_said_of_each_other_use_by_itself():
    where, who = ("To other countries", "None"), ("Who receives it", "Nobody")
    uses = [about.Section(f"use_{n}", "Use", [where, who], is_use=True) for n in range(3)]
    assert about.common(uses) == [where, who]
    assert about.common([*uses, about.Section("use_silent", "Use", [who], is_use=True)]) == [who]
