"""Whatever becomes of a request, the person is told its end in their language, also of an erasure, of whom nothing stays."""

import base64
import datetime as dt
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import Client
from django.utils import timezone, translation

from cdp.core import actors, ids, jobs, leaving, mail, outbox
from cdp.core.crypto import hourly, signing
from cdp.core.models import Notice
from cdp.core.outbox import carriers, composing
from consent.models import BreachPerson, PrivacyRequest, Right
from consent.services.requests import certificates, clocks, closing, intake, rectifying, running, steps
from customers.models import Customer
from customers.services import erasing
from tests import factories, requesting

pytestmark = pytest.mark.django_db
State = PrivacyRequest.State
NOW = timezone.now()


def taken(right, *, language="th", country="TH", identity="id_card", address="ann@example.com", **more):
    who = factories.customer(name="Ann Suksai", email="ann@example.com", country=country, city="Chiang Mai")
    ask = intake.Ask(
        customer=who.id, right=right, door="counter", language=language, identity=identity,
        words=steps.Words(said="please", reach=("email", address) if address else ("", "")), **more,
    )  # fmt: skip
    return intake.begin(ask, actor=actors.SYSTEM, at=NOW).request


def letter(kind):
    """The newest letter of that kind as it is read: subject and text."""
    row = Notice.objects.filter(kind=kind).order_by("id").last()
    assert row is not None, kind
    data = requesting.notices(kind)[-1]
    outgoing = composing.Outgoing(row.id, kind, None, row.channel, "x@example.com", row.language, data, NOW)
    parts = composing.parts(outgoing)
    assert parts.html.count("<html") == 1
    return parts.subject + "\n" + parts.text


@pytest.mark.parametrize(
    ("right", "said"),
    [
        ("access", "7 วัน"),
        ("portability", "7 วัน"),
        ("restriction", "เราเก็บข้อมูลของคุณไว้"),
        ("objection", "โฆษณา"),
        ("withdrawal", "ความยินยอม"),
    ],
)
def test_what_is_done_at_once_is_told_in_their_words(right, said):
    request = taken(right)
    jobs.run_waiting()
    request.refresh_from_db()
    assert request.state == State.ANSWERED
    told = letter("request-answered")
    assert said in told
    assert "สำเนา" not in told or right in {"access", "portability"}, "nobody is promised a copy who asked for none"
    assert "/my-data/r/" in told


def test_corrections_are_told_field_by_field_with_reason_and_how_to_complain():
    request = taken("rectification", language="ko", changes={"city": "Lamphun", "name": "Ann Jaidee"})
    name, city = request.changes.order_by("id")
    rectifying.decide(request=request.id, change=name.id, accept=True, actor=actors.SYSTEM, at=NOW)
    rectifying.decide(
        request=request.id, change=city.id, accept=False, reason="우편물이 반송됨", actor=actors.SYSTEM, at=NOW
    )
    told = letter("request-answered")
    assert "전체 이름" in told
    assert "우편물이 반송됨" in told
    assert "PDPC" in told


def test_a_correction_told_in_words_ends_with_words_that_the_person_reads_and_never_without():
    request = taken("rectification", country="DE", language="en")
    with pytest.raises(steps.UnableToDo, match="Write what you corrected"):
        rectifying.answer(request=request.id, text=" ", actor=actors.SYSTEM, at=NOW)
    said = "The street is <new> now. The name stays: the card says the same."
    rectifying.answer(request=request.id, text=said, actor=actors.SYSTEM, at=NOW)
    told = letter("request-answered")
    assert said in told
    assert "complain to" in told
    page = Client().get(requesting.page(request)).content.decode()
    assert "The street is &lt;new&gt; now." in page
    assert "We did what you asked" not in page


def test_nothing_but_a_correction_is_answered_in_words():
    request = taken("erasure")
    with pytest.raises(steps.UnableToDo):
        rectifying.answer(request=request.id, text="Done.", actor=actors.SYSTEM, at=NOW)
    request.refresh_from_db()
    assert request.state == State.OPEN


