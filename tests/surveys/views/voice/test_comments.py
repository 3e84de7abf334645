"""Comments, posts and chats on the pages of staff: who reads which words."""

import pytest
from django.utils import timezone

from cdp.core import actors, source_secrets
from cdp.core.models import AuditEntry
from customers.rules.people import Person
from surveys.models import OwnAccount, SocialAct, Ticket
from surveys.rules.social.reading import Act
from surveys.services.social import taking
from surveys.services.social.taking import How, Said
from tests import factories

pytestmark = pytest.mark.django_db
WHO = "U" + "a" * 32


def take(*acts, source="line-shop", **how):
    now = timezone.now()
    said = [Said(act, Person(), told_at=act.at) for act in acts]
    return taking.together(said, How(source=factories.source(source), now=now, **how))


def test_a_private_chat_is_read_by_those_who_may_see_contacts_and_by_nobody_else(client):
    now = timezone.now()
    take(
        Act("line", "message", "1", now, handle=WHO, words="my secret, 0812345678"),
        Act("line", "comment", "2", now, handle=WHO, words="Lovely, call 081 234 5678"),
        opens=True,
    )
    who = SocialAct.objects.values_list("customer_id", flat=True).distinct().get()
    assert Ticket.objects.count() == 1
    pages = ("/voice/comments/", f"/customers/{who}/", "/voice/tickets/")
    for role, reads in (("viewer", False), ("marketer", False), ("owner", True)):
        client.force_login(factories.staff(role, f"{role}@example.com"))
        shown = {page: client.get(page).content.decode() for page in pages}
        for page in pages[:2]:
            assert ("my secret" in shown[page]) is reads, (role, page)
            assert "Lovely" in shown[page], (role, page)
            assert ("The words are hidden" in shown[page]) is not reads, (role, page)
        assert any("0812345678" in page or "081 234 5678" in page or WHO in page for page in shown.values()) is reads
    _key, secret = factories.api_key(scopes=("customers:read",))
    kept = client.get(f"/api/v1/customers/{who}/timeline", headers={"authorization": f"Bearer {secret}"})
    assert kept.status_code == 200
    assert "my secret" not in kept.content.decode()


def test_a_steward_names_changes_and_removes_the_shops_own_accounts_where_lines_address_stands(client):
    page = "/voice/comments/accounts/"
    source = factories.source("line-shop")
    client.force_login(factories.staff("steward"))
    assert "No account of yours is named yet" in client.get(page).content.decode()
    source_secrets.put(source=source, vendor="line", secret="s" * 32, actor=actors.SYSTEM, now=timezone.now())
    told = {"platform": "instagram", "handle": "https://www.instagram.com/TeaShop/", "tickets": ["comment"]}
    assert client.post(page, told).status_code == 302
    again = client.post(page, {**told, "handle": "@teashop"})
    assert (again.status_code, "in the list already" in again.content.decode()) == (422, True)
    refused = client.post(page, {**told, "handle": "https://www.tiktok.com/@tea"})
    assert (refused.status_code, OwnAccount.objects.count()) == (422, 1)
    row = OwnAccount.objects.get()
    assert (row.platform, row.handle, row.tickets) == ("instagram", "teashop", ["comment"])
    take(Act("instagram", "comment", "1", timezone.now(), handle="teashop", words="Look here"))
    assert not SocialAct.objects.exists()
    shown = client.get(page).content.decode()
    assert "@teashop" in shown
    assert "/hooks/line/line-shop" in shown
    client.post(page, {**told, "account": str(row.id), "handle": "teashop.bkk", "tickets": []})
    row.refresh_from_db()
    assert (row.handle, row.tickets) == ("teashop.bkk", [])
    for _twice in range(2):
        assert client.post(f"{page}{row.id}/remove/").status_code == 302
    assert not OwnAccount.objects.exists()
    changes = AuditEntry.objects.filter(action="surveys:own_account:changed").order_by("id")
    assert [one.details.get("account", one.details.get("removed")) for one in changes] == [
        "teashop", "teashop.bkk", "teashop.bkk",
    ]  # fmt: skip


def test_who_is_known_by_a_social_account_alone_is_called_by_it(client):
    now = timezone.now()
    take(
        Act("instagram", "comment", "1", now, handle="nok.beauty", words="Lovely"),
        Act("facebook", "comment", "2", now, handle="anna lee", words="Nice"),
        Act("facebook", "comment", "3", now, handle="Anna Lee", words="Nice again"),
    )
    nok = SocialAct.objects.get(external_id="1").customer_id
    for role, reads in (("viewer", False), ("owner", True)):
        client.force_login(factories.staff(role, f"{role}@example.com"))
        for page in ("/customers/", "/voice/comments/", f"/customers/{nok}/"):
            shown = client.get(page).content.decode()
            assert ("nok.beauty" in shown, "@n•••" in shown) == (reads, not reads), (role, page)
            assert "No name yet" not in shown, (role, page)
            assert ("Anna Lee" in shown) is (reads and page != f"/customers/{nok}/"), (role, page)
            assert "@Anna" not in shown, (role, page)


def test_a_display_name_joins_nobody_who_is_known_by_more():
    """Two Anna Lees of Facebook who wrote to the shop from addresses of their own stay two; a handle joins."""
    now = timezone.now()
    take(Act("facebook", "comment", "1", now, handle="Anna Lee", words="Nice"))
    told = [
        Said(Act("facebook", "comment", str(n), now, handle=handle), Person(email=email), told_at=now)
        for n, (handle, email) in enumerate(
            (("Anna Lee", "one@example.com"), ("ANNA LEE", "two@example.com"), ("nok", "n@example.com"), ("nok", "")), 2
        )
    ]
    assert taking.together(told, How(source=factories.source("line-shop"), now=now)).refused == {}
    whose = dict(SocialAct.objects.values_list("external_id", "customer_id"))
    assert len(set(whose.values())) == 4
    assert whose["4"] == whose["5"]
