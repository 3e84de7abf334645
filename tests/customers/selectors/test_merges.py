import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cdp.core import actors
from customers.selectors import lineage, merges
from customers.services import merging
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def merge(survivor, absorbed, reason="steward", after=0):
    at = NOW + dt.timedelta(minutes=after)
    return merging.merge(survivor=survivor.id, absorbed=absorbed.id, reason=reason, actor=actors.SYSTEM, at=at)


def person(name="Ann"):
    return factories.customer(name=name)


def test_the_trees_of_many_cost_one_statement_per_layer():
    survivors = [person() for _ in range(3)]
    for survivor in survivors:
        for _ in range(2):
            middle, low = person(), person()
            merge(middle, low)
            merge(survivor, middle, after=1)
    with CaptureQueriesContext(
        connection,
    ) as statements:
        found = merges.trees([one.id for one in survivors])
    assert len(statements) == 4
    assert not any("images" in one["sql"] or "moved" in one["sql"] for one in statements)
    for survivor in survivors:
        absorbed = {one.absorbed for one in found[survivor.id]}
        assert absorbed == set(lineage.of(survivor.id)) - {survivor.id}


def test_who_was_parted_has_the_merge_with_its_end_and_who_never_was_in_one_is_left_out():
    ann, annie, other = person(), person(), person()
    log = merge(ann, annie)
    end = NOW + dt.timedelta(hours=1)
    merging.unmerge(merge_log=log.id, actor=actors.SYSTEM, at=end)
    assert merges.trees([ann.id, annie.id, other.id]) == {annie.id: [merges.Joined(ann.id, annie.id, NOW, end)]}


def test_everybody_stands_for_themselves_or_is_stood_for_whatever_the_number_of_merges():
    top, middle, low, erased = (person() for _ in range(4))
    merge(middle, low)
    merge(top, middle)
    type(erased).objects.filter(id=erased.id).update(status="erased")
    asked = [one.id for one in (top, middle, low, erased)]
    assert lineage.standing(asked) == {top.id: top.id, middle.id: top.id, low.id: top.id}


def test_the_page_shows_the_newest_merges_and_counts_the_others_and_the_devices(client):
    ann = person("Ann")
    for number in range(12):
        merge(ann, person(f"Twin {number:02}"), after=number)
    for number in range(3):
        merge(ann, factories.customer(), reason="anonymous_id", after=20 + number)
    found = merges.told(ann.id, lineage.of(ann.id))
    assert [one.name for one in found.shown] == [f"Twin {number:02}" for number in range(11, 1, -1)]
    assert (found.more, found.devices) == (2, 3)
    assert found.shown[0].records == 1
    assert found.shown[0].identifiers == 1
    client.force_login(factories.staff("steward"))
    page = client.get(reverse("customers:customer-detail", args=[ann.id])).content.decode()
    assert page.count("unmerge") == 10
    assert "and 2 earlier records" in page
    assert "3 browsers or devices, recognised at login" in page


def test_a_customer_with_nothing_but_devices_has_one_line_and_no_form(client):
    ann = person("Ann")
    merge(ann, factories.customer(), reason="anonymous_id")
    client.force_login(factories.staff("steward"))
    page = client.get(reverse("customers:customer-detail", args=[ann.id])).content.decode()
    assert "1 browser or device, recognised at login" in page
    assert "unmerge" not in page