def test_a_copy_that_is_made_at_once_brings_one_letter_and_a_slow_one_two(settings, tmp_path):
    settings.CDP_VAR, settings.EMAIL_URL = tmp_path, "file:"
    quick = taken("portability", language="en")
    outbox.send_due(now=NOW)
    jobs.run_waiting()  # by the clock of the machine, which NOW may lie minutes behind
    outbox.send_due(now=timezone.now() + dt.timedelta(minutes=5))
    sent = Notice.objects.filter(key__contains=str(quick.id), state="sent")
    assert [one.kind for one in sent] == ["request-answered"]
    slow = taken("access", language="en", address="slow@example.com")
    outbox.send_due(now=timezone.now() + dt.timedelta(minutes=5))
    jobs.run_waiting()
    outbox.send_due(now=timezone.now() + dt.timedelta(minutes=9))
    sent = Notice.objects.filter(key__contains=str(slow.id), state="sent").order_by("kind")
    assert [one.kind for one in sent] == ["request-answered", "request-received"]


@pytest.mark.parametrize("right", Right.values)
def test_refused_extended_and_taken_back_are_told_for_every_right(right):
    request = taken(right, country="DE", language="en", identity="")
    clocks.extend(request=request.id, reason="Many files.", actor=actors.SYSTEM, at=NOW)
    extended = letter("request-extended")
    assert "Many files." in extended
    if right == "erasure":
        closing.cancel(request=request.id, actor=actors.CUSTOMER, at=NOW)
        assert "was taken back" in letter("request-cancelled")
        return
    closing.refuse(
        request=request.id, ground="not_identified", reason="No card was shown.", actor=actors.SYSTEM, at=NOW
    )
    refused = letter("request-refused")
    for words in ("could not make sure who asks", "No card was shown.", "data protection authority"):
        assert words in refused


def test_an_erasure_is_told_once_and_its_address_goes_with_the_letter(settings, tmp_path, monkeypatch):
    settings.CDP_VAR, settings.EMAIL_URL = tmp_path, "file:"
    request = taken("erasure", language="th")
    factories.order(Customer.objects.get(id=request.customer_id))
    BreachPerson.objects.create(breach_id=ids.uuid7(), customer_id=request.customer_id, via="all", added_at=NOW)
    running.run(request=request.id, actor=actors.SYSTEM, at=NOW)
    request.refresh_from_db()
    told = letter("request-erased")
    found = certificates.readable(request.outcome["certificate"])
    for words in (
        found.number,
        "พระราชบัญญัติการบัญชี พ.ศ. 2543 มาตรา 14",
        "PDPC",
        "ข้อมูลของคุณถูกลบแล้ว",
        "เวลาไทย",
        "คำสั่งซื้อ",
        "พ.ศ.",
    ):
        assert words in told, words
    with translation.override("th"):
        incident = next(
            one for one in certificates.readable(request.outcome["certificate"]).kept if "เหตุการณ์" in one.why
        )
    assert (incident.rows, incident.law) == (1, ""), "an incident is no proof of a consent"
    for ours in ("Act", "metrics", "+07", "key)", "orders", "customers", ".Order"):
        assert ours not in told, "kinds of data have plain names"
    sent, send = [], carriers._Email.send
    monkeypatch.setattr(
        carriers._Email, "send", lambda self, out, *, permit: sent.append(out.address) or send(self, out, permit=permit)
    )
    outbox.send_due(now=NOW)
    assert sent == ["ann@example.com"], "the letter knew where to go"
    row = Notice.objects.get(kind="request-erased")
    assert (row.state, row.address, row.data, bytes(row.address_digest)) == ("sent", None, None, b"")
    everything = b"".join(path.read_bytes() for path in (tmp_path / "outbox").glob("*"))
    assert b"ann@example.com" not in everything
    assert found.number.encode() in everything
    assert not outbox.send_due(now=NOW).counts


def test_a_real_mail_server_is_told_the_address():
    outgoing = composing.Outgoing(ids.uuid7(), "request-erased", None, "email", "ann@example.com", "en", {}, NOW)
    told = []

    class Server(mail.SmtpTransport):
        def __init__(self):
            pass

        def send(self, message, *, name, permit):
            told.append(message["To"])

    permit = leaving.own(leaving.Own.REQUEST_ANSWER, channel="email", at=NOW)
    carriers._Email(Server()).send(outgoing, permit=permit)
    assert told == ["ann@example.com"]


