"""Who looked at whom: the page, its filters, its marks, and the part on a customer's page."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cdp.core import actors, audit, ids
from cdp.core.exports import words
from cdp.core.models import AccessEntry, Export, User
from consent.rules import looks as rules
from consent.selectors import looks
from consent.services import holding, restricting
from customers.models import Customer, Status
from tests import factories

HERE = "/consent/access/"


@pytest.fixture
def clerk(db: None) -> User:
    user = factories.staff("clerk")
    User.objects.filter(id=user.id).update(name="Cla Miller")
    user.refresh_from_db()
    return user


@pytest.fixture
def officer(db: None, client: Client) -> Client:
    client.force_login(factories.staff("privacy"))
    return client


def look(user: User, *customers: Customer, hours_ago: float = 0, view: str = "customers:customer-detail", **more: str):
    at = timezone.now() - dt.timedelta(hours=hours_ago)
    AccessEntry.objects.create(
        id=ids.uuid7_at(at), at=at, actor_kind="staff", actor_id=user.id, view=view,
        customer_ids=[one.id for one in customers], **more,
    )  # fmt: skip


def shown(client: Client, query: str = "") -> str:
    return client.get(HERE + query).content.decode()


def test_a_look_at_a_customer_stands_in_the_log_with_who_whom_and_where(officer: Client, clerk: User) -> None:
    ada = factories.customer(name="Ada Lovelace")
    other = Client()
    other.force_login(clerk)
    other.get(reverse("customers:customer-detail", args=[ada.id]))
    page = shown(officer)
    assert "Cla Miller" in page
    assert "Ada Lovelace" in page
    assert "Customer&#x27;s page" in page
    assert AccessEntry.objects.filter(view="consent:access-log", customer_ids__contains=[ada.id]).exists()


def test_the_log_is_narrowed_by_colleague_person_day_room_and_reason(officer: Client, clerk: User) -> None:
    ada, bo = factories.customer(name="Ada Lovelace"), factories.customer(name="Bo Diddley")
    look(clerk, ada)
    look(factories.staff("steward"), bo, hours_ago=24 * 3, view="customers:contact-show", reason="call")

    def names(query: str) -> set[str]:
        rows = officer.get(HERE + query).context["rows"]
        return {person.name for row in rows for person in row["people"]}

    day = timezone.localtime(timezone.now() - dt.timedelta(days=3)).date().isoformat()
    assert names(f"?staff={clerk.id}") == {"Ada Lovelace"}
    assert names(f"?customer={bo.id}") == {"Bo Diddley"}
    assert names(f"?on={day}") == {"Bo Diddley"}
    assert names("?with_reason=on") == {"Bo Diddley"}
    assert names("?room=customers:") == {"Ada Lovelace", "Bo Diddley"}
    assert names("?room=campaigns:") == set()
    assert officer.get(HERE + "?staff=nonsense&on=2026-99-99").status_code == 200
    assert officer.get(HERE + "?older=nonsense").status_code == 404


def test_looks_at_somebody_who_was_absorbed_belong_to_who_stands_for_them(officer: Client, clerk: User) -> None:
    ada, twin = factories.customer(name="Ada Lovelace"), factories.customer(name="Ada L")
    look(clerk, twin)
    Customer.objects.filter(id=twin.id).update(status=Status.MERGED, merged_into=ada.id)
    assert len(officer.get(f"{HERE}?customer={ada.id}").context["rows"]) == 1


def test_what_is_unusual_is_marked(officer: Client, clerk: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MANY", 2)
    people = [factories.customer(name=f"Ada Nr{number}") for number in range(3)]
    namesake = factories.customer(name="Bob Miller")
    for one in people:
        look(clerk, one, hours_ago=1)
    look(clerk, namesake, hours_ago=24 * 8)
    night = timezone.localtime().replace(hour=3, minute=0) - dt.timedelta(days=1)
    look(clerk, people[0], hours_ago=(timezone.now() - night).total_seconds() / 3600)
    rows = officer.get(HERE).context["rows"]
    marks = [mark for row in rows for mark in row["marks"]]
    assert marks.count("Many people in an hour") == 3
    assert marks.count("Same name") == 1
    assert "At night" in marks
    [unusual] = looks.unusual(now=timezone.now())
    assert (unusual.staff, unusual.people) == (clerk.id, 3)
    assert "Worth a question" in shown(officer)


def test_programs_are_named_and_never_marked(officer: Client) -> None:
    key, _text = factories.api_key()
    ada = factories.customer(name="Ada Lovelace")
    audit.looked(actor=actors.key(key), at=timezone.now(), view="customer-detail", customers=[ada.id])
    [row] = officer.get(HERE).context["rows"]
    assert (row["who"], row["page"], row["marks"]) == ("test", "REST", [])


def test_pages_of_the_log_follow_each_other(officer: Client, clerk: User) -> None:
    ada = factories.customer(name="Ada Lovelace")
    for number in range(60):
        look(clerk, ada, hours_ago=number / 100 + 0.1)
    first = officer.get(f"{HERE}?staff={clerk.id}")
    assert sum(row["times"] for row in first.context["rows"]) == 50
    second = officer.get(HERE + first.context["older_url"])
    assert sum(row["times"] for row in second.context["rows"]) == 10
    assert second.context["newer_url"]


@pytest.mark.parametrize(("role", "sees"), [("privacy", True), ("owner", True), ("steward", False), ("viewer", False)])
def test_the_customers_page_tells_who_looked_to_whoever_may_know(
    client: Client, clerk: User, role: str, sees: bool
) -> None:
    ada = factories.customer(name="Ada Lovelace")
    look(clerk, ada)
    client.force_login(factories.staff(role))
    page = client.get(reverse("customers:customer-detail", args=[ada.id])).content.decode()
    assert ("Cla Miller" in page) is sees
    assert (f"{HERE}?customer={ada.id}" in page) is sees


def test_the_same_look_again_is_one_line_and_a_hold_stands_beside_the_name(officer: Client, clerk: User) -> None:
    mali, nok = factories.customer(name="Mali", email="m@example.com"), factories.customer(name="Nok")
    for minute in (1, 2, 3):
        look(clerk, mali, hours_ago=minute / 60)
    look(clerk, nok, hours_ago=1)
    page = shown(officer)
    assert page.count('data-label="At whom"') == 2
    assert "3 times" in page
    # Somebody of the same name is somebody else; what was brought in is named, with where it stands.
    other = factories.staff("steward")
    User.objects.filter(id=other.id).update(name=clerk.name)
    number = ids.uuid7()
    for user in (clerk, other):
        look(user, view="web:import-detail", reason=f"import {number}")
    page = shown(officer)
    assert page.count(f'<a href="/imports/{number}/">Rows of a file that was brought in</a>') == 2
    now = timezone.now()
    holding.place(customer=nok.id, ground=holding.Ground.CLAIM, why="case", actor=actors.SYSTEM, at=now)
    restricting.restrict(customer=nok.id, reason=restricting.Reason.ASKED, actor=actors.SYSTEM, at=now)
    beside = {one: officer.get(f"/customers/{one.id}/").content.decode().split("</h1>")[0] for one in (mali, nok)}
    assert ("On hold: not used" in beside[mali], "Legal hold" in beside[mali]) == (False, False)
    assert ("On hold: not used" in beside[nok], "Legal hold" in beside[nok]) == (True, True)


def test_a_file_is_one_line_with_why_it_was_asked_for_and_its_portions_together(officer: Client, clerk: User) -> None:
    people = [factories.customer(name=f"Customer {number}") for number in range(9)]
    number = ids.uuid7()
    Export.objects.create(
        id=number, kind="customers", purpose="service", form="csv", asked_at=timezone.now(), state="ready",
        asked_by=clerk.id, **words.new(number, "Letters for the anniversary"),
    )  # fmt: skip
    for ago, portion in enumerate((people[:3], people[6:], people[3:6], people[:3])):
        look(clerk, *portion, hours_ago=ago / 3600, view="web:export-file", reason=str(number))
    rows = officer.get(HERE).context["rows"]
    assert [(row["count"], row["more"], len(row["people"]), row["times"]) for row in rows] == [
        (9, 3, 6, 1),
        (3, 0, 3, 1),
    ], "the newest download, and what is left of another"
    page = shown(officer)
    assert ("web:export-file" in page, str(number) in page.replace(f"/exports/{number}/", "")) == (False, False)
    assert re.search(r'data-label="Reason"><a href="[^"]+">Letters for the anniversary<', page)
