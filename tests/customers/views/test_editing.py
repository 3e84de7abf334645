"""Writing down somebody new and correcting what is known."""

import pytest
from django.urls import reverse

from cdp.core.models import AuditEntry
from customers.models import Customer, MergeSuggestion, Status
from customers.selectors import profiles
from customers.services.identity import resolving
from tests import factories

NEW = "/customers/new/"


def text(response):
    return response.content.decode()


def edit(customer):
    return reverse("customers:customer-edit", args=[customer.id])


def filled(client, customer, **changes):
    """What a browser sends: the form as it came, with changes."""
    form = client.get(edit(customer)).context["form"]
    return {name: form[name].value() or "" for name in form.fields} | changes


def test_somebody_new_is_written_down_by_the_rules_of_every_door(clerk):
    response = clerk.post(
        NEW, {"name": "สมชาย ใจดี", "phone": "081-234-5678", "province": "กทม", "country": "TH", "tags": "vip, tea"}
    )
    row = Customer.objects.get(status=Status.KNOWN)
    assert response.status_code == 302
    assert response["Location"] == reverse("customers:customer-detail", args=[row.id])
    profile = profiles.one(row)
    assert (profile.name, profile.phone, row.province, row.tags) == (
        "สมชาย ใจดี",
        "+66812345678",
        "TH-10",
        ["vip", "tea"],
    )
    assert row.source == "staff"
    assert AuditEntry.objects.filter(action="customers:customer:created", actor_kind="staff").exists()


def test_somebody_known_is_completed_not_doubled(clerk):
    ada = factories.customer(name="Ada Lovelace", email="ada@example.com")
    response = clerk.post(NEW, {"email": "ADA@example.com", "city": "London"}, follow=True)
    assert Customer.objects.filter(status=Status.KNOWN).count() == 1
    assert "already known" in text(response)
    ada.refresh_from_db()
    assert ada.city == "London"
    assert profiles.one(ada).name == "Ada Lovelace"


def test_a_clerk_who_loses_every_race_is_asked_to_save_again_and_keeps_what_was_typed(clerk, monkeypatch):
    monkeypatch.setattr(resolving, "MOST_TRIES", 0)
    response = clerk.post(NEW, {"name": "Ada Lovelace", "email": "ada@example.com"})
    assert response.status_code == 503
    assert "Please save once more." in text(response)
    assert "ada@example.com" in text(response)
    assert not Customer.objects.filter(status=Status.KNOWN).exists()


def test_nobody_is_written_down_without_a_way_to_recognise_them(clerk):
    response = clerk.post(NEW, {"name": "Ada"})
    assert response.status_code == 422
    assert "Give an e-mail address" in text(response)
    assert not Customer.objects.filter(status=Status.KNOWN).exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "nonsense", "not an e-mail address"),
        ("phone", "12", "phone number"),
        ("province", "Atlantis", "province"),
        ("birth_date", "1850-01-01", "120 years"),
        ("country", "ZZ", "ZZ"),
        ("gender", "unicorn", "unicorn"),
    ],
)
def test_a_wrong_value_is_explained_at_its_field_and_the_rest_stays(clerk, field, value, words):
    response = clerk.post(NEW, {"name": "Ada Lovelace", "member_number": "M1", field: value})
    assert response.status_code == 422
    assert words in text(response)
    assert response.context["form"][field].errors
    assert "Ada Lovelace" in text(response)


def test_a_correction_changes_what_was_changed_and_nothing_else(clerk):
    ada = factories.customer(
        name="Ada Lovelace", email="ada@example.com", phone="0812345678", city="London", tags="vip", occupation="writer"
    )
    response = clerk.post(edit(ada), filled(clerk, ada, email="new@example.com", tags="", city="Paris"))
    assert response.status_code == 302
    ada.refresh_from_db()
    profile = profiles.one(ada)
    assert (profile.email, profile.phone, profile.name) == ("new@example.com", "+66812345678", "Ada Lovelace")
    assert (ada.city, ada.tags, ada.occupation) == ("Paris", [], "writer")
    assert AuditEntry.objects.get(action="customers:customer:updated").details["fields"] == ["city", "email", "tags"]


def test_saving_without_a_change_leaves_no_trace(clerk):
    ada = factories.customer(name="Ada Lovelace", email="ada@example.com", province="กรุงเทพ", country="TH")
    before = Customer.objects.values().get(id=ada.id)
    assert clerk.post(edit(ada), filled(clerk, ada)).status_code == 302
    assert Customer.objects.values().get(id=ada.id) == before
    assert not AuditEntry.objects.exists()


def test_somebody_elses_address_is_refused_and_shown(clerk):
    ada = factories.customer(name="Ada Lovelace", email="ada@example.com")
    bo = factories.customer(name="Bo Diddley", email="bo@example.com")
    response = clerk.post(edit(ada), filled(clerk, ada, email="bo@example.com", city="Nowhere"))
    assert response.status_code == 422
    assert "Bo Diddley" in text(response)
    assert reverse("customers:customer-detail", args=[bo.id]) in text(response)
    ada.refresh_from_db()
    assert ada.city == ""
    assert MergeSuggestion.objects.count() == 1


def test_a_new_name_replaces_the_whole_and_a_part_keeps_the_other(clerk):
    ada = factories.customer(name="Ada Lovelace", email="ada@example.com")
    clerk.post(edit(ada), filled(clerk, ada, name="Augusta Ada King"))
    profile = profiles.one(ada.id)
    assert (profile.name, profile.given_name, profile.family_name) == ("Augusta Ada King", "Augusta Ada", "King")
    clerk.post(edit(ada), filled(clerk, ada, family_name="Byron"))
    assert profiles.one(ada.id).name == "Augusta Ada Byron"


def test_marketers_do_not_edit(marketer):
    ada = factories.customer(name="Ada Lovelace")
    assert marketer.get(edit(ada)).status_code == 403
    assert marketer.post(edit(ada), {"name": "X"}).status_code == 403
    assert marketer.get(NEW).status_code == 403
    assert edit(ada) not in text(marketer.get(reverse("customers:customer-detail", args=[ada.id])))
