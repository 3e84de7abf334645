import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from cdp.core import ids
from cdp.core.leaving import Outcome
from consent.models import ConsentRecord
from consent.services import gate
from customers.models import Customer
from tests import factories

pytestmark = pytest.mark.django_db
NIGHT = dt.datetime(2026, 11, 20, 14, 0, tzinfo=dt.UTC)  # 23:00 in Seoul
DAY = dt.datetime(2026, 11, 20, 5, 0, tzinfo=dt.UTC)


def living_in(country: str, status: str = "known") -> Customer:
    customer = factories.customer()
    Customer.objects.filter(id=customer.id).update(country=country, status=status)
    return customer


def chosen(purpose: str, channel: str) -> set[object]:
    condition, params = gate.allowed_condition(purpose, channel, "c", at=DAY)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT c.id FROM customers_customer c WHERE {condition}", params)
        return {found for (found,) in cursor.fetchall()}


def denied(purpose: str, channel: str) -> dict[object, tuple[str, str]]:
    parts = gate.denials(purpose, channel, "c", at=DAY)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT c.id, {parts.reason}, {parts.rule} FROM customers_customer c{parts.join}", parts.params)
        return {found: (reason, rule) for found, reason, rule in cursor.fetchall() if reason}


def test_a_korean_waits_until_eight_while_a_thai_gets_it_now(say: Callable[..., ConsentRecord]) -> None:
    korean, thai = living_in("KR"), living_in("TH")
    for customer in (korean, thai):
        say(customer.id, channel="sms")
    decisions = gate.decide_many([korean.id, thai.id], purpose="marketing", channel="sms", at=NIGHT)
    assert decisions[korean.id].until == dt.datetime(2026, 11, 20, 23, 0, tzinfo=dt.UTC)
    assert decisions[thai.id].is_allowed


def test_the_shops_law_holds_where_the_country_is_not_known(
    say: Callable[..., ConsentRecord], settings: object
) -> None:
    customer = living_in("")
    say(customer.id, channel="sms")
    settings.CDP_JURISDICTION = "pipa_kr"
    assert gate.decide(customer=customer.id, purpose="marketing", channel="sms", at=NIGHT).is_deferred
    settings.CDP_JURISDICTION = "gdpr"
    assert gate.decide(customer=customer.id, purpose="marketing", channel="sms", at=NIGHT).is_allowed


def test_what_was_taken_back_after_the_planned_moment_still_stops_it(say: Callable[..., ConsentRecord]) -> None:
    customer = living_in("TH")
    say(customer.id, at=DAY - dt.timedelta(days=9))
    say(customer.id, granted=False, at=DAY)
    earlier = DAY - dt.timedelta(days=1)
    decision = gate.decide(customer=customer.id, purpose="marketing", channel="email", at=earlier)
    assert (decision.outcome, decision.reason) == (Outcome.DENIED, "withdrawn")


def test_ids_nobody_knows_are_denied() -> None:
    stranger = ids.uuid7()
    assert gate.decide(customer=stranger, purpose="service", channel="email", at=DAY).reason == "unknown"
    assert gate.decide_many([], purpose="service", channel="email", at=DAY) == {}


def test_an_alias_that_is_no_name_is_refused() -> None:
    with pytest.raises(ValueError, match="plain name"):
        gate.allowed_condition("marketing", "email", "c; DROP TABLE x", at=DAY)
    with pytest.raises(ValueError, match="plain name"):
        gate.denials("marketing", "email", "c; DROP TABLE x", at=DAY)


PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["known", "known", "known", "anonymous", "merged", "erased", "bucket"]),
        st.sampled_from(["KR", "TH", "DE", "US", ""]),
        st.sampled_from([None, True, False]),
        st.sampled_from([None, True, False]),
    ),
    min_size=1,
    max_size=6,
)
ASKED = st.sampled_from(
    [("marketing", "sms"), ("marketing", "post"), ("service", "email"), ("profiling", "any"), ("third_party", "any")]
)


@pytest.mark.long
@examples(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(PEOPLE, ASKED, st.sampled_from(["gdpr", "pdpa_th", "pipa_kr"]), st.sampled_from([DAY, NIGHT]))
def test_one_many_and_sql_agree(
    settings: object,
    people: list[tuple[str, str, bool | None, bool | None]],
    asked: tuple[str, str],
    law: str,
    at: dt.datetime,
) -> None:
    settings.CDP_JURISDICTION = law
    purpose, channel = asked
    made = []
    for status, country, word, night in people:
        customer = living_in(country, status)
        if word is not None:
            factories.consent(customer, purpose=purpose, channel=channel, granted=word)
        if night is not None:
            factories.consent(customer, purpose="marketing_night", channel=channel, granted=night)
        made.append(customer.id)
    together = gate.decide_many(made, purpose=purpose, channel=channel, at=at)
    alone = {each: gate.decide(customer=each, purpose=purpose, channel=channel, at=at) for each in made}
    assert together == alone
    assert chosen(purpose, channel) & set(made) == {each for each in made if not together[each].is_denied}
    told = {each: why for each, why in denied(purpose, channel).items() if each in made}
    assert told == {each: (found.reason, found.rule) for each, found in together.items() if found.is_denied}
