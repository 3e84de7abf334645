import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from cdp.core import actors, ids
from cdp.core.models import AccessEntry, AuditEntry
from customers.models import Customer, MergeLog, MergeSuggestion, Status
from customers.selectors import lineage, profiles
from customers.services import merging
from customers.services import profiles as writing
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    ann = factories.customer(name="Ann Ray", email="ann@example.com", gender="female", tags="vip", city="Bangkok")
    other = factories.customer(name="Annie Ray", email="annie@example.com", phone="0812345678", tags="new")
    return ann, other


@pytest.fixture
def pair(people):
    writing.suggest([one.id for one in people], source=factories.source(), actor=actors.SYSTEM, at=timezone.now())
    return MergeSuggestion.objects.get()


@pytest.fixture
def steward(client):
    client.force_login(factories.staff("steward"))
    return client


def address(pair):
    return reverse("customers:pair-detail", args=[pair.id])


def test_the_list_shows_open_pairs_by_name_and_writes_down_who_was_shown(steward, pair, people):
    page = steward.get(reverse("customers:pair-list")).content.decode()
    assert "Ann Ray" in page
    assert "Annie Ray" in page
    assert set(AccessEntry.objects.latest("id").customer_ids) == {one.id for one in people}


def test_the_list_says_what_two_have_in_common_and_who_noticed_it(steward):
    given = {"source_key": "sample", "name": "Bo Ray"}  # one address, but two customer numbers of one source
    pair = [factories.customer(external_id=at, email=f"{at}.ray@example.com", **given) for at in ("b", "B")]
    writing.suggest([one.id for one in pair], source=factories.source("sample"), actor=actors.SYSTEM, at=timezone.now())
    listed = steward.get(reverse("customers:pair-list"))
    assert [(one["same"], one["source"]) for one in listed.context["pairs"]] == [("E-mail", "Sample shop")]


def test_pairs_page_by_page_newest_first(steward, people):
    for number in range(27):
        other = factories.customer(name=f"Person {number:02}", external_id=f"n-{number}")
        writing.suggest([people[0].id, other.id], source=factories.source(), actor=actors.SYSTEM, at=timezone.now())
    first = steward.get(reverse("customers:pair-list"))
    assert "Person 26" in first.content.decode()
    assert "Person 01" not in first.content.decode()
    second = steward.get(reverse("customers:pair-list") + first.context["older_url"]).content.decode()
    assert "Person 01" in second
    assert steward.get(reverse("customers:pair-list") + "?older=nonsense").status_code == 404


def test_the_preview_is_the_result(steward, pair, people):
    answer = steward.get(address(pair))
    shown = {one["row"].key: one["row"].result for one in answer.context["rows"] if not one["row"].is_joined}
    assert shown["name"] == "Ann Ray"
    assert shown["phone"] == "+66 81 234 5678"
    steward.post(address(pair), {"action": "merge"})
    merged = profiles.one(people[0].id)
    primary = {contact.kind: contact.written for contact in merged.contacts if contact.is_primary}
    assert (merged.name, merged.where) == (shown["name"], shown["place"])
    assert primary == {"email": shown["email"], "phone": shown["phone"]}
    assert (merged.customer.gender, shown["gender"]) == ("female", "Female")
    assert set(merged.customer.tags) == {"vip", "new"}


def rows_of(page):
    return {row["row"].key: row["row"] for row in page.context["rows"]}


def test_details_are_told_in_words(steward):
    told = {
        "language": "de",
        "nationality": "DE",
        "birth_date": "1964-12-01",
        "tags": "heard:facebook",
        "city": "Hamburg",
    }
    one = factories.customer(name="Jo Weber", email="jo@example.com", country="DE", province="DE-HH", **told)
    other = factories.customer(name="Jo Weber", external_id="n-1")
    writing.suggest([one.id, other.id], source=factories.source(), actor=actors.SYSTEM, at=timezone.now())
    rows = rows_of(steward.get(address(MergeSuggestion.objects.get())))
    shown = {key: {row.ours, row.theirs} - {""} for key, row in rows.items()}
    assert shown["language"] == {"German"}
    assert shown["nationality"] == {"Germany"}
    assert shown["birth_date"] == {"1 Dec 1964"}
    assert shown["tags"] == {"Heard of us: Facebook"}
    assert shown["place"] == {"Hamburg, Germany"}


