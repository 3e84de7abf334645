"""P1: permission per purpose and channel with its proof; asked a second time where the law wants it; taken back as
easily as it was given.
"""

import datetime as dt
import email
import email.policy
import re

from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from cdp.core import jobs, outbox
from cdp.core.crypto import subjects
from consent.models import ConsentRecord, ConsentState, EvidenceFile
from consent.selectors import ledger
from consent.services import gate
from customers.models import Customer
from tests import factories, filling, papers

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


def test_p01_a_yes_on_paper_is_proved_by_its_scan_and_whoever_changes_either_is_named(db, settings, tmp_path):
    settings.CDP_VAR = tmp_path
    cache.clear()
    ann, clerk, officer = factories.customer(name="Ann Ray"), Client(), Client()
    clerk.force_login(factories.staff("clerk"))
    officer.force_login(factories.staff("privacy"))

    # A clerk writes down what stands on the form that Ann signed last week, and lays its scan beside.
    page = f"/consent/customers/{ann.id}/record/"
    form = {
        "form_token": re.search(r'name="form_token" value="([^"]+)"', clerk.get(page).content.decode())[1],
        "about": "marketing.post", "said": "yes", "way": "paper", "at": "2026-02-03T09:00", "language": "en",
        "words": "Send me your catalogue", "evidence": SimpleUploadedFile("form.pdf", papers.PDF),
    }  # fmt: skip
    assert clerk.post(page, form).status_code == 302
    record, scan = ConsentRecord.objects.get(), EvidenceFile.objects.get()
    assert gate.decide(customer=ann.id, purpose="marketing", channel="post", at=timezone.now()).is_allowed

    # The officer proves it: everything stands as it was written, and the scan opens.
    officer.post("/consent/ledger/verify/")
    jobs.run_waiting()
    assert "All ledgers stand as they were written" in officer.get("/consent/ledger/").content.decode()
    assert officer.get(f"/consent/evidence/{scan.id}/").content == papers.PDF

    # The owner of the database turns the yes into another, and swaps the scan.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, change in (
            ("consent_consentrecord", "channel = 'email'"),
            ("consent_evidencefile", "content = content || content"),
        ):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"UPDATE {table} SET {change}")
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    officer.post("/consent/ledger/verify/")
    jobs.run_waiting()
    told = officer.get("/consent/ledger/").content.decode()
    assert "do not stand as they were written" in told
    assert str(record.id) in told
    assert str(scan.id) in told
