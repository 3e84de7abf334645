"""The list of customers: pages, filters, search, and that a search never stands in an address."""

import re

import pytest
from django.urls import reverse

from cdp.core.models import AccessEntry, Source
from customers.models import Customer, Status
from customers.selectors import listing
from tests import factories

URL = "/customers/"
HTMX = {"HTTP_HX_REQUEST": "true"}


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def names(response):
    return re.findall(r"Kim (\d+)", text(response))


@pytest.fixture
def people(db):
    return [factories.customer(name=f"Kim {number}", external_id=f"n-{number}") for number in range(10, 17)]


def test_shows_everybody_newest_first_with_contacts(clerk):
    factories.customer(name="Ada Lovelace", email="ada@example.com", city="Bangkok", province="กรุงเทพ", country="TH")
    factories.customer(name="김민수", phone="+82 10 1234 5678")
    words = text(clerk.get(URL))
    assert words.index("김민수") < words.index("Ada Lovelace")
    assert "ada@example.com" in words
    assert "+82 10 1234 5678" in words
    assert 'lang="ko">김민수' in words
    assert "2 customers" in words


def test_masks_contacts_for_those_who_need_them_not(marketer):
    factories.customer(name="Ada Lovelace", email="ada@example.com", phone="0812345678")
    words = text(marketer.get(URL))
    assert "a•••@example.com" in words
    assert "+66 •• ••• 5678" in words
    assert "ada@example.com" not in words
    assert "New customer" not in words


def test_offers_the_next_step_where_there_is_nobody(clerk, marketer):
    assert "No customers yet" in text(clerk.get(URL))
    assert reverse("customers:customer-new") in text(clerk.get(URL))
    assert reverse("customers:customer-new") not in text(marketer.get(URL))


def test_pages_lead_back_and_forth(clerk, people, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 3)
    monkeypatch.setattr(listing.page, "__kwdefaults__", {"older_than": None, "newer_than": None, "size": 3})
    first = clerk.get(URL)
    assert names(first) == ["16", "15", "14"]
    assert first.context["newer_url"] == ""
    second = clerk.get(URL + first.context["older_url"])
    assert names(second) == ["13", "12", "11"]
    third = clerk.get(URL + second.context["older_url"])
    assert names(third) == ["10"]
    assert third.context["older_url"] == ""
    assert names(clerk.get(URL + third.context["newer_url"])) == ["13", "12", "11"]
    assert names(clerk.get(URL + second.context["newer_url"])) == ["16", "15", "14"]


def test_a_search_comes_in_the_body_and_answers_the_results_alone(clerk, people):
    factories.customer(name="Ada Lovelace", email="ada@example.com")
    response = clerk.post(URL, {"q": "lovel"}, **HTMX)
    words = text(response)
    assert "Ada Lovelace" in words
    assert "Kim" not in words
    assert "<html" not in words
    assert "lovel&" not in words
    assert "<html" in text(clerk.post(URL, {"q": "lovel"}))
    assert "Kim" in text(clerk.get(URL, {"q": "lovel"}))


def test_an_emptied_search_shows_the_list_again(clerk, people):
    assert len(names(clerk.post(URL, {"q": " "}, **HTMX))) == 7


def test_a_search_that_finds_nobody_says_so(clerk, people):
    assert "Nobody found" in text(clerk.post(URL, {"q": "zzz"}, **HTMX))


def test_filters_narrow_and_show_as_chips(clerk):
    factories.customer(name="Ada", email="a@example.com", country="TH", province="กรุงเทพ", tags="vip")
    factories.customer(name="Bo", email="b@example.com", country="KR", province="서울", source_key="till")
    for query, there in (
        ("country=KR", "Bo"),
        ("province=TH-10", "Ada"),
        ("tag=vip", "Ada"),
        ("source=till", "Bo"),
    ):
        response = clerk.get(f"{URL}?{query}")
        rows = [profile.name for profile in response.context["rows"]]
        assert rows == [there], query
        assert "Remove this filter" in text(response)
    words = text(clerk.get(f"{URL}?country=KR&tag=vip"))
    assert "Nobody passes these filters" in words
    assert "South Korea" in words


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("province=TH-10", "Bangkok"),
        ("province=kr-11", "Seoul"),
        ("province=JP-13", "Japan, 13"),
        ("country=jp", "Japan"),
    ],
)
def test_a_filter_nobody_offers_is_still_told_in_words(clerk, query, words):
    response = clerk.get(f"{URL}?{query}")
    name, _, value = query.partition("=")
    assert (value, words) in response.context["filters_form"].fields[name].widget.choices
    assert [chip["value"] for chip in response.context["chips"]] == [words]


def test_the_search_says_what_it_finds_people_by(clerk):
    page = text(clerk.get(URL))
    assert 'aria-describedby="search-hint"' in page
    assert "a whole phone number or its last four digits" in page


def test_filters_stay_while_one_searches_and_turns_pages(clerk):
    factories.customer(name="Ada One", email="a@example.com", tags="vip")
    factories.customer(name="Ada Two", email="b@example.com")
    words = text(clerk.post(f"{URL}?tag=vip", {"q": "ada"}, **HTMX))
    assert "Ada One" in words
    assert "Ada Two" not in words
    assert f'action="{URL}?tag=vip"' in text(clerk.get(f"{URL}?tag=vip"))


@pytest.mark.parametrize("query", ["older=nonsense", "newer=1", "segment=nobody"])
def test_an_address_that_means_nothing_is_not_found(clerk, people, query):
    assert clerk.get(f"{URL}?{query}").status_code == 404


def test_shows_known_people_only(clerk, people):
    Customer.objects.filter(id=people[0].id).update(status=Status.ANONYMOUS)
    Customer.objects.filter(id=people[1].id).update(status=Status.ERASED)
    assert len(names(clerk.get(URL))) == 5


def test_everybody_shown_is_in_the_access_log(clerk, people):
    clerk.get(URL)
    assert set(AccessEntry.objects.get().customer_ids) == {person.id for person in people}


def test_a_page_costs_the_same_number_of_queries_however_many_people(clerk, people, django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        clerk.get(URL)


def test_an_ended_session_answers_a_part_with_401_and_a_page_with_the_log_in(client, db):
    assert client.post(URL, {"q": "ada"}, **HTMX).status_code == 401
    response = client.get(URL)
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]


@pytest.mark.parametrize("text_", ["x" * 5000, "\x00", "'; DROP TABLE", "%", "김" * 300, "ก", "a", "@", "+", "\u202e"])
def test_nonsense_in_the_search_finds_nobody_or_everybody_but_never_breaks(clerk, people, text_):
    assert clerk.post(URL, {"q": text_}, **HTMX).status_code == 200


def test_a_source_is_named_in_its_chip(clerk, people):
    Source.objects.filter(key="shop").update(name="Our web shop")
    assert "Our web shop" in text(clerk.get(f"{URL}?source=shop"))
