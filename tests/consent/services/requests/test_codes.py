"""One-time codes: good once, for ten minutes and five tries; and nobody learns who is known here."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cdp.core.crypto import tokens
from cdp.core.models import Notice
from consent.models import PrivacyAttempt, PrivacyCode, PrivacyRequest
from consent.rules import requests as rules
from consent.selectors.requests import attempts
from consent.services import links
from consent.services.requests import codes
from consent.services.requests.steps import UnableToDo
from tests import factories, requesting

pytestmark = pytest.mark.django_db
NOW = timezone.now()
MINUTE = dt.timedelta(minutes=1)


def ask(address="ann@example.com", *, at=NOW, network="10.0.0.0", **given):
    channel = "email" if "@" in address else "sms"
    given = {"right": "erasure", "channel": channel, "address": address, **given}
    return codes.ask(codes.Asked(**given), network=network, at=at)


def refused(code, typed, at=NOW):
    with pytest.raises(UnableToDo) as unable:
        codes.prove(code=code, typed=typed, at=at)
    return unable.value.code


@pytest.fixture
def ann():
    return factories.customer(name="Ann", email="ann@example.com")


def other(digits):
    return f"{(int(digits) + 1) % 10**6:06}"


def test_a_code_works_once(ann):
    code = ask()
    digits = requesting.code_sent(at=NOW)
    begun = codes.prove(code=code, typed=digits, at=NOW + MINUTE)
    assert (begun.customer_id, begun.received_at) == (ann.id, NOW), "the clock runs from when it was asked"
    assert refused(code, digits, NOW + MINUTE) == "used"


def test_a_code_is_worth_nothing_after_ten_minutes(ann):
    code = ask()
    digits = requesting.code_sent(at=NOW)
    assert refused(code, digits, NOW + rules.CODE_LASTS) == "expired"


def test_five_tries_are_all(ann):
    code = ask()
    digits = requesting.code_sent(at=NOW)
    assert [refused(code, other(digits)) for _ in range(5)] == ["forged"] * 5
    assert refused(code, digits) == "spent", "also the right one"
    assert not PrivacyRequest.objects.exists()


def test_a_code_is_not_good_for_somebody_else_s_question(ann):
    factories.customer(name="Bob", email="bob@example.com")
    first, second = ask(), ask("bob@example.com")
    codes.send_waiting(now=NOW)
    by_code = {one["code"] for one in requesting.notices("my-data-code")}
    assert len(by_code) == 2
    mine = next(one for one in by_code if _fits(first, one))
    assert refused(second, mine) == "forged"


def _fits(code, digits):
    return codes._digest(code, digits) == bytes(PrivacyCode.objects.get(id=code).code_digest)


def test_an_address_nobody_is_known_by_gets_the_same_answers(ann):
    browser = Client()
    answers = []
    for contact in ("ann@example.com", "zoe@example.com"):
        sent = browser.post("/my-data/", {"right": "access", "contact": contact})
        codes.send_waiting(now=timezone.now())
        entered = browser.post(sent.headers["Location"], {"code": "000000"})
        answers.append((sent.status_code, entered.status_code, _words(entered)))
    assert answers[0] == answers[1]
    assert set(Notice.objects.values_list("customer_id", flat=True)) == {ann.id}
    assert not PrivacyCode.objects.filter(sent_at__isnull=True).exists(), "both were looked at"


def _words(response):
    text = response.content.decode()
    without_token = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)
    return without_token[text.index("<h1>") :]


def test_asking_looks_nothing_up(ann):
    ask("warm.up@example.com")
    known, unknown = [], []
    for address, into in (("ann@example.com", known), ("zoe@example.com", unknown)):
        with CaptureQueriesContext(connection) as seen:
            ask(address)
        into += [re.sub(r"'.*'|_x\d+|\(\s*-?\d+\)", "", query["sql"])[:80] for query in seen.captured_queries]
    assert known == unknown
    assert not any("customers_" in statement for statement in known)


def test_a_shared_number_proves_nobody():
    factories.customer(name="Mom Suk", phone="+66812345678")
    factories.customer(name="Dad Jai", phone="+66812345678")
    ask("+66812345678")
    codes.send_waiting(now=NOW)
    assert not requesting.notices("my-data-code")
    assert len(requesting.notices("my-data-elsewhere")) == 1


def test_too_many_codes_for_one_address_are_not_sent_and_nobody_is_told(ann):
    found = [ask(at=NOW + number * dt.timedelta(seconds=1)) for number in range(5)]
    codes.send_waiting(now=NOW + MINUTE)
    assert len(set(found)) == 5
    assert len(requesting.notices("my-data-code")) == rules.CODES_PER_CONTACT[0]
    noted = PrivacyAttempt.objects.filter(what="code", why="throttled").values_list("times", flat=True)
    assert sum(noted) == 2
    assert PrivacyCode.objects.count() == rules.CODES_PER_CONTACT[0], "who floods fills no table"
    assert refused(found[-1], "123456", NOW + MINUTE) == "forged", "in the words of a wrong code"


def test_a_thousand_forged_links_are_one_row_an_hour(ann):
    with time_machine.travel(NOW.replace(minute=30), tick=False):
        for number in range(20):
            assert Client().get(f"/unsubscribe/{'A' * (40 + number)}").status_code == 404
    (row,) = PrivacyAttempt.objects.all()
    assert (row.what, row.why, row.times) == ("unsubscribe", "forged", 20)
    codes.note_attempt("unsubscribe", "forged", at=row.at + dt.timedelta(hours=1))
    codes.note_attempt("unsubscribe", "expired", at=row.at)
    assert sorted(PrivacyAttempt.objects.values_list("times", flat=True)) == [1, 1, 20]
    found = attempts(since=row.at)[0]
    assert (found["count"], str(found["label"])) == (21, "link to unsubscribe")
    assert "cut in half" in str(found["reason"]), "nobody is said to have forged what a mail program broke"


def test_what_was_asked_lies_sealed_and_goes_after_a_day(ann):
    ask(said="plantedwords")
    row = PrivacyCode.objects.get()
    assert b"plantedwords" not in bytes(row.asked)
    assert b"ann@example.com" not in bytes(row.asked)
    codes.forget_old(now=NOW + dt.timedelta(days=1, minutes=1))
    assert not PrivacyCode.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/my-data/r/rubbish/",
        "/my-data/r/rubbish/certificate/",
        "/my-data/code/rubbish/",
        f"/my-data/r/{'A' * 60}/",
        "/my-data/r/%00/",
    ],
)
def test_links_that_are_none_of_ours_are_refused_politely_and_noted(path):
    response = Client().get(path)
    assert response.status_code == 404
    assert "This link does not open anything" in response.content.decode()
    assert PrivacyAttempt.objects.filter(why="forged").exists()


def test_a_link_of_another_kind_opens_no_request(ann):
    ask()
    begun = codes.prove(code=PrivacyCode.objects.get().id, typed=requesting.code_sent(at=NOW), at=NOW)
    wrong = tokens.make("unsubscribe", begun.id.bytes)
    assert Client().get(f"/my-data/r/{wrong}/").status_code == 404
    assert Client().get(f"/my-data/r/{links.progress_token(begun.id)}/").status_code == 200


def test_ninety_days_after_the_answer_the_link_is_closed(ann):
    ask()
    begun = codes.prove(code=PrivacyCode.objects.get().id, typed=requesting.code_sent(at=NOW), at=NOW)
    long_ago = NOW - dt.timedelta(days=91)
    PrivacyRequest.objects.filter(id=begun.id).update(state="cancelled", closed_at=long_ago)
    response = Client().get(requesting.page(begun))
    assert response.status_code == 410
    assert PrivacyAttempt.objects.filter(what="progress", why="expired").count() == 1


def test_browsers_send_the_forms_with_our_origin_and_our_addresses_to_nobody_else():
    page = Client().get("/my-data/?right=access")
    assert page.headers["Referrer-Policy"] == "same-origin", "with no-referrer the origin of a form is null: refused"
