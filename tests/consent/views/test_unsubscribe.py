import datetime as dt
import uuid
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from cdp.core import ids
from cdp.core.crypto import subjects
from consent.models import ConsentRecord, ConsentState, PrivacyAttempt
from consent.selectors import ledger
from consent.services import links
from customers.models import Customer
from tests import factories

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 5, 0, tzinfo=dt.UTC)
MESSAGE = ids.uuid7()


@pytest.fixture
def customer(say: Callable[..., ConsentRecord]) -> Customer:
    found = factories.customer(email="plant@example.com", name="Mali Plant")
    say(found.id, at=NOW - dt.timedelta(days=9))
    say(found.id, channel="sms", at=NOW - dt.timedelta(days=9))
    return found


def address(customer: uuid.UUID, **changes: object) -> str:
    about = {"purpose": "marketing", "channel": "email", "message": MESSAGE, **changes}
    return f"/unsubscribe/{links.unsubscribe_token(customer=customer, **about)}"


def granted(customer: Customer, channel: str = "email") -> bool:
    return ConsentState.objects.get(customer=customer, purpose="marketing", channel=channel).is_granted


def stranger() -> Client:
    """A browser or mail server without cookies that would not pass a CSRF check."""
    return Client(enforce_csrf_checks=True)


def test_looking_shows_what_would_stop_and_stops_nothing(customer: Customer) -> None:
    response = stranger().get(address(customer.id))
    assert response.status_code == 200
    assert "News and offers" in response.content.decode()
    assert "E-mail" in response.content.decode()
    assert "Mali Plant" not in response.content.decode()
    assert granted(customer)
    assert not response.cookies


