"""C7: leads from social networks, by webhook and by file, reach the profile with their source and are followed up."""

import pytest
from django.utils import timezone

from commerce.services.hooks import deliveries
from customers.models import Customer, Lead
from tests import factories
from tests.commerce.hooks.conftest import api  # noqa: F401  (the interfaces of all platforms)
from tests.commerce.hooks.platforms import Facebook, Line, LinkedIn
from tests.importing import Importer

pytestmark = pytest.mark.django_db

EXPORT = (
    "id\tcreated_time\tad_id\tad_name\tform_id\tform_name\tplatform\tis_organic\tskin type?\temail\tfull_name\t"
    "phone_number\nl:9001\t2026-10-01T08:00:00+07:00\tag:1\tSpring\tf:77001\tSkin test\tig\tfalse\toily\t"
    "file@example.com\tFile Person\tp:+66812340000\n"
)


def test_leads_arrive_by_webhook_and_file_and_are_followed_up(client, api, tmp_path, monkeypatch):  # noqa: F811
    facebook, linkedin, line = Facebook(client, api), LinkedIn(client, api), Line(client, api)
    facebook.has("1001", email="ada@example.com", full_name="Ada Somsri", phone_number="+66812345678")
    linkedin.has("r-1", email="bo@example.com", first_name="Bo", last_name="Kim", company="Seoul Hotels")
    line.has(name="มะลิ")
    assert facebook.send(facebook.notify("1001")).status_code == 200
    assert linkedin.send(linkedin.notify("r-1")).status_code == 200
    assert line.send(line.body(line.event("follow"))).status_code == 200
    deliveries.work_off(now=timezone.now())
    Importer(tmp_path, monkeypatch)("leads", EXPORT.encode("utf-16"), source="shop-facebook")

    platforms = dict(Lead.objects.values_list("platform", "source"))
    assert platforms == {"instagram": "shop-facebook", "linkedin": "shop-linkedin", "line": "shop-line"}
    assert Lead.objects.count() == Customer.objects.filter(status="known").count() == 4

    client.force_login(factories.staff("clerk"))
    page = client.get("/leads/").content.decode()
    assert all(name in page for name in ("Ada Somsri", "Bo Kim", "มะลิ", "File Person"))
    page = client.get("/leads/", {"platform": "linkedin", "status": "new", "since": "90"}).content.decode()
    assert "Ada Somsri" not in page

    lead = Lead.objects.get(external_id="1001")
    address = f"/leads/{lead.customer_id}/{lead.id}/"
    assert "Autumn 2026" in client.get(address).content.decode()
    assert client.post(f"{address}status/", {"status": "contacted"}).status_code == 302
    client.post(f"{address}step/", {"text": "Send samples", "on": "2026-12-01"})
    client.post(f"{address}note/", {"text": "Likes jasmine"})
    lead.refresh_from_db()
    assert (lead.status, lead.status_by is not None, str(lead.next_on)) == ("contacted", True, "2026-12-01")
    page = client.get(address).content.decode()
    assert "Send samples" in page
    profile = client.get(f"/customers/{lead.customer_id}/").content.decode()
    assert "Lead from Instagram" in profile
    assert "Likes jasmine" in profile


def test_who_sees_contacts_masked_says_why_before_answers_are_shown(client, api):  # noqa: F811
    facebook = Facebook(client, api)
    facebook.has("1001", email="ada@example.com", **{"what_is_your_skin_type?": "very dry"})
    facebook.tell(facebook.notify("1001"))
    lead = Lead.objects.get()
    client.force_login(factories.staff("marketer"))
    address = f"/leads/{lead.customer_id}/{lead.id}/"
    assert "very dry" not in client.get(address).content.decode()
    assert "very dry" in client.post(f"{address}show/", {"reason": "asked"}).content.decode()
