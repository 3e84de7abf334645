from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cdp.core import access
from consent.models import ConsentRecord
from consent.selectors import figures
from consent.views import frame
from customers.models import Customer
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_old_figures() -> None:
    cache.delete(figures.CACHE_KEY)


def test_the_three_numbers_add_up_to_all_known_customers(say: Callable[..., ConsentRecord]) -> None:
    people = [factories.customer() for _ in range(4)]
    say(people[0].id)
    say(people[1].id, granted=False)
    say(people[2].id)
    Customer.objects.filter(id=people[2].id).update(status="erased")
    found = next(f for f in figures.figures() if (f.purpose, f.channel) == ("marketing", "email"))
    assert (found.allowed, found.denied, found.never_asked) == (1, 1, 1)
    assert found.share == pytest.approx(1 / 3)
    assert figures.known() == 3


def test_figures_are_kept_for_a_minute(django_assert_num_queries: Callable[..., object]) -> None:
    figures.figures()
    with django_assert_num_queries(1):  # the purposes
        figures.figures()


@pytest.mark.parametrize("role", sorted(access.CAPABILITIES["dashboard"]))
def test_who_may_see_the_page(client: Client, role: str) -> None:
    client.force_login(factories.staff(role))
    expected = 200 if access.allows(role, "campaigns.view") else 403
    assert client.get("/consent/").status_code == expected


def test_a_stranger_is_sent_to_the_log_in(client: Client) -> None:
    assert client.get("/consent/").status_code == 302


def test_the_page_shows_figures_documents_and_laws(client: Client, say: Callable[..., ConsentRecord]) -> None:
    say(factories.customer().id)
    client.force_login(factories.staff("privacy"))
    page = client.get("/consent/").content.decode()
    for words in ("News and offers", "Documents", "1.0", "Thai Personal Data Protection Act", "21:00", "(광고)"):
        assert words in page


def test_every_place_of_the_room_is_found_by_its_group_and_only_by_who_may_open_it(client: Client) -> None:
    client.force_login(factories.staff("privacy"))
    page = client.get("/consent/retention/").content.decode()
    wide, narrow = page.split('<details class="room-narrow">')
    assert 'aria-current="true">Rules and safeguards' in wide
    assert 'aria-current="page">Retention' in wide
    for group in frame.GROUPS:
        for tab in group.tabs:
            assert f'href="{reverse(tab.url)}"' in narrow.split("</details>")[0]
    client.force_login(factories.staff("marketer"))
    assert "room-nav" not in client.get("/consent/").content.decode()  # one place is no choice
