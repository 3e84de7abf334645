"""Notices are written once, delivered once, and readable to nobody else."""

import datetime as dt
import email
import email.policy
import uuid

import pytest
from django.template import engines
from django.utils import timezone

from cdp.core import actors, carrying, leaving, mail, outbox
from cdp.core.backoff import MOST_ATTEMPTS
from cdp.core.crypto import hourly
from cdp.core.models import HourlyKey, Notice
from cdp.core.outbox import carriers, claims, registry, writing
from customers.models import Customer
from customers.services import erasing, merging
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TEMPLATES = {
    "notices/trial-code.txt": '{% extends "notices/base.txt" %}{% block subject %}Code for {{ who }}{% endblock %}'
    "{% block body %}Your code is {{ code }}.{% endblock %}",
    "notices/trial-code.html": '{% extends "notices/base.html" %}{% block body %}<p>{{ code }}</p>{% endblock %}',
}


@pytest.fixture(autouse=True)
def trial(settings, tmp_path, monkeypatch):
    """A kind with templates of its own, and an empty folder."""
    settings.CDP_VAR = tmp_path
    settings.EMAIL_URL = "file:"
    settings.TEMPLATES = [
        {
            **settings.TEMPLATES[0],
            "APP_DIRS": False,
            "OPTIONS": {
                **settings.TEMPLATES[0]["OPTIONS"],
                "loaders": [
                    ("django.template.loaders.locmem.Loader", TEMPLATES),
                    "django.template.loaders.filesystem.Loader",
                    "django.template.loaders.app_directories.Loader",
                ],
            },
        }
    ]
    monkeypatch.setitem(registry._kinds, "trial-code", registry.Kind("trial-code", "A code on trial"))
    assert engines["django"]
    return tmp_path / "outbox"


def draft(customer=None, **given):
    told = {
        "kind": "trial-code",
        "address": "mali@example.com",
        "key": "trial:1",
        "language": "en",
        "customer": customer.id if customer else None,
        "data": {"code": "<123>", "who": "Mali\nBcc: x@example.com"},
    }
    return outbox.Draft(**(told | given))


def row(put):
    return Notice.objects.get(id=put.id)


def test_a_notice_becomes_one_file_and_says_who_sends_it(trial):
    mali = factories.customer(email="mali@example.com")
    put = outbox.put(draft(mali), at=NOW)
    assert outbox.send_due(now=NOW).counts == {"sent": 1}
    assert outbox.send_due(now=NOW).counts == {}
    (path,) = trial.iterdir()
    assert path.name == f"{put.id}.eml"
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["To"] == "mali@example.com"
    assert message["Subject"] == "Code for Mali"  # the first line only: nothing else becomes a header
    assert message["Bcc"] is None
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "Your code is <123>." in text
    assert "&lt;123&gt;" in html
    for body in (text, html):
        assert "/privacy/?lang=en" in body
        assert "Sukhumvit" in body
    assert (row(put).state, row(put).sent_at) == ("sent", NOW)


def test_the_same_key_is_one_notice():
    mali = factories.customer(email="mali@example.com")
    first, again = outbox.put(draft(mali), at=NOW), outbox.put(draft(mali, address="else@example.com"), at=NOW)
    assert (first.is_new, again.is_new, again.id) == (True, False, first.id)
    assert outbox.put(draft(), at=NOW).is_new  # somebody else
    assert Notice.objects.count() == 2


def test_what_is_personal_lies_sealed(trial):
    mali = factories.customer(email="mali@example.com")
    for who in (mali, None):
        stored = row(outbox.put(draft(who), at=NOW))
        plain = repr({field.name: getattr(stored, field.name) for field in Notice._meta.fields}).encode()
        assert b"mali@example" not in plain + bytes(stored.address) + bytes(stored.data)
        assert "mali" not in repr(draft(who))


def test_a_notice_to_nobody_we_know_goes_and_cannot_be_read_once_its_hour_is_gone(trial):
    outbox.put(draft(), at=NOW)
    assert outbox.send_due(now=NOW).counts == {"sent": 1}
    late = outbox.put(draft(key="late"), at=NOW)
    HourlyKey.objects.all().delete()
    hourly.forget()
    assert outbox.send_due(now=NOW).counts == {"failed": 1}
    assert row(late).reason == "unreadable"


class Gate:
    """Says the same of everybody."""

    def __init__(self, decision):
        self.decision, self.asked = decision, []

    def decide_many(self, customers, *, purpose, channel, at):
        self.asked.append((set(customers), purpose, channel, at))
        return dict.fromkeys(customers, self.decision)


