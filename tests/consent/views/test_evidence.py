"""Files that prove what somebody said: kept with the statement or not at all, opened by few, gone with the person."""

import base64
import datetime as dt
import hashlib
import io
import re

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from cdp.core import actors, uploads
from cdp.core.chains import verifying
from cdp.core.models import AccessEntry, AuditEntry
from consent.models import ConsentRecord, EvidenceFile
from consent.selectors import evidence
from customers.models import Customer
from customers.services import erasing, merging
from tests import factories, papers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.CDP_VAR = tmp_path
    cache.clear()


@pytest.fixture
def ann():
    return factories.customer(name="Ann Ray", email="ann@example.com")


@pytest.fixture
def clerk():
    return _logged_in("clerk")


def _logged_in(role):
    client = Client()
    client.force_login(factories.staff(role, email=f"{role}@shop.example"))
    return client


def _sheet(clerk, ann, *files, **changes):
    url = f"/consent/customers/{ann.id}/record/"
    token = re.search(r'name="form_token" value="([^"]+)"', clerk.get(url).content.decode())[1]
    told = {
        "form_token": token, "about": "marketing.email", "said": "yes", "way": "paper", "at": "2026-01-05T10:30",
        "language": "th", "words": "Send me your news", **changes,
    }  # fmt: skip
    return url, {**told, "evidence": [SimpleUploadedFile(f"form {ann.id}.html", content) for content in files]}


def _by_sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE consent_evidencefile DISABLE TRIGGER USER")
        cursor.execute(statement, params)
        cursor.execute("ALTER TABLE consent_evidencefile ENABLE TRIGGER USER")


def _named():
    return sorted(
        (fault.row, fault.kind)
        for one in verifying.verify(now=timezone.now())
        for fault in one.faults
        if one.subject == evidence.TABLE
    )


def test_a_clerk_attaches_a_scan_and_the_officer_opens_it(clerk, ann):
    url, told = _sheet(clerk, ann, papers.PDF, papers.WAV)
    assert clerk.post(url, told)["Location"] == f"/consent/customers/{ann.id}/statements/"
    # A second press of the button is the same statement.
    for file in told["evidence"]:
        file.seek(0)
    assert clerk.post(url, told).status_code == 302
    record = ConsentRecord.objects.get()
    assert (record.status, record.method, record.language, str(record.at)) == (
        "given", "paper", "th", "2026-01-05 03:30:00+00:00",
    )  # fmt: skip
    scan, sound = EvidenceFile.objects.order_by("id")
    assert (scan.kind, sound.kind, scan.customer_id) == ("pdf", "wav", ann.id)
    assert papers.PDF not in bytes(scan.content)
    assert not list(uploads.path_of(scan.id).parent.iterdir())

    assert "2 files prove what they said" in clerk.get(f"/customers/{ann.id}/").content.decode()
    address = f"/consent/evidence/{scan.id}/"
    assert clerk.get(address).status_code == 403
    officer = _logged_in("privacy")
    page = officer.get(f"/consent/ledger/{record.id}/").content.decode()
    assert address in page
    assert hashlib.sha256(papers.PDF).hexdigest() in page
    assert "2 files" in officer.get("/consent/ledger/").content.decode()
    answer = officer.get(address)
    assert answer.content == papers.PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith('attachment; filename="evidence-')
    assert answer["Content-Disposition"].endswith('.pdf"')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]
    assert AccessEntry.objects.filter(view="consent:evidence-file", customer_ids=[ann.id]).count() == 1


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        ([b"<html><script>alert(1)</script>"], "This is no file we keep"),
        ([b""], "The file is empty"),
        ([papers.PDF.ljust(uploads.LARGEST_EVIDENCE + 1, b" ")], "the limit is 10 MB"),
    ],
    ids=["html", "empty", "large"],
)
def test_what_proves_nothing_is_refused_and_nothing_is_written(clerk, ann, contents, words):
    url, told = _sheet(clerk, ann, *contents)
    answer = clerk.post(url, told)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "choose the file again" in answer.content.decode()
    assert not ConsentRecord.objects.exists()
    assert not EvidenceFile.objects.exists()


def test_a_yes_without_words_or_from_the_future_is_refused(clerk, ann):
    url, told = _sheet(clerk, ann, papers.PDF, words="")
    assert "Write the words to which the customer said yes." in clerk.post(url, told).content.decode()
    url, told = _sheet(clerk, ann, papers.PDF, at="2999-01-01T00:00")
    assert "The time lies in the future." in clerk.post(url, told).content.decode()
    assert not EvidenceFile.objects.exists()
    assert AuditEntry.objects.get(action="consent:record:refused", customer_id=ann.id).details["reason"] == "future"