def test_one_click_from_a_mail_program_stops_it(customer: Customer) -> None:
    with time_machine.travel(NOW, tick=False):
        response = stranger().post(address(customer.id), {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert not response.cookies
    assert not granted(customer)
    assert granted(customer, "sms")
    record = ConsentRecord.objects.get(method="unsubscribe")
    assert (record.status, record.source, record.actor_kind) == ("withdrawn", f"message:{MESSAGE}", "customer")
    proof = ledger.evidence(record, subjects.load([customer.id]))
    assert (proof["way"], proof["message"]) == ("one_click", str(MESSAGE))


def test_the_button_stops_it_once_however_often_it_is_pressed(customer: Customer) -> None:
    client = stranger()
    answers = [client.post(address(customer.id)).status_code for _ in range(3)]
    assert answers == [200, 200, 200]
    assert ConsentRecord.objects.filter(customer=customer, method="unsubscribe").count() == 1
    assert b"You are unsubscribed" in client.get(address(customer.id)).content


def test_an_empty_post_and_an_odd_body_stop_it_too(customer: Customer) -> None:
    response = stranger().generic("POST", address(customer.id), b"\xff\xfe", content_type="text/plain")
    assert response.status_code == 200
    assert not granted(customer)


def test_a_mistake_is_taken_back_and_what_stood_before_holds(customer: Customer) -> None:
    client = stranger()
    undo = client.post(address(customer.id)).context["undo"]
    response = client.post(address(customer.id), {"undo": undo})
    assert response.status_code == 200
    assert b"You will hear from us again" in response.content
    assert granted(customer)
    assert [record.status for record in ledger.history([customer.id]).filter(channel="email")] == [
        "retracted",
        "withdrawn",
        "given",
    ]
    assert ConsentState.objects.get(customer=customer, channel="email").at == NOW - dt.timedelta(days=9)
    assert client.post(address(customer.id), {"undo": undo}).status_code == 409, "once"


def test_taking_a_press_back_makes_no_yes_of_silence(customer: Customer) -> None:
    client, line = stranger(), address(customer.id, channel="line")
    undo = client.post(line).context["undo"]
    response = client.post(line, {"undo": undo})
    assert b"Taken back" in response.content
    assert not ConsentState.objects.filter(customer=customer, channel="line").exists()
    assert not ConsentRecord.objects.filter(customer=customer, channel="line", status="given").exists()


def test_what_was_refused_elsewhere_is_not_taken_back_by_an_old_link(
    customer: Customer, say: Callable[..., ConsentRecord]
) -> None:
    with time_machine.travel(NOW, tick=False):
        say(customer.id, granted=False, method="preferences")
        assert stranger().post(address(customer.id)).context["undo"] == ""


def test_what_expired_can_still_be_refused(customer: Customer, say: Callable[..., ConsentRecord]) -> None:
    say(customer.id, granted=False, status="expired")
    assert b"Stop these messages?" in stranger().get(address(customer.id)).content
    stranger().post(address(customer.id))
    assert ConsentState.objects.get(customer=customer, channel="email").status == "denied"


def test_an_old_undo_signs_nobody_up(customer: Customer) -> None:
    client = stranger()
    with time_machine.travel(NOW, tick=False):
        undo = client.post(address(customer.id)).context["undo"]
    with time_machine.travel(NOW + dt.timedelta(hours=1, seconds=1), tick=False):
        late = client.post(address(customer.id), {"undo": undo})
        again = client.post(address(customer.id))
    assert late.status_code == 409
    assert not granted(customer)
    assert again.context["undo"] == ""


@pytest.mark.parametrize("undo", ["", "x", "AAAA" * 20])
def test_a_made_up_undo_changes_nothing(customer: Customer, undo: str) -> None:
    client = stranger()
    client.post(address(customer.id))
    assert client.post(address(customer.id), {"undo": undo}).status_code == 409
    assert not granted(customer)


def test_the_undo_of_another_withdrawal_changes_nothing(customer: Customer, say: Callable[..., ConsentRecord]) -> None:
    other = say(customer.id, channel="sms", granted=False)
    client = stranger()
    client.post(address(customer.id))
    assert client.post(address(customer.id), {"undo": links.undo_token(other.id)}).status_code == 409
    assert not granted(customer)


@pytest.mark.parametrize("token", ["", "x", "x/", "a/b/c", "ภาษาไทย", "AAAA" * 40, "a" * 3000])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_link_gets_a_friendly_page(token: str, method: str) -> None:
    response = getattr(stranger(), method)(f"/unsubscribe/{token}")
    assert response.status_code == 404
    assert b"This link does not work" in response.content
    assert PrivacyAttempt.objects.get().what == "unsubscribe"


def test_somebody_erased_is_told_it_is_done_and_nothing_is_written(customer: Customer) -> None:
    Customer.objects.filter(id=customer.id).update(status="erased")
    before = ConsentRecord.objects.count()
    for response in (stranger().get(address(customer.id)), stranger().post(address(customer.id))):
        assert response.status_code == 200
        assert b"You are unsubscribed" in response.content
    assert ConsentRecord.objects.count() == before


def test_a_link_of_somebody_merged_stops_the_survivor(say: Callable[..., ConsentRecord], customer: Customer) -> None:
    survivor = factories.customer()
    say(survivor.id)
    Customer.objects.filter(id=customer.id).update(status="merged", merged_into=survivor.id)
    assert stranger().post(address(customer.id)).status_code == 200
    assert not granted(survivor)


def test_a_grant_dated_ahead_by_a_fast_clock_does_not_outlast_the_withdrawal(
    customer: Customer, say: Callable[..., ConsentRecord]
) -> None:
    say(customer.id, at=NOW + dt.timedelta(minutes=3), now=NOW)
    with time_machine.travel(NOW, tick=False):
        stranger().post(address(customer.id))
    assert not granted(customer)


def test_the_page_speaks_the_language_of_the_customer_unless_asked_otherwise(customer: Customer) -> None:
    Customer.objects.filter(id=customer.id).update(language="ko")
    korean = stranger().get(address(customer.id))
    assert korean.headers["Content-Language"] == "ko"
    assert "소식과 혜택" in korean.content.decode()
    thai = stranger().get(address(customer.id) + "?lang=th")
    assert "ข่าวสารและข้อเสนอ" in thai.content.decode()


def test_other_methods_are_refused(customer: Customer) -> None:
    assert stranger().delete(address(customer.id)).status_code == 405
