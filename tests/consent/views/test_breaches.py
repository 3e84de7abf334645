import datetime as dt
import re

import pytest
from django.utils import timezone

from cdp.core import jobs
from cdp.core.models import Job
from consent.models import Breach, BreachDraft
from consent.selectors import breaches as reading
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _stands_in_germany(settings):
    settings.CDP_SHOP_COUNTRY = "DE"


def test_a_breach_goes_from_the_first_word_to_the_evidence(client, settings, tmp_path):
    officer = factories.staff("privacy")
    client.force_login(officer)
    factories.customer(name="Ann")
    assert b"Nothing recorded" in client.get("/consent/breaches/").content
    noticed = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    page = client.post(
        "/consent/breaches/new/",
        {"title": "Laptop lost", "noticed_at": noticed, "cause": "lost", "kinds": ["names"]},
        follow=True,
    )
    assert b"The hours are running" in page.content
    assert b"authority may have to be told by" in page.content  # it is only possible
    assert b"authority to be told by" not in page.content
    breach = Breach.objects.get()
    url = f"/consent/breaches/{breach.id}/"
    ids = re.findall(r' id="([^"]+)"', client.get(url).content.decode())
    assert sorted(set(ids)) == sorted(ids)
    assert client.post(f"{url}people/", {"via": "access"}).status_code == 422
    assert client.post(f"{url}people/", {"via": "nonsense"}).status_code == 404
    assert b'<button class="btn btn-primary" type="submit" disabled' in client.get(url).content
    client.post(f"{url}people/", {"via": "all"})
    jobs.run_waiting()
    client.post(f"{url}act/", {"what": "risk", "risk": "high", "reason": "Not encrypted"})
    client.post(f"{url}act/", {"what": "learn", "cause": "lost", "kinds": ["names", "orders"]})
    assert Breach.objects.get().data == ["names", "orders"]
    assert b"Choose how" in client.post(f"{url}act/", {"what": "learn", "cause": "nonsense"}, follow=True).content
    client.post(f"{url}act/", {"what": "note", "text": "Account closed"})
    client.post(f"{url}act/", {"what": "draft"})
    draft = BreachDraft.objects.get(audience="people", language="en")
    assert b"Account closed" in client.get(f"{url}drafts/{draft.id}/").content
    other = factories.staff("owner")
    words = {"subject": "Sorry", "body": "Text", "what": "approve"}
    assert client.post(f"{url}drafts/{draft.id}/", words).status_code == 422  # its writer, and there are two
    client.force_login(other)
    client.post(f"{url}drafts/{draft.id}/", words)
    assert [one.subject for one in reading.letters(breach) if one.row.approved_at] == ["Sorry"]
    letter = BreachDraft.objects.get(audience="authority")
    told = {"what": "authority", "law": "gdpr", "reference": "K-1", "told_at": noticed}
    assert b"approved first" in client.post(f"{url}act/", told, follow=True).content
    client.post(f"{url}drafts/{letter.id}/", {"subject": "Report", "body": "Text"})  # now its writer is the owner
    client.force_login(officer)
    client.post(f"{url}drafts/{letter.id}/", {"subject": "Report", "body": "Text", "what": "approve"})
    assert b"Write date and time" in client.post(f"{url}act/", {**told, "told_at": "soon"}, follow=True).content
    client.post(f"{url}act/", told)
    detail = client.get(url).content.decode()
    assert "The hours are running" not in detail
    assert "K-1" in detail
    settings.CDP_VAR = tmp_path
    client.post(f"{url}pack/")
    jobs.run_waiting()
    job = Job.objects.get(kind="breach_pack")
    packed = client.post(f"{url}pack/{job.id}/")
    assert packed["Content-Type"] == "application/zip"
    assert b"".join(packed.streaming_content)[:2] == b"PK"
    assert client.post(f"{url}pack/{breach.id}/", follow=True).redirect_chain
    assert client.post(f"{url}act/", {"what": "nonsense"}).status_code == 404


def test_the_clock_of_people_who_have_to_be_told_for_certain_runs_beside_those_of_the_authorities(client):
    """Korean law wants customers told within 72 hours of what is only possible, when no authority has to be yet."""
    factories.customer(country="KR")
    client.force_login(factories.staff("privacy"))
    noticed = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    client.post("/consent/breaches/new/", {"title": "Laptop lost", "noticed_at": noticed, "cause": "lost"})
    row = Breach.objects.get()
    url = f"/consent/breaches/{row.id}/"
    page = client.get(url).content.decode()
    assert page.count("customers to be told by") == 1
    assert "Time used for the customers" in page
    Breach.objects.update(noticed_at=timezone.now() - dt.timedelta(hours=73))
    assert "The hours are over" in client.get(url).content.decode()
    in_list = client.get("/consent/breaches/").content.decode()
    assert "Overdue" in in_list
    assert "Customers not told yet" in in_list
    Breach.objects.update(people_told_at=timezone.now())
    assert "customers to be told by" not in client.get(url).content.decode()


def test_a_texts_page_names_the_language_it_is_written_in_and_a_law_only_to_its_authority(client):
    client.force_login(factories.staff("privacy"))
    noticed = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    client.post("/consent/breaches/new/", {"title": "Laptop lost", "noticed_at": noticed, "cause": "lost"})
    url = f"/consent/breaches/{Breach.objects.get().id}/"
    client.post(f"{url}act/", {"what": "draft"})
    said = {}
    for draft in BreachDraft.objects.all():
        page = client.get(f"{url}drafts/{draft.id}/").content.decode()
        said[draft.audience, draft.language] = re.search(r'class="[^"]*subtitle[^"]*">(.*?)<', page)[1]
    assert said == {
        ("authority", "en"): "GDPR · English",
        ("people", "en"): "English",
        ("people", "th"): "Thai",
        ("people", "ko"): "Korean",
    }
