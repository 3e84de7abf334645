"""The pages of exports: counted first, decided by somebody else, fetched by who asked."""

import pytest
from django.urls import reverse
from django.utils import timezone

from cdp.core import actors, jobs
from cdp.core.models import Export
from consent.services import restricting
from customers.models import Customer
from tests import factories

pytestmark = pytest.mark.django_db
NEW = "/exports/new/"


@pytest.fixture(autouse=True)
def shop(settings, tmp_path):
    settings.CDP_VAR, settings.CDP_EXPORT_ALONE = tmp_path, 1
    for name in ("ann", "ben"):
        factories.customer(name=name.title(), email=f"{name}@example.com")


def given(**changed):
    return {
        "kind": "customers", "segment": "", "purpose": "service", "form": "csv", "reason": "yearly audit",
        "columns": ["customer.name", "customer.email"], **changed,
    }  # fmt: skip


def place(name, export, **more):
    return reverse(f"web:export-{name}", kwargs={"export": export.id, **more})


def test_a_file_goes_its_way_between_two_people(client):
    owner, officer, marketer = factories.staff("owner"), factories.staff("privacy"), factories.staff("marketer")
    client.force_login(owner)
    page = client.post(NEW, given())
    assert "2" in page.content.decode()
    assert "Ask for it" in page.content.decode()
    assert not Export.objects.exists()
    # Nobody asks for people they have not seen: what was changed since is counted first.
    client.post(NEW, given(start="1", counted="|marketing"))
    assert not Export.objects.exists()
    assert client.post(NEW, given(start="1", counted="|service")).status_code == 302
    export = Export.objects.get()
    assert client.post(place("act", export, action="approve"), {"why": "I say so"}).status_code == 422
    assert client.get(place("file", export)).status_code == 302
    client.force_login(marketer)
    assert client.get(place("detail", export)).status_code == 404
    assert client.post(place("act", export, action="approve")).status_code == 404
    client.force_login(officer)
    assert "Waits for your word" in client.get("/exports/").content.decode()
    assert "yearly audit" in client.get(place("detail", export)).content.decode()
    assert client.post(place("act", export, action="refuse"), {"why": ""}).status_code == 422
    assert client.post(place("act", export, action="approve"), {"why": "as agreed"}).status_code == 302
    jobs.run_waiting()
    assert client.get(place("file", export)).status_code == 302  # who let it go does not get it
    client.force_login(owner)
    assert "as agreed" in (page := client.get(place("detail", export)).content.decode())
    assert "may still leave" not in page
    for person, left in zip(
        Customer.objects.filter(status="known").order_by("id"),
        ("Of them 1 may still leave", "None of them"),
        strict=True,
    ):
        restricting.restrict(
            customer=person.id, reason=restricting.Reason.ASKED, actor=actors.SYSTEM, at=timezone.now()
        )
        assert left in client.get(place("detail", export)).content.decode()
    for person in Customer.objects.filter(status="known"):
        restricting.lift(customer=person.id, actor=actors.SYSTEM, at=timezone.now())
    body = b"".join(client.get(place("file", export)).streaming_content).decode()
    assert ("ann@example.com" in body, body.count("\n")) == (True, 3)
    assert client.post(place("act", export, action="delete")).status_code == 302
    assert "Deleted" in client.get("/exports/").content.decode()


def test_what_is_wrong_is_said_at_its_field_and_a_refusal_with_its_reason(client):
    client.force_login(factories.staff("owner"))
    page = client.post(NEW, given(reason="x", columns=[]))
    assert page.status_code == 422
    assert "Choose at least one column." in page.content.decode()
    assert client.get(f"{NEW}?kind=nonsense").status_code == 404
    client.post(NEW, given(start="1", counted="|service"))
    export = Export.objects.get()
    client.force_login(factories.staff("privacy"))
    client.post(place("act", export, action="refuse"), {"why": "you have last week's"})
    client.force_login(factories.staff("steward"))
    assert client.get(place("detail", export)).status_code == 404
    assert "yearly audit" not in client.get("/exports/").content.decode()


def test_a_mailing_list_is_asked_for_by_its_channel_and_says_who_is_left_out_and_why(client):
    ann = factories.customer(name="Ann", email="ann.b@example.com")
    factories.consent(ann, purpose="marketing", channel="email")
    client.force_login(factories.staff("marketer"))
    page = client.get(NEW).content.decode()
    assert 'value="marketing/email"' in page
    assert 'value="marketing"' not in page
    assert "marketing/" not in client.get(f"{NEW}?kind=orders").content.decode()
    page = client.post(NEW, given(purpose="marketing/email")).content.decode()
    for text in ("2 people are left out", "was never asked about this", "The list holds:", "nobody else may"):
        assert text in page, text
    assert client.post(NEW, given(purpose="marketing/email", start="1", counted="|marketing/email")).status_code == 302
    export = Export.objects.get()
    assert (export.purpose, export.channel, export.people, export.state) == ("marketing", "email", 1, "waiting")
    assert set(export.columns) == {"customer.name", "customer.email"}