def test_nothing_goes_without_a_word_of_the_gate_at_the_time_the_run_has_come_to(monkeypatch):
    monkeypatch.setattr(carrying.Watch, "moment", lambda self: self.now + dt.timedelta(minutes=10))  # a slow server
    mali = factories.customer(email="mali@example.com")
    gate = Gate(leaving.Decision(leaving.Outcome.DENIED, reason="restricted", rule="gdpr:18"))
    monkeypatch.setattr(leaving, "_gate", [gate])
    put = outbox.put(draft(mali), at=NOW)
    assert outbox.send_due(now=NOW).counts == {"dropped": 1}
    assert gate.asked == [({mali.id}, "service", "email", NOW + dt.timedelta(minutes=10))]
    assert (row(put).reason, row(put).rule) == ("restricted", "gdpr:18")


def test_a_deferred_notice_waits_for_its_hour(monkeypatch):
    mali = factories.customer(email="mali@example.com")
    until = NOW + dt.timedelta(hours=3)
    gate = Gate(leaving.Decision(leaving.Outcome.DEFERRED, until=until, reason="quiet_hours"))
    monkeypatch.setattr(leaving, "_gate", [gate])
    outbox.put(draft(mali), at=NOW)
    assert outbox.send_due(now=NOW).counts == {"deferred": 1}
    assert outbox.send_due(now=NOW).counts == {}
    gate.decision = leaving.Decision(leaving.Outcome.ALLOWED)
    assert outbox.send_due(now=until).counts == {"sent": 1}


def test_people_of_the_sample_are_written_to_in_files_only(monkeypatch):
    mali = factories.customer(email="mali@example.com")
    Customer.objects.filter(id=mali.id).update(is_sample=True)
    outbox.put(draft(mali), at=NOW)
    monkeypatch.setattr(mail, "reaches_the_world", lambda: True)
    assert outbox.send_due(now=NOW).counts == {"dropped": 1}
    monkeypatch.setattr(mail, "reaches_the_world", lambda: False)
    outbox.put(draft(mali, key="2"), at=NOW)
    assert outbox.send_due(now=NOW).counts == {"sent": 1}


def test_a_code_that_has_lapsed_is_not_sent_any_more(trial):
    put = outbox.put(draft(valid_until=NOW + dt.timedelta(minutes=10)), at=NOW)
    assert outbox.send_due(now=NOW + dt.timedelta(minutes=10)).counts == {"dropped": 1}
    assert row(put).reason == "too_late"
    assert not trial.exists() or not list(trial.iterdir())


def test_what_was_taken_back_is_not_sent():
    outbox.put(draft(), at=NOW)
    assert outbox.cancel(customer=None, keys=["trial:1"]) == 1
    assert outbox.send_due(now=NOW).counts == {}


@pytest.mark.parametrize("channel", ["sms", "line", "kakao"])
def test_channels_without_a_provider_are_written_as_files(trial, channel):
    put = outbox.put(draft(channel=channel, address="+66812345678"), at=NOW)
    assert outbox.send_due(now=NOW).counts == {"sent": 1}
    (path,) = trial.iterdir()
    assert path.name == f"{put.id}.txt"
    assert "+66812345678" in path.read_text()
    assert "Your code is <123>." in path.read_text()


class _Broken:
    def __init__(self, *faults):
        self.faults = list(faults)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def send(self, *_args, **_kwargs):
        if self.faults:
            raise self.faults.pop(0)


def test_what_could_not_be_handed_over_waits_longer_each_time_and_fails_in_the_end(monkeypatch):
    put = outbox.put(draft(), at=NOW)
    broken = _Broken(mail.Unavailable("SMTP 451"), mail.Refused("SMTP 550"))
    monkeypatch.setattr(carriers.mail, "transport", lambda: broken)
    assert outbox.send_due(now=NOW).counts == {"retried": 1}
    assert (row(put).attempts, row(put).due_at) == (1, NOW + dt.timedelta(minutes=1))
    assert outbox.send_due(now=NOW).counts == {}
    assert outbox.send_due(now=NOW + dt.timedelta(minutes=1)).counts == {"failed": 1}
    assert row(put).reason == "SMTP 550"
    given_up = outbox.put(draft(key="2"), at=NOW)
    Notice.objects.filter(id=given_up.id).update(attempts=MOST_ATTEMPTS - 1)
    broken.faults = [mail.Unavailable("SMTP 451")]
    assert outbox.send_due(now=NOW).counts == {"failed": 1}


