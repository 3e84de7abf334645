"""What makes an act one: its number on its platform, whenever and in whatever order it is told."""

import datetime as dt
from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.rules.people import Person
from customers.services import buckets
from surveys.models import SocialAct, SocialActKey, Ticket, TicketMessage
from surveys.rules.social.reading import Act, read
from surveys.services.social import acts, opening, taking
from surveys.services.social.taking import How, Said
from tests import factories, sql_guard

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def take(*told, **how):
    said = [Said(act, Person(), told_at=act.at) for act in told]
    return taking.together(said, How(source=factories.source("shop"), now=NOW, **how))


def test_the_same_number_on_three_platforms_is_three_acts_and_keys_of_before_stay_good():
    told = [
        Act(platform, "message", "1", NOW, handle=who, words=f"on {platform}")
        for platform, who in (("facebook", "ada"), ("tiktok", "bob"), ("youtube", "ada"))
    ]
    taken = take(*told, opens=True)
    assert (taken.created, taken.refused) == (3, {})
    assert TicketMessage.objects.count() == 3
    kept = set(SocialActKey.objects.values_list("digest", "act_id"))
    assert {bytes(digest) for digest, _act in kept} == set(
        acts.keys_of(SocialAct.objects.values_list("customer_id", flat=True))
    )
    # The migration: there and back, and again where the old numbers of all three meet.
    SocialAct.objects.exclude(platform="facebook").update(external_id="2")
    SocialAct.objects.filter(platform="youtube").update(external_id="3")
    for act in SocialAct.objects.all():
        number = acts.Number(act.platform, act.external_id)
        SocialActKey.objects.filter(act_id=act.id).update(digest=acts.key("shop", number))
    kept = set(SocialActKey.objects.values_list("digest", "act_id"))
    migration = import_module("surveys.migrations.0012_acts_by_platform")
    with connection.schema_editor(atomic=False) as editor:
        migration._backwards(None, editor)
        assert not kept & set(SocialActKey.objects.values_list("digest", "act_id"))
        migration._forwards(None, editor)
    assert set(SocialActKey.objects.values_list("digest", "act_id")) == kept
    sql_guard.guard.take()  # a migration is no statement of the product


def test_an_act_that_nobody_dates_keeps_the_time_at_which_it_became_known():
    raw = {"platform": "x", "kind": "like", "handle": "ada", "external_id": "9", "post": "77"}
    first, later = (read(raw, moment=str, now=NOW + dt.timedelta(hours=hours)) for hours in (-2, 0))  # type: ignore[arg-type]
    assert take(first).created == 1
    again = take(later)
    assert (again.created, again.updated) == (0, 0)
    assert SocialAct.objects.get().at == first.at
    dated = Act("x", "like", "9", NOW - dt.timedelta(days=3), handle="ada", post="77")
    assert take(dated).updated == 1
    assert take(later).updated == 0
    assert SocialAct.objects.get().at == dated.at


def test_tickets_of_many_are_opened_in_the_one_order_of_people():
    people = [factories.customer(email=f"{name}@example.com") for name in ("a", "b", "c")]
    backwards = sorted(people, key=lambda one: one.id, reverse=True)
    take(*(Act("facebook", "comment", str(place), NOW, handle=f"h{place}", words="Hi") for place in range(3)))
    rows = list(SocialAct.objects.exclude(customer_id__in=buckets.ALL))
    for place, (row, who) in enumerate(zip(rows, backwards, strict=True)):
        row.customer_id, row.at = who.id, NOW + dt.timedelta(seconds=place)  # the oldest is whose turn comes last
    with CaptureQueriesContext(connection) as seen:
        opening.open_for([(row, "Hi") for row in rows], source=factories.source("shop"))
    locks = [one["sql"] for one in seen if "FOR NO KEY UPDATE" in one["sql"] or "FOR UPDATE" in one["sql"]]
    assert all(one.id.hex in locks[0].replace("-", "") for one in people), locks[0]
    assert "ORDER BY id" in locks[0]
    assert Ticket.objects.count() == 3
