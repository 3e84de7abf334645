"""Who has logged in on the website links their LINE account: the nonce says who they are, once and for an hour."""

import pytest
from django.utils import timezone

from cdp.core import actors
from commerce.services import line_links
from customers.models import Lead, MergeSuggestion
from customers.selectors import lineage, profiles
from customers.services import erasing
from surveys.models import SocialAct
from tests import factories
from tests.commerce.api.conftest import Shop
from tests.commerce.hooks.platforms import NOBODY, USER

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return Shop(factories.api_key()[1])


@pytest.fixture
def mali():
    return factories.customer(email="mali@example.com", name="Mali Suksai")


def nonce_for(shop, customer) -> str:
    answer = shop.post("line-links", {"customer": str(customer.id)})
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["customer"], set(told)) == (str(customer.id), {"nonce", "customer", "expires_at"})
    assert 10 <= len(told["nonce"]) <= 255
    assert str(customer.id) not in told["nonce"]
    return told["nonce"]


def linked(line, nonce: str, *, user: str = USER, result: str = "ok") -> None:
    at = int(timezone.now().timestamp() * 1000)
    line.tell(line.body(line.event("accountLink", user=user, at=at, link={"result": result, "nonce": nonce})))


def line_of(customer) -> list[str]:
    return [one.value for one in profiles.one(customer.id).contacts if one.kind == "line"]


def test_what_somebody_did_on_line_before_belongs_to_them_once_they_linked_their_account(line, shop, mali):
    line.has(name="มะลิ 🌸")
    line.tell(line.body(line.event("follow")))
    line.tell(line.body(line.event("message", message={"type": "text", "id": "m-1", "text": "มีเซรั่มไหม"})))
    before = Lead.objects.get().customer_id
    assert before != mali.id
    linked(line, nonce_for(shop, mali))
    person = profiles.one(mali.id)
    assert (person.name, line_of(mali), lineage.get(before).customer.id) == ("Mali Suksai", [USER], mali.id)
    assert {lead.customer_id for lead in Lead.objects.all()} == {mali.id}
    assert SocialAct.objects.get(kind="message").customer_id == mali.id
    assert not MergeSuggestion.objects.filter(state="open").exists()
    line.client.force_login(factories.staff("steward"))
    assert "they logged in and linked their chat account" in line.client.get(f"/customers/{mali.id}/").content.decode()
    line.tell(line.body(line.event("message", message={"type": "text", "id": "m-2", "text": "ขอบคุณ"})))
    assert set(SocialAct.objects.filter(kind="message").values_list("customer_id", flat=True)) == {mali.id}


@pytest.mark.parametrize("known_by", [{"email": "mali@example.com"}, {"phone": "+66812345678"}, {}])
def test_somebody_new_on_line_is_the_customer_at_once(line, shop, known_by):
    mali = factories.customer(name="Mali Suksai", **known_by)
    linked(line, nonce_for(shop, mali), user=NOBODY)
    assert line_of(mali) == [NOBODY]
    assert Lead.objects.get().customer_id == mali.id


@pytest.mark.parametrize("how", ["used", "ended", "failed", "foreign", "cut"])
def test_a_nonce_that_does_not_hold_joins_nobody(line, shop, mali, how):
    nonce = nonce_for(shop, mali)
    if how == "used":
        linked(line, nonce)
    told = {"foreign": "c29tZSBub25jZSBvZiB0aGVpcnM=", "cut": nonce[:-8]}.get(how, nonce)
    if how == "ended":
        told = line_links.issue(customer=mali.id, now=timezone.now() - 2 * line_links.LASTS).text
    linked(line, told, user=NOBODY, result="failed" if how == "failed" else "ok")
    assert line_of(mali) == ([USER] if how == "used" else [])
    assert Lead.objects.exclude(customer=mali).count() == (how != "failed")


def test_a_nonce_works_once_however_it_is_spelt_and_whichever_source_it_comes_by(mali):
    now, source = timezone.now(), factories.source("line")
    texts = (line_links.issue(customer=mali.id, now=now).text for _ in range(1000))
    nonce = next(text for text in texts if "-" in text or "_" in text)
    assert len(nonce) == 80

    def redeem(text, by=source):
        return line_links.redeem(text, source=by, at=now, now=now)

    twins = [
        nonce.replace("-", "+").replace("_", "/"),
        nonce + "=",
        nonce + "====",
        f"{nonce}\n",
        f"{nonce[:9]} {nonce[9:]}",
    ]
    assert [redeem(twin) for twin in twins] == [None] * 5, "none of them was issued"
    assert redeem(nonce) == mali.id
    assert [redeem(twin) for twin in [nonce, *twins]] == [None] * 6
    assert redeem(nonce, factories.source("line-2")) is None


def test_two_who_are_both_known_by_more_than_line_are_left_to_a_steward(line, shop, mali):
    other = factories.customer(line_id=USER, email="malee@example.com", name="Malee Chaiyo")
    linked(line, nonce_for(shop, mali))
    assert (line_of(mali), line_of(other)) == ([], [USER])
    assert MergeSuggestion.objects.filter(state="open").count() == 1


@pytest.mark.parametrize("is_known", [False, True])
def test_whoever_has_another_line_account_keeps_it_and_a_steward_decides(line, shop, is_known):
    mali = factories.customer(line_id=NOBODY, email="mali@example.com", name="Mali Suksai")
    if is_known:
        line.tell(line.body(line.event("follow")))
    linked(line, nonce_for(shop, mali))
    assert line_of(mali) == [NOBODY]
    assert MergeSuggestion.objects.filter(state="open").count() == 1


def test_only_somebody_who_is_there_gets_a_nonce_and_from_whoever_may_write_customers(shop, mali):
    reader = Shop(factories.api_key(scopes=("customers:read", "orders:write"))[1])
    assert reader.post("line-links", {"customer": str(mali.id)}).status_code == 403
    assert shop.post("line-links", {"customer": "00000000-0000-4000-8000-000000000001"}).status_code == 404
    assert shop.post("line-links", {}).status_code == 422
    erasing.erase(customer=mali.id, actor=actors.SYSTEM, at=timezone.now())
    assert shop.post("line-links", {"customer": str(mali.id)}).status_code == 410


def test_somebody_erased_in_between_is_not_brought_back(line, shop, mali):
    nonce = nonce_for(shop, mali)
    erasing.erase(customer=mali.id, actor=actors.SYSTEM, at=timezone.now())
    linked(line, nonce)
    assert Lead.objects.get().customer_id != mali.id
