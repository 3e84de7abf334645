"""A dry run writes nothing and tells the truth."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from campaigns.models import Message
from campaigns.rules import definition, starters
from campaigns.selectors import tallies
from campaigns.services import previews, triggers
from cdp.core import context
from consent.services import links
from customers.models import ContactPoint, Customer
from tests.campaigns.conftest import NOW

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]


def test_the_dry_run_says_what_the_run_then_does(make_campaign: Make, make_definition: Make, make_person: Make) -> None:
    people = {make_person().id for _ in range(12)}
    for _ in range(3):
        make_person(consent=None)
    make_person(email="", external_id="x")
    make_person(days=3)
    found = previews.preview(definition.parse(make_definition()), now=NOW)
    assert (found.eligible, found.planned) == (16, 12)
    assert found.suppressed == {"never_asked": 3, "no_address": 1}
    assert len(found.sample) == tallies.SAMPLE
    assert set(found.sample) <= people
    assert not Message.objects.exists()
    make_campaign()
    [run] = triggers.run(now=NOW)
    assert (run.planned, run.suppressed) == (12, 4)


def test_the_dry_run_counts_a_shared_address_once(make_definition: Make, make_person: Make) -> None:
    earlier, latest = make_person(days=200), make_person(days=100)
    digest = ContactPoint.objects.get(customer_id=earlier.id, kind="email").digest
    ContactPoint.objects.filter(customer_id=latest.id, kind="email").update(digest=digest)
    found = previews.preview(definition.parse(make_definition()), now=NOW)
    assert (found.planned, found.suppressed, found.sample) == (1, {"same_address": 1}, [latest.id])


def test_who_had_it_is_left_out(make_campaign: Make, make_definition: Make, make_person: Make) -> None:
    make_person()
    campaign = make_campaign()
    triggers.run(now=NOW)
    wanted = definition.parse(make_definition())
    assert previews.preview(wanted, now=NOW, campaign=campaign.id).eligible == 0
    assert previews.preview(wanted, now=NOW).eligible == 1


@pytest.mark.parametrize(
    ("country", "language", "subject"),
    [
        ("TH", "th", "คิดถึง Mali"),
        ("KR", "ko", "(광고) Mali 님"),
        ("KR", "en", "(광고) Hi Mali"),
        ("US", "fr", "คิดถึง Mali"),  # the shop is in Thailand
    ],
)
def test_the_message_is_shown_as_that_person_would_see_it(
    make_definition: Make, make_person: Make, country: str, language: str, subject: str
) -> None:
    person = make_person(country=country, language=language, name="Mali Srisuk", given_name="Mali")
    texts = {
        "en": "Hi {{ customer.given_name }}",
        "th": "คิดถึง {{ customer.given_name }}",
        "ko": "{{ customer.given_name }} 님",
    }
    body = dict.fromkeys(texts, "{{ metrics.orders_count }} {{ metrics.days_since_last_order }}")
    wanted = definition.parse(make_definition(subject=texts, body=body))
    context.begin()
    seen = previews.as_customer(wanted, customer=person.id, now=NOW)
    assert seen.subject == subject
    assert "1 100" in seen.text
    assert "/unsubscribe/" in seen.html
    assert context.shown() == [person.id]


@pytest.mark.parametrize(
    ("url", "is_linked"), [("", False), ("https://tea.example.com", True)], ids=["no address", "an address"]
)
def test_a_link_to_the_shop_needs_the_shops_address(
    make_definition: Make, make_person: Make, settings: Any, url: str, is_linked: bool
) -> None:
    settings.CDP_SHOP_URL = url
    body = {"en": starters.STARTERS["winback"].body["en"]}
    context.begin()
    seen = previews.as_customer(definition.parse(make_definition(body=body)), customer=make_person().id, now=NOW)
    assert ("Visit the shop" in seen.text) is ("Visit the shop" in seen.html) is is_linked
    assert ("https://tea.example.com" in seen.html) is is_linked
    assert f'href="{settings.CDP_BASE_URL}"' not in seen.html


@pytest.mark.parametrize(
    ("language", "raw", "greeting"),
    [
        ("ko", {"name": "김지우 님"}, "김지우 님, 안녕하세요."),
        ("th", {"given_name": "นางพัชรินทร์", "family_name": "ใจดี"}, "เรียน คุณพัชรินทร์"),
        ("th", {"given_name": "Mr. Sathaporn"}, "เรียน คุณSathaporn"),
        ("en", {"given_name": "Mrs Lisa", "family_name": "Berg"}, "Dear Lisa,"),
    ],
)
def test_a_greeting_has_one_title(
    make_definition: Make, make_person: Make, language: str, raw: dict[str, str], greeting: str
) -> None:
    person = make_person(language=language, **({"name": ""} | raw))
    body = {language: starters.STARTERS["winback"].body[language]}
    wanted = definition.parse(make_definition(subject={language: "x"}, body=body))
    context.begin()
    assert greeting in previews.as_customer(wanted, customer=person.id, now=NOW).text


def test_a_person_of_whom_little_is_known_can_be_written_to(make_definition: Make, make_person: Make) -> None:
    person = make_person(name="", days=None)
    body = (
        "Hi {{ customer.name | default: 'there' }} {{ metrics.last_order_at | date: '%Y' }}{{ metrics.revenue_total }}|"
    )
    seen = previews.as_customer(definition.parse(make_definition(body={"en": body})), customer=person.id, now=NOW)
    assert "Hi there 0.00|" in seen.text


def test_dates_are_in_the_readers_language(make_definition: Make, make_person: Make) -> None:
    person = make_person(language="ko")
    body = dict.fromkeys(("en", "ko"), "{{ metrics.last_order_at }}")
    wanted = definition.parse(make_definition(subject=dict.fromkeys(body, "x"), body=body))
    assert "2026년 3월 22일" in previews.as_customer(wanted, customer=person.id, now=NOW).text
    Customer.objects.filter(id=person.id).update(language="en")
    assert "March 22, 2026" in previews.as_customer(wanted, customer=person.id, now=NOW).text


def test_nobody_is_nobody(make_definition: Make) -> None:
    with pytest.raises(previews.UnknownCustomer):
        previews.as_customer(definition.parse(make_definition()), customer=uuid.uuid4(), now=NOW)


def test_the_links_of_a_preview_open_nothing_of_that_customers(make_definition: Make, make_person: Any) -> None:
    seen = previews.as_customer(definition.parse(make_definition()), customer=make_person().id, now=NOW)
    (settings_link,) = set(re.findall(r"/preferences/([^?\s]+)", seen.text))
    (stop,) = set(re.findall(r"/unsubscribe/(\S+)", seen.text))
    assert links.read_preferences(settings_link, now=NOW) == previews.NOBODY
    assert links.read_unsubscribe(stop).customer == previews.NOBODY