@pytest.mark.parametrize(("address_of_other", "is_choice"), [("JO@Example.com", False), ("joe@example.com", True)])
def test_an_address_in_other_capitals_is_no_choice(steward, address_of_other, is_choice):
    one = factories.customer(name="Jo Weber", email="jo@example.com", external_id="n-0")
    factories.customer(name="Jo Weber", external_id="n-1")
    # Told again by a stronger identifier, the second one has the first one's address, too.
    other = factories.customer(name="Jo Weber", external_id="n-1", email=address_of_other)
    MergeSuggestion.objects.all().delete()
    writing.suggest([one.id, other.id], source=factories.source(), actor=actors.SYSTEM, at=timezone.now())
    page = steward.get(address(MergeSuggestion.objects.get()))
    row = rows_of(page)["email"]
    assert {row.ours.casefold(), row.theirs.casefold()} == {"jo@example.com", address_of_other.casefold()}
    assert row.ours != row.theirs
    assert row.is_choice == is_choice
    assert ('name="choice-email"' in page.content.decode()) == is_choice


def test_what_is_chosen_stands(steward, pair, people):
    chosen = {"action": "merge", "choice-name": "absorbed", "choice-email": "absorbed", "choice-nonsense": "absorbed"}
    answer = steward.post(address(pair), chosen)
    assert answer.url == reverse("customers:customer-detail", args=[people[0].id])
    merged = profiles.one(people[0].id)
    assert merged.name == "Annie Ray"
    assert merged.value("email") == "annie@example.com"
    assert MergeSuggestion.objects.get().state == "merged"
    assert AuditEntry.objects.filter(action="customers:customer:merged").count() == 2


def test_kept_apart_is_remembered(steward, pair, people):
    steward.post(address(pair), {"action": "apart"})
    assert MergeSuggestion.objects.get().state == "apart"
    writing.suggest([one.id for one in people], source=factories.source(), actor=actors.SYSTEM, at=timezone.now())
    assert "Annie Ray" not in steward.get(reverse("customers:pair-list")).content.decode()
    assert steward.get(address(pair)).status_code == 404
    assert steward.post(address(pair), {"action": "merge"}).url == reverse("customers:pair-list")
    assert not MergeLog.objects.exists()


def test_a_pair_of_which_one_was_merged_elsewhere_is_shown_with_the_survivor(steward, pair, people):
    third = factories.customer(name="Third", external_id="3")
    merging.merge(survivor=third.id, absorbed=people[1].id, reason="test", actor=actors.SYSTEM, at=timezone.now())
    assert "Third" in steward.get(address(pair)).content.decode()
    merging.merge(survivor=third.id, absorbed=people[0].id, reason="test", actor=actors.SYSTEM, at=timezone.now())
    assert steward.get(address(pair)).status_code == 404


def test_the_customer_page_tells_of_the_merge_and_takes_it_back(steward, people):
    log = merging.merge(
        survivor=people[0].id, absorbed=people[1].id, reason="steward", actor=actors.SYSTEM, at=timezone.now()
    )
    detail = reverse("customers:customer-detail", args=[people[0].id])
    page = steward.get(detail).content.decode()
    assert "Merged from" in page
    assert "Annie Ray" in page
    assert "Annie Ray becomes a customer of their own again, with 2 records, 2 identifiers and what came in" in page
    back = reverse("customers:customer-unmerge", args=[people[0].id, log.id])
    assert back in page
    assert steward.get(reverse("customers:customer-detail", args=[people[1].id])).url == detail
    told = steward.post(back, follow=True).content.decode()
    assert "Annie Ray has a page of their own once more, " in told
    assert lineage.get(people[1].id).customer.id == people[1].id
    assert Customer.objects.filter(status=Status.KNOWN).count() == 2
    assert "Merged from" not in steward.get(detail).content.decode()
    assert steward.post(back).status_code in {302, 404}


def test_one_record_that_goes_back_is_told_in_the_singular():
    one = {"id": ids.uuid7(), "at": timezone.now(), "records": 1, "identifiers": 1}
    context = {"merges": {"shown": [one]}, "may": True, "customer_id": ids.uuid7()}
    page = render_to_string("customers/merged_panel.html", context)
    assert "a customer of its own again, with 1 record, 1 identifier and what came in since" in page


def test_a_clerk_sees_the_merge_but_cannot_take_it_back(client, people):
    log = merging.merge(
        survivor=people[0].id, absorbed=people[1].id, reason="steward", actor=actors.SYSTEM, at=timezone.now()
    )
    client.force_login(factories.staff("clerk"))
    page = client.get(reverse("customers:customer-detail", args=[people[0].id])).content.decode()
    assert "Merged from" in page
    assert "unmerge" not in page
    assert client.post(reverse("customers:customer-unmerge", args=[people[0].id, log.id])).status_code == 403


def test_a_merge_of_others_is_not_taken_back_here(steward, people):
    third = factories.customer(name="Third", external_id="3")
    log = merging.merge(
        survivor=people[0].id, absorbed=people[1].id, reason="steward", actor=actors.SYSTEM, at=timezone.now()
    )
    assert steward.post(reverse("customers:customer-unmerge", args=[third.id, log.id])).status_code == 404
