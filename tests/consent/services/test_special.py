"""Details of the special categories: only where turned on, only with an explicit yes, and gone with it."""

import datetime as dt

import pytest

from cdp.core import actors, environment
from cdp.core.crypto import subjects
from consent.models import ConsentRecord, SpecialDetail
from consent.selectors import purposes
from consent.services import special
from customers.services import merging
from tests import factories

pytestmark = pytest.mark.django_db
LATER = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def turned_on(settings):
    settings.CDP_SPECIAL_DETAILS = frozenset({"ethnicity"})


@pytest.fixture
def keep(now):
    def keep(customer, value="Karen", at=now):
        special.keep(
            customer=customer.id,
            field="ethnicity",
            value=value,
            words="I agree",
            language="th",
            method="staff",
            source="staff",
            actor=actors.SYSTEM,
            at=at,
        )

    return keep


def take_back(customer, at):
    special.forget(customer=customer.id, source="staff", method="staff", actor=actors.SYSTEM, at=at)


def told(customer):
    found = SpecialDetail.objects.filter(customer_id=customer.id).first()
    if found is None:
        return None
    return subjects.load([customer.id]).open(found.value, table=special.TABLE, column="value", row=found.id)


def test_no_child_tells_a_sensitive_detail_without_a_guardian(keep, client):
    """Also where the law lets a minor allow news alone."""
    child = factories.customer(name="Nong", country="TH", birth_date="2012-05-01")
    with pytest.raises(special.UnableToKeep):
        keep(child)
    client.force_login(factories.staff("clerk"))
    page = client.post(f"/consent/special/{child.id}/ethnicity/", {"value": "Karen", "agreed": "on"})
    assert (page.status_code, "a guardian has to allow this" in page.content.decode()) == (422, True)
    assert told(child) is None
    assert not ConsentRecord.objects.exists()
    assert not SpecialDetail.objects.exists()


def test_it_is_kept_sealed_with_its_consent(keep):
    ada = factories.customer(name="Ada")
    keep(ada, "  ปกาเกอะญอ \n")
    assert told(ada) == "ปกาเกอะญอ"
    detail = SpecialDetail.objects.get()
    assert "ปกาเกอะญอ".encode() not in bytes(detail.value)
    record = ConsentRecord.objects.get()
    assert (record.id, record.purpose, record.status) == (detail.record_id, "special", "given")


def test_what_was_told_anew_replaces_what_was_told(keep, now):
    ada = factories.customer(name="Ada")
    keep(ada)
    keep(ada, "Hmong", at=now + LATER)
    assert told(ada) == "Hmong"


def test_taking_the_consent_back_deletes_it(keep, say, now):
    ada, ben = factories.customer(name="Ada"), factories.customer(name="Ben")
    keep(ada)
    keep(ben)
    say(ada.id, granted=False, at=now + LATER)  # about news by e-mail: something else
    assert told(ada) == "Karen"
    take_back(ada, now + LATER)
    assert (told(ada), told(ben)) == (None, "Karen")


def test_a_refusal_on_either_side_of_a_merge_deletes_it(keep, now):
    ada, other = factories.customer(name="Ada"), factories.customer(name="Ada L")
    keep(ada)
    take_back(other, now)
    merging.merge(survivor=ada.id, absorbed=other.id, reason="test", actor=actors.SYSTEM, at=now + LATER)
    assert told(ada) is None


def test_it_follows_a_person_who_is_merged(keep, now):
    ada, other = factories.customer(name="Ada"), factories.customer(name="Ada L")
    keep(other)
    # The absorbed one's word holds for the survivor, who said nothing.
    merging.merge(survivor=ada.id, absorbed=other.id, reason="test", actor=actors.SYSTEM, at=now + LATER)
    ada.refresh_from_db()
    assert told(ada) in {"Karen", None}
    assert (told(ada) is None) == (not purposes_granted(ada))


def purposes_granted(customer):
    from consent.models import ConsentState

    return ConsentState.objects.filter(customer_id=customer.id, purpose="special", is_granted=True).exists()


@pytest.mark.parametrize("value", ["", "  \n ", "x" * 81, "\0"])
def test_what_says_nothing_or_too_much_is_refused_and_nothing_is_written(keep, value):
    ada = factories.customer(name="Ada")
    with pytest.raises(special.UnableToKeep):
        keep(ada, value)
    assert not ConsentRecord.objects.exists()


def test_a_shop_that_did_not_turn_it_on_keeps_none_and_never_asks(keep, settings):
    settings.CDP_SPECIAL_DETAILS = frozenset()
    with pytest.raises(special.UnableToKeep):
        keep(factories.customer(name="Ada"))
    assert purposes.SPECIAL not in {offer.key for offer in purposes.offered("en")}


def test_an_unknown_detail_stops_the_start():
    assert environment.special_details(" ethnicity ,") == {"ethnicity"}
    with pytest.raises(environment.ImproperlyConfigured, match="religion"):
        environment.special_details("ethnicity,religion")
