"""Comments, posts and chats on the pages of staff: who reads which words."""

import pytest
from django.utils import timezone

from customers.rules.people import Person
from surveys.models import SocialAct, Ticket
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
