"""C7: leads from social networks, by webhook and by file, reach the profile with their source and are followed up."""

import pytest
from django.utils import timezone

from commerce.services.hooks import deliveries
from consent.models import ConsentRecord
from customers.models import Customer, Lead
from customers.selectors import profiles
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
# As LinkedIn's Campaign Manager hands them out, with the box of the form as a column of its own.
LINKEDIN = (
    "Lead ID,Lead Type,Test Lead,Created At,Account Name,Campaign Group Name,Campaign Name,Form Name,First Name,"
    "Last Name,Email Address,Phone Number,Company Name,Job Title,How many rooms?,Send me news by e-mail\n"
    "li-1,SPONSORED,false,2026-10-01 10:00:00,Shop,Asia,Hotels 2026,Catalogue,Bo,Kim,bo@example.com,+821012345678,"
    "Seoul Hotels,Buyer,120,true\n"
    "li-2,SPONSORED,false,2026-10-01 11:00:00,Shop,Asia,Hotels 2026,Catalogue,Dao,Suksan,dao@example.com,,"
    "Rose Inn,Owner,12,false\n"
    "li-3,SPONSORED,false,2026-10-02 09:00:00,Shop,Asia,Hotels 2026,Catalogue,Eve,Park,eve@example.com,,,,,\n"
)
# Friends of an account, as tools of LINE list them: known by their id, and many of them by nothing else.
LINE = (
    "User ID,Display name,Picture URL,Status message,Language,Added on,Phone number\n"
    f"U{'a1' * 16},มะลิ,https://profile.line-scdn.net/0h,สวัสดี,th,2026-10-01 10:00,\n"
    f"U{'b2' * 16},Ploy,,,en,2026-10-02 10:00,081-234-5678\n"
    f"U{'c3' * 16},ก้อย,,,th,2026-10-03 10:00,\n"
)


def told_by(source):
    """Leads of a source: platform, form, and the person's name with what first brought them."""
    rows = Lead.objects.filter(source=source).order_by("arrived_at")
    people = [profiles.one(row.customer_id) for row in rows]
    return [(row.platform, row.form, one.name, one.customer.source) for row, one in zip(rows, people, strict=True)]


def test_files_of_all_three_networks_bring_each_lead_once_with_its_source_and_no_consent_but_what_was_ticked(
    tmp_path, monkeypatch
):
    imports = Importer(tmp_path, monkeypatch)
    box = {
        "columns": {"Email Address": "customer.email", "Send me news by e-mail": "consent.granted"},
        "constants": {"consent.purpose": "marketing", "consent.channel": "email"},
    }
    for _twice in range(2):
        reports = [
            imports("leads", EXPORT.encode("utf-16"), source="shop-facebook"),
            imports("leads", LINKEDIN.encode("utf-8-sig"), source="shop-linkedin"),
            imports("leads", LINE.encode("utf-8-sig"), source="shop-line"),
        ]
        assert [report["rejected"] for report in reports] == [[], [], []]
    assert told_by("shop-facebook") == [("instagram", "Skin test", "File Person", "shop-facebook")]
    assert told_by("shop-linkedin") == [
        ("linkedin", "Catalogue", name, "shop-linkedin") for name in ("Bo Kim", "Dao Suksan", "Eve Park")
    ]
    assert told_by("shop-line") == [("line", "follow", name, "shop-line") for name in ("มะลิ", "Ploy", "ก้อย")]
    assert Customer.objects.filter(status="known").count() == Lead.objects.count() == 7
    # To leave one's address is no consent, nor is it to follow an account.
    assert not ConsentRecord.objects.exists()

    # The box of the form becomes consent where staff say so: given or denied as it stands there, silence is neither.
    imports("consents", LINKEDIN.encode("utf-8-sig"), source="shop-linkedin", mapping=box)
    words = ConsentRecord.objects.values_list("customer_id", "purpose", "channel", "status", "source")
    told = {(profiles.one(who).email, *rest) for who, *rest in words}
    assert told == {
        ("bo@example.com", "marketing", "email", "given", "shop-linkedin"),
        ("dao@example.com", "marketing", "email", "denied", "shop-linkedin"),
    }


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