def test_a_paper_signed_before_they_might_decide_needs_a_guardian_however_late_it_is_typed_in(clerk, ann):
    turned = timezone.localdate() - dt.timedelta(days=10)  # 14, the age of Korean law
    born = turned.replace(year=turned.year - 14, day=min(turned.day, 28))
    Customer.objects.filter(id=ann.id).update(country="KR", birth_date=born)
    for days, status in ((30, 422), (5, 302)):
        signed = timezone.localdate() - dt.timedelta(days=days)
        url, told = _sheet(clerk, ann, papers.PDF, language="ko", at=f"{signed}T10:30")
        answer = clerk.post(url, told)
        assert answer.status_code == status
        assert ("a guardian has to allow this" in answer.content.decode()) is (status == 422)
    assert timezone.localdate(ConsentRecord.objects.get().at) == signed


def test_a_changed_a_removed_and_a_slipped_in_file_are_named(clerk, ann):
    url, told = _sheet(clerk, ann, papers.PDF, papers.PNG)
    clerk.post(url, told)
    assert _named() == []
    scan, photo = EvidenceFile.objects.order_by("id")
    record = ConsentRecord.objects.get()
    _by_sql("UPDATE consent_evidencefile SET content = set_byte(content, 60, 0) || '\\x00' WHERE id = %s", scan.id)
    _by_sql("DELETE FROM consent_evidencefile WHERE id = %s", photo.id)
    assert _named() == sorted([(str(scan.id), "altered"), (str(photo.id), "missing")])
    with pytest.raises(CommandError):
        call_command("verify_ledgers", stdout=io.StringIO())
    # Whoever opens it learns it, too, and sees nothing of it.
    officer = _logged_in("privacy")
    answer = officer.get(f"/consent/evidence/{scan.id}/", follow=True)
    assert answer.redirect_chain == [(f"/consent/ledger/{record.id}/", 302)]
    assert "not the one that was recorded" in answer.content.decode()
    _by_sql(
        "INSERT INTO consent_evidencefile SELECT %s, kind, size, name, content, added_at, actor_kind, actor_id,"
        " customer_id FROM consent_evidencefile WHERE id = %s",
        record.id, scan.id,
    )  # fmt: skip
    assert (str(record.id), "unnamed") in _named()


def test_files_stay_with_who_was_merged_and_go_with_who_is_erased(clerk, ann):
    url, told = _sheet(clerk, ann, papers.MP3)
    clerk.post(url, told)
    survivor, officer = factories.customer(name="Ann R", email="ar@example.com"), _logged_in("privacy")
    file = EvidenceFile.objects.get()
    merging.merge(survivor=survivor.id, absorbed=ann.id, reason="steward", actor=actors.SYSTEM, at=timezone.now())
    assert officer.get(f"/consent/evidence/{file.id}/").content == papers.MP3
    erasing.erase(customer=survivor.id, actor=actors.SYSTEM, at=timezone.now())
    assert not EvidenceFile.objects.exists()
    assert officer.get(f"/consent/evidence/{file.id}/").status_code == 404
    assert (
        "The file went with the person"
        in officer.get(f"/consent/ledger/{ConsentRecord.objects.get().id}/").content.decode()
    )
    assert _named() == []


def test_programs_attach_files_in_base64(ann):
    headers = {"Authorization": f"Bearer {factories.api_key()[1]}"}

    def post(*contents):
        files = [{"name": "scan.png", "content": content} for content in contents]
        body = {
            "customer": str(ann.id), "purpose": "marketing", "channel": "email", "granted": True,
            "policy_version": "1.0", "evidence": {"text": "News"}, "files": files,
        }  # fmt: skip
        return Client().post("/api/v1/consents", body, content_type="application/json", headers=headers)

    told = post(base64.b64encode(papers.PNG).decode())
    assert told.status_code == 201, told.content
    file = EvidenceFile.objects.get()
    assert told.json()["files"] == [
        {"id": str(file.id), "kind": "png", "size": len(papers.PNG), "sha256": hashlib.sha256(papers.PNG).hexdigest()}
    ]
    assert told.json()["evidence"] == {"text": "News"}
    for content, pointer in (("<svg>", "/files/0/content"), (base64.b64encode(b"<svg>").decode(), "/files/0/content")):
        answer = post(content)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    large = base64.b64encode(papers.PDF.ljust(2 * 1024 * 1024, b" ")).decode()
    assert post(large, large).status_code in {413, 422}
    assert EvidenceFile.objects.count() == 1
