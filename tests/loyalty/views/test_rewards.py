"""The pages of rewards, codes and offers: written down by a form, with mistakes at their fields."""

from decimal import Decimal

import pytest
from django.test import Client

from cdp.core.models import AuditEntry
from loyalty.admin.offers import OfferForm
from loyalty.models import Offer, Promotion, Reward
from loyalty.selectors import promotions as reading
from tests import factories


@pytest.fixture
def client(db):
    found = Client()
    found.force_login(factories.staff(role="owner"))
    return found


COFFEE = {
    "key": "coffee",
    "name_en": "Free coffee",
    "gives": "item",
    "categories": "Coffee",
    "most": "80",
    "currency": "thb",
    "is_on": "on",
    "wallet": "points",
    "cost": "120",
    "how": "voucher",
    "valid_days": "30",
    "stock": "40",
    "per": "ever",
    "position": "10",
    "ends_at": "2027-01-31",
}


def test_a_reward_is_made_and_changed_and_never_below_what_was_taken(client):
    new = "/loyalty/rewards/catalogue/new/"
    wrong = client.post(new, COFFEE | {"categories": "", "cost": "0"})
    assert (wrong.status_code, set(wrong.context["form"].errors)) == (422, {"cost"})
    assert client.post(new, COFFEE | {"categories": ""}).context["form"].errors.keys() == {"skus"}
    assert client.post(new, COFFEE).status_code == 302
    row = Reward.objects.get()
    told = {"gives": "item", "of": {"categories": ["Coffee"]}, "most": "80", "currency": "THB"}
    assert (row.benefit, row.cost, row.stock, row.ends_at.isoformat()) == (told, 120, 40, "2027-01-31T17:00:00+00:00")
    page = client.get("/loyalty/rewards/").content.decode()
    assert "Free coffee" in page
    assert "Coffee for nothing, up to ฿80.00" in page
    Reward.objects.update(taken=5)
    form = client.get("/loyalty/rewards/catalogue/coffee/").context["form"]
    assert (form["most"].value(), form["ends_at"].value().isoformat()) == ("80", "2027-01-31")
    assert client.post("/loyalty/rewards/catalogue/coffee/", COFFEE | {"stock": "4"}).status_code == 422
    assert client.post("/loyalty/rewards/catalogue/coffee/", COFFEE | {"cost": "100"}).status_code == 302
    assert Reward.objects.get().cost == Decimal(100)
    assert client.post(new, COFFEE).context["form"].errors.keys() == {"key"}


def test_a_batch_is_made_and_its_file_is_told_and_written_down(client):
    body = {"key": "leaflet", "name_en": "Leaflet", "kind": "batch", "size": "30", "gives": "percent", "percent": "5"}
    assert client.post("/loyalty/rewards/codes/new/", body | {"is_on": "on"}).status_code == 302
    row = Promotion.objects.get()
    answer = client.post("/loyalty/rewards/codes/leaflet/file/")
    lines = b"".join(answer.streaming_content).decode().split()
    assert lines == ["code", *reading.codes(row)]
    assert len(lines) == 31
    assert AuditEntry.objects.filter(action="loyalty:promotion:file").exists()
    word = body | {"key": "song", "kind": "word", "word": "ส", "is_on": "on"}
    assert client.post("/loyalty/rewards/codes/new/", word).context["form"].errors.keys() == {"word"}
    assert client.post("/loyalty/rewards/codes/new/", word | {"word": "Songkran26"}).status_code == 302
    again = client.post("/loyalty/rewards/codes/new/", word | {"key": "other", "word": "SONGKRAN-26"})
    assert again.context["form"].errors.keys() == {"word"}
    assert b"SONGKRAN26" in client.get("/loyalty/rewards/codes/").content


def test_the_offer_of_the_sign_up_form_is_changed_here(client):
    body = {"name_en": "Welcome", "gives": "amount", "amount": "50", "minimum": "200", "valid_days": "30"}
    assert client.post("/loyalty/rewards/offers/first-order/", body | {"is_on": "on"}).status_code == 302
    row = Offer.objects.get(key="first-order")
    assert (row.benefit, row.valid_days, row.why) == (
        {"gives": "amount", "amount": "50", "minimum": "200", "currency": "THB"},
        30,
        "first-order",
    )
    assert b"Welcome" in client.get("/loyalty/rewards/offers/").content


@pytest.mark.parametrize("gives", [{"gives": "item", "of": {"skus": ["TEA-1"]}}, {"gives": "credit", "amount": "5"}])
def test_the_admin_leaves_an_offer_alone_that_gives_more_than_it_can_say(db, gives):
    form = OfferForm({"is_on": "on", "percent": "10", "valid_days": "30"}, instance=Offer(key="gift", benefit=gives))
    assert form.errors.keys() == {"__all__"}
    assert form.instance.benefit == gives
