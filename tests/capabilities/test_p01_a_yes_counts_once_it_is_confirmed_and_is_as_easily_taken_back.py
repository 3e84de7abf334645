"""P1: permission per purpose and channel with its proof; asked a second time where the law wants it; taken back as
easily as it was given.
"""

import datetime as dt
import email
import email.policy
import re

from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cdp.core import outbox
from cdp.core.crypto import subjects
from consent.models import ConsentRecord, ConsentState
from consent.selectors import ledger
from consent.services import gate
from customers.models import Customer
from tests import factories, filling

LINKS = re.compile(r"https?://[^/\s]+(/(?:confirm|preferences)/[^\s\"<?]+)")


def test_p01_a_sign_up_is_confirmed_by_mail_proved_and_taken_back_in_one_press(db, settings, tmp_path):
    settings.CDP_VAR, settings.EMAIL_URL, settings.CDP_DOUBLE_OPT_IN = tmp_path, "file:", "always"
    cache.clear()
    phone = Client(headers={"User-Agent": "Phone 1"})

    # Somebody known and somebody new fill in the same form and read the same thanks.
    factories.customer(email="known@example.com")
    ticks = {"consent_marketing_email": "on"}
    answers = [
        filling.send(phone, "signup", name="Ann", email=who, **ticks)["Location"]
        for who in ("ann@example.com", "known@example.com")
    ]
    assert len(set(answers)) == 1
    ann = Customer.objects.exclude(id__in=Customer.objects.filter(name=None)).latest("created_at")
    assert not ConsentRecord.objects.exists()
    assert gate.decide(customer=ann.id, purpose="marketing", channel="email", at=timezone.now()).is_denied

    # The mail's link is looked at by a scanner, then pressed.
    outbox.send_due(now=timezone.now())
    mails = {
        message["To"]: message.get_body(("plain",)).get_content()
        for message in (
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in (tmp_path / "outbox").glob("*.eml")
        )
    }
    link = LINKS.search(mails["ann@example.com"])[1]
    assert phone.get(link).status_code == 200
    assert not ConsentRecord.objects.exists()
    page = phone.post(link).content.decode()
    record = ConsentRecord.objects.get()
    proof = ledger.evidence(record, subjects.load([record.customer_id]))
    assert (record.status, record.purpose, record.channel) == ("given", "marketing", "email")
    assert proof["ticked_at"] < proof["confirmed"]["at"]
    assert proof["confirmed"]["user_agent"] == "Phone 1"
    assert gate.decide(customer=record.customer_id, purpose="marketing", channel="email", at=timezone.now()).is_allowed

    # From the thanks one press leads to the settings, one more stops everything.
    settings_page = re.search(r'href="(/preferences/[^"]+)"', page)[1]
    phone.post(settings_page, {"act": "stop"})
    assert not ConsentState.objects.filter(is_granted=True).exists()
    later = timezone.now() + dt.timedelta(minutes=1)
    assert gate.decide(customer=record.customer_id, purpose="marketing", channel="email", at=later).is_denied