def test_a_server_that_is_gone_stops_the_run_and_keeps_the_rest(monkeypatch):
    for number in range(3):
        outbox.put(draft(key=str(number)), at=NOW)
    monkeypatch.setattr(carriers.mail, "transport", lambda: _Broken(mail.Unreachable("OSError")))
    tally = outbox.send_due(now=NOW)
    assert (tally.counts, tally.is_stopped) == ({"retried": 1}, True)
    assert Notice.objects.filter(state="waiting", attempts=0).count() == 2


def test_a_dead_ones_claim_is_taken_up_and_the_file_is_still_one(trial):
    put = outbox.put(draft(), at=NOW)
    (claimed,) = claims.CLAIMS.take(12345, claims.due("email", now=NOW), limit=5)
    claims.CLAIMS.attempt(claimed, 12345, at=NOW)
    trial.mkdir()
    (trial / f"{put.id}.eml").write_text("handed over, then killed")
    assert outbox.send_due(now=NOW).counts == {"sent": 1}
    assert [path.name for path in trial.iterdir()] == [f"{put.id}.eml"]
    assert row(put).attempts == 1


@pytest.mark.django_db(transaction=True)
def test_an_erased_person_leaves_neither_notice_nor_file(trial):
    mali = factories.customer(email="mali@example.com")
    outbox.put(draft(mali), at=NOW)
    outbox.put(draft(), at=NOW)
    outbox.send_due(now=NOW)
    outbox.put(draft(mali, key="waits"), at=NOW)
    assert len(list(trial.iterdir())) == 2
    erasing.erase(customer=mali.id, actor=actors.SYSTEM, at=NOW)
    assert [one.customer_id for one in Notice.objects.all()] == [outbox.NOBODY]
    assert len(list(trial.iterdir())) == 1


def test_who_is_forgotten_while_the_notice_leaves_has_no_file_either(trial, monkeypatch):
    mali = factories.customer(email="mali@example.com")
    put = outbox.put(draft(mali), at=NOW)
    real = carriers._Email.send

    def send(self, outgoing, *, permit):
        real(self, outgoing, permit=permit)
        Notice.objects.filter(id=put.id).delete()

    monkeypatch.setattr(carriers._Email, "send", send)
    assert outbox.send_due(now=NOW).counts == {"lost": 1}
    assert list(trial.iterdir()) == []


def test_a_notice_follows_whoever_was_absorbed(trial):
    mali, malee = factories.customer(email="mali@example.com"), factories.customer(email="malee@example.com")
    put = outbox.put(draft(malee), at=NOW)
    merging.merge(survivor=mali.id, absorbed=malee.id, reason="steward", actor=actors.SYSTEM, at=NOW)
    assert row(put).customer_id == mali.id
    assert outbox.send_due(now=NOW).counts == {"sent": 1}


def test_nobody_without_a_key_or_an_address_gets_a_notice():
    with pytest.raises(writing.UnableToPut):
        outbox.put(draft(customer=None, address=" "), at=NOW)
    with pytest.raises(writing.UnableToPut):
        outbox.put(outbox.Draft("trial-code", "a@example.com", "k", "en", customer=uuid.uuid4()), at=NOW)


def test_old_notices_go_with_their_files_and_new_ones_stay(trial):
    then = NOW - dt.timedelta(days=100)
    for number, at in enumerate((then, NOW)):
        outbox.put(draft(key=str(number)), at=at)
        outbox.put(draft(factories.customer(), key=str(number)), at=at)
    outbox.send_due(now=NOW)
    outbox.put(draft(key="later", due_at=NOW + dt.timedelta(days=1)), at=NOW)
    assert outbox.forget_old(now=NOW) == 2
    assert Notice.objects.count() == 3
    assert len(list(trial.iterdir())) == 2


def test_how_often_an_address_was_written_to_is_counted_whoever_it_was_for():
    outbox.put(draft(factories.customer()), at=NOW)
    outbox.put(draft(address="MALI@example.com "), at=NOW)
    outbox.put(draft(address="else@example.com", key="2"), at=NOW)
    asked = {"address": "mali@example.com", "kinds": ["trial-code"]}
    assert outbox.recent(**asked, since=NOW) == 2
    assert outbox.recent(**asked, since=NOW + dt.timedelta(seconds=1)) == 0
