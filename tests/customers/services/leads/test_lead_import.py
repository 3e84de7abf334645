"""Leads from files, as ad managers export them."""

import pytest

from consent.models import ConsentRecord
from customers.models import Customer, Lead
from customers.selectors import leads, profiles
from tests import factories
from tests.importing import Importer

pytestmark = pytest.mark.django_db

FACEBOOK = (
    "id\tcreated_time\tad_id\tad_name\tadset_id\tadset_name\tcampaign_id\tcampaign_name\tform_id\tform_name\t"
    "is_organic\tplatform\tคุณมีผิวประเภทใด\ti_agree_to_news\temail\tfull_name\tphone_number\n"
    "l:5001\t2026-10-03T08:00:00+07:00\tag:88001\tAutumn serum\tas:1\tSet\tc:66001\tAutumn 2026\tf:77001\tSkin test\t"
    "false\tfb\tผิวแห้ง\tyes\tada@example.com\tAda Somsri\tp:+66812345678\n"
    "l:5002\t2026-10-03T09:00:00+07:00\tag:88001\tAutumn serum\tas:1\tSet\tc:66001\tAutumn 2026\tf:77001\tSkin test\t"
    "true\tig\tผิวมัน\tno\tbo@example.com\tBo Kim\tp:0812345679\n"
    "l:5003\t2026-10-03T09:00:00+07:00\tag:88001\tAutumn serum\tas:1\tSet\tc:66001\tAutumn 2026\tf:77001\tSkin test\t"
    "true\tig\t<test lead: dummy data>\t\ttest@fb.com\t<test lead: dummy data for full_name>\tp:<test lead>\n"
)


@pytest.fixture
def imported(tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


def test_a_facebook_export_imports_as_it_is_downloaded(imported):
    report = imported("leads", FACEBOOK.encode("utf-16"), source="facebook")
    assert (report["created"], imported.problems()) == (2, [(4, "email", "test_lead")])
    first, second = Lead.objects.order_by("id")
    assert (first.platform, first.external_id, first.ad_id, first.campaign, first.form) == (
        "facebook",
        "5001",
        "88001",
        "Autumn 2026",
        "Skin test",
    )
    assert (second.platform, second.is_organic) == ("instagram", True)
    person = profiles.one(first.customer_id)
    assert (person.name, person.phone, person.customer.source) == ("Ada Somsri", "+66812345678", "facebook")
    answers = [(one.question, one.answer) for one in leads.opened(first).answers]
    assert answers == [("คุณมีผิวประเภทใด", "ผิวแห้ง"), ("i_agree_to_news", "yes")]


def test_the_same_file_again_brings_no_lead_twice(imported):
    imported("leads", FACEBOOK.encode("utf-16"), source="facebook")
    again = imported("leads", FACEBOOK, source="facebook")
    assert (again["created"], Lead.objects.count(), Customer.objects.filter(status="known").count()) == (0, 2, 2)


def test_a_question_may_be_mapped_to_consent(imported):
    mapping = {
        "columns": {
            "id": "lead.id",
            "created_time": "lead.arrived_at",
            "platform": "lead.platform",
            "email": "customer.email",
            "i_agree_to_news": "lead.answer",
        },
        "also": {
            "consents": {
                "columns": {"email": "customer.email", "i_agree_to_news": "consent.granted"},
                "constants": {"consent.purpose": "marketing", "consent.channel": "email"},
            }
        },
    }
    report = imported("leads", FACEBOOK, source="facebook", mapping=mapping)
    assert report["created"] == 2
    assert {record.status for record in ConsentRecord.objects.all()} == {"given", "denied"}


def test_columns_that_a_mapping_leaves_out_are_not_kept(imported):
    mapping = {"columns": {"id": "lead.id", "email": "customer.email"}}
    imported("leads", FACEBOOK, source="facebook", mapping=mapping)
    assert all(leads.opened(lead).is_empty for lead in Lead.objects.all())


def test_a_linkedin_export_imports_without_a_mapping(imported):
    text = (
        "Lead ID,Created At,Campaign Name,Form Name,First Name,Last Name,Email Address,Company Name,Job Title,Rooms\n"
        "li-1,2026-10-01 10:00,Hotels 2026,Catalogue,Bo,Kim,bo@example.com,Seoul Hotels,Buyer,120\n"
    )
    imported("leads", text, source="linkedin")
    lead = Lead.objects.get()
    person = profiles.one(lead.customer_id)
    assert (lead.platform, lead.form, person.customer.company, person.customer.job_title) == (
        "linkedin",
        "Catalogue",
        "Seoul Hotels",
        "Buyer",
    )
    assert leads.opened(lead).answers[0].question == "Rooms"


def test_friends_of_a_line_account_are_known_by_their_id(imported):
    text = f"User ID,Display name,Added on\nU{'a1' * 16},มะลิ,2026-10-01 10:00\n"
    imported("leads", text, source="line")
    lead = Lead.objects.get()
    assert (lead.platform, profiles.one(lead.customer_id).name) == ("line", "มะลิ")


def test_a_list_without_numbers_is_replay_safe_too(imported):
    text = "date,channel,name,phone,question\n2026-10-01,TikTok,Ada,0812345678,Open on Sunday?\n"
    imported("leads", text)
    imported("leads", text + "2026-10-02,TikTok,Ada,0812345678,Again\n")
    assert [lead.platform for lead in Lead.objects.all()] == ["tiktok", "tiktok"]


def test_somebody_known_keeps_what_is_known(imported):
    known = factories.customer(email="ada@example.com", name="Ada Jaidee")
    imported("leads", FACEBOOK, source="facebook")
    assert profiles.one(known.id).name == "Ada Jaidee"
    lead = Lead.objects.get(customer_id=known.id)
    assert leads.opened(lead).told["name"] == "Ada Somsri"


def test_a_file_completes_what_a_webhook_did_not_know(imported):
    imported("leads", "lead.id,email\n5001,ada@example.com\n", source="facebook")
    imported("leads", FACEBOOK, source="facebook")
    lead = Lead.objects.get(external_id="5001")
    assert (lead.form, lead.campaign, Lead.objects.count()) == ("Skin test", "Autumn 2026", 2)


def test_rows_that_name_nobody_or_no_time_are_refused_with_their_place(imported):
    imported(
        "leads", "id,created_time,ad_id,form_id,full_name,email\n1,2026-10-01,1,1,Ada,\n2,soon,1,1,Bo,bo@example.com\n"
    )
    assert [(line, column) for line, column, _code in imported.problems()] == [(2, "email"), (3, "created_time")]