def test_whoever_erases_them_the_asker_is_told_and_a_blocked_erasure_tells_nobody(monkeypatch):
    request = taken("erasure", language="en")
    monkeypatch.setattr(erasing.purging, "_empty", lambda *_args, **_more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        erasing.erase(customer=request.customer_id, actor=actors.SYSTEM, at=NOW)
    monkeypatch.undo()
    assert not Notice.objects.filter(kind="request-erased").exists(), "not erased, no letter"
    erasing.erase(customer=request.customer_id, actor=actors.SYSTEM, at=NOW)  # by REST, say
    assert not outbox.send_due(now=NOW).counts.get("failed")
    waiting = Notice.objects.get(kind="request-erased")
    assert waiting.state == "waiting", "it waits until it is known what to say"
    running.tidy(now=NOW)
    assert "was done on" in letter("request-erased")


def test_an_address_that_cannot_be_delivered_is_gone_after_a_week():
    request = taken("erasure", language="en")
    erasing.erase(customer=request.customer_id, actor=actors.SYSTEM, at=NOW)
    outbox.send_due(now=NOW + hourly.KEPT)
    row = Notice.objects.get(kind="request-erased")
    assert (row.state, row.reason, row.address, row.data) == ("dropped", "too_late", None, None)


def test_a_certificate_is_checked_by_anybody_with_the_published_key_alone(client):
    request = taken("erasure")
    running.run(request=request.id, actor=actors.SYSTEM, at=NOW)
    request.refresh_from_db()
    client.force_login(factories.staff("privacy"))
    page = client.get(f"/consent/requests/{request.id}/")
    assert f"/consent/requests/{request.id}/certificate/" in page.content.decode()
    file = json.loads(client.get(f"/consent/requests/{request.id}/certificate/").content)
    keys = Client().get("/privacy/receipt-keys.json").json()
    raw = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))  # noqa: E731
    signature = file.pop("signature")
    key = next(key for key in keys["keys"] if key["kid"] == signature["kid"])
    signed = json.dumps(file, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    Ed25519PublicKey.from_public_bytes(raw(key["x"])).verify(raw(signature["value"]), signed)
    assert certificates.is_ours({**file, "signature": signature})
    assert not certificates.is_ours({**file, "erased_at": "2020-01-01", "signature": signature})
    assert not signing.is_signed(file, {**signature, "kid": "another"})
    assert file["keys_destroyed"] is True


def test_who_proves_it_later_has_it_done_and_what_was_left_undone_is_done(monkeypatch):
    letter_ = taken("objection", identity="")
    assert (letter_.state, letter_.proved_at) == (State.OPEN, None)
    again = intake.begin(
        intake.Ask(
            customer=letter_.customer_id, right="objection", door="web", language="en", identity="code",
            words=steps.Words(reach=("email", "new@example.com")),
        ),
        actor=actors.CUSTOMER, at=NOW,
    )  # fmt: skip
    assert (again.is_new, again.request.id, again.request.state) == (False, letter_.id, State.ANSWERED)
    assert steps.words(again.request).reach == ("email", "new@example.com")
    monkeypatch.setattr(running, "run", lambda **_: 1 / 0)  # killed between the two
    with pytest.raises(ZeroDivisionError):
        taken("restriction")
    monkeypatch.undo()
    left = PrivacyRequest.objects.get(right="restriction")
    assert left.state == State.OPEN
    assert running.tidy(now=NOW) == 0, "it may only just have been asked"
    running.tidy(now=NOW + dt.timedelta(minutes=5))
    left.refresh_from_db()
    assert left.state == State.ANSWERED


def test_what_staff_made_sure_of_later_waits_for_staff():
    letter_ = taken("objection", identity="")
    intake.prove(request=letter_.id, identity="id_card", actor=actors.Actor("staff"), at=NOW + dt.timedelta(minutes=1))
    running.tidy(now=NOW + dt.timedelta(minutes=9))
    letter_.refresh_from_db()
    assert letter_.state == State.OPEN


def test_a_strangers_letter_is_not_proved_by_the_person():
    letter_ = taken("rectification", identity="", changes={"phone": "+66899999999"})
    assert rectifying.opened(letter_)[0].wanted == "+66899999999"
    intake.begin(
        intake.Ask(
            customer=letter_.customer_id, right="rectification", door="web", language="en", identity="code",
            changes={"city": "Bangkok"}, words=steps.Words(reach=("email", "ann@example.com")),
        ),
        actor=actors.CUSTOMER, at=NOW,
    )  # fmt: skip
    letter_.refresh_from_db()
    assert letter_.proved_at == NOW
    assert [(one.field, one.wanted) for one in rectifying.opened(letter_)] == [("city", "Bangkok")]
