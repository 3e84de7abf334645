import pytest
from django.utils import timezone

from cdp.core import jobs
from consent.models import Breach, BreachDraft
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_breach_goes_from_the_first_word_to_the_evidence(client):
    client.force_login(factories.staff("privacy"))
    factories.customer(name="Ann")
    assert b"Nothing recorded" in client.get("/consent/breaches/").content
    noticed = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    page = client.post(
        "/consent/breaches/new/",
        {"title": "Laptop lost", "noticed_at": noticed, "cause": "lost", "kinds": ["names"]},
        follow=True,
    )
    assert b"The hours are running" in page.content
    breach = Breach.objects.get()
    url = f"/consent/breaches/{breach.id}/"
    assert client.post(f"{url}people/", {"via": "access"}).status_code == 422
    client.post(f"{url}people/", {"via": "all"})
    jobs.run_waiting()
    client.post(f"{url}act/", {"what": "risk", "risk": "high", "reason": "Not encrypted"})
    client.post(f"{url}act/", {"what": "note", "text": "Account closed"})
    client.post(f"{url}act/", {"what": "draft"})
    draft = BreachDraft.objects.get(audience="people", language="en")
    assert b"Account closed" in client.get(f"{url}drafts/{draft.id}/").content
    client.post(f"{url}drafts/{draft.id}/", {"subject": "Sorry", "body": draft.body, "what": "approve"})
    draft.refresh_from_db()
    assert (draft.subject, draft.approved_at is not None) == ("Sorry", True)
    client.post(f"{url}act/", {"what": "authority", "reference": "K-1"})
    detail = client.get(url).content.decode()
    assert "The hours are running" not in detail
    assert "K-1" in detail
    packed = client.post(f"{url}pack/")
    assert packed["Content-Type"] == "application/zip"
    assert client.post(f"{url}act/", {"what": "nonsense"}).status_code == 404
