"""What is told of two people while they are one goes, when they are parted, to whom the fact named."""

import datetime as dt
import difflib
import itertools

import pytest
from django.db import transaction
from django.utils import timezone

from cdp.core import actors
from cdp.core.imports import undoing
from cdp.core.models import Job
from customers.models import Address, ContactPoint, Customer, Identifier, MergeLog, Telling
from customers.rules import people
from customers.rules.people import Person
from customers.selectors import exports, profiles
from customers.services import identity, merging
from customers.services import profiles as editing
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ANN, ANNIE, TOP = "ann@example.com", "annie@example.com", "top@example.com"


def at(minutes):
    return NOW + dt.timedelta(minutes=minutes)


def tell(email, minutes, *, source="shop", by="", told_at=None, **raw):
    """A fact that names somebody by their address, told so many minutes after the merge."""
    person, faults = people.clean(
        {**({"email": email} if email else {}), **raw}, people.Rules(region="TH", today=NOW.date())
    )
    assert not faults
    person.told_at = None if told_at is None else at(told_at)
    (found,) = identity.resolve_many(
        [person], source=factories.source(source), now=at(minutes), by=by or f"order:{minutes}"
    )
    return found.customer


def type_in(customer, minutes, **told):
    """What staff type on the customer's page; None empties a field."""
    cleared = frozenset(name for name, value in told.items() if value is None)
    person = Person(**{name: value for name, value in told.items() if value is not None}, cleared=cleared)
    editing.edit(
        customer=customer.id, person=person, source=editing.staff_source(), actor=actors.SYSTEM, at=at(minutes)
    )


def merge(survivor, absorbed, minutes=0, **choices):
    return merging.merge(
        survivor=survivor.id,
        absorbed=absorbed.id,
        choices=choices,
        reason="steward",
        actor=actors.SYSTEM,
        at=at(minutes),
    )


def unmerge(log, minutes=60):
    merging.unmerge(merge_log=log.id, actor=actors.SYSTEM, at=at(minutes))


def row(customer):
    return Customer.objects.get(id=customer.id)


def origin(customer, register):
    origins = row(customer).origins
    return origins.get(register, origins[""])[2]


def text(customer):
    return exports.as_text(exports.of(customer.id))


@pytest.fixture
def ann():
    return factories.customer(name="Ann Ray", email=ANN, gender="female", tags="vip", now=at(-60))


@pytest.fixture
def annie():
    return factories.customer(name="Annie Lee", email=ANNIE, company="Silk", now=at(-50))


def test_a_field_told_since_goes_back_and_the_survivors_own_value_holds_again(ann, annie):
    log = merge(ann, annie)
    tell(ANN, 1, job_title="Baker", language="th")
    tell(ANNIE, 2, job_title="Tailor", language="en", birth_date="1990-01-31")
    tell(ANN, 3, occupation="Sales")
    assert row(ann).job_title == "Tailor"
    unmerge(log)
    assert (row(ann).job_title, row(ann).language, row(ann).birth_date, row(ann).company) == ("Baker", "th", None, "")
    assert (row(annie).job_title, row(annie).language, row(annie).birth_date) == ("Tailor", "en", dt.date(1990, 1, 31))
    assert (row(ann).occupation, row(annie).occupation, row(annie).company) == ("Sales", "", "Silk")
    assert (origin(ann, "job_title"), origin(annie, "job_title")) == ("order:1", "order:2")
    assert not Telling.objects.exists()


def test_names_told_since_go_back_as_a_whole(ann, annie):
    log = merge(ann, annie)
    tell(ANNIE, 2, name="Annabel Lee")
    assert profiles.one(ann.id).name == "Annabel Lee"
    unmerge(log)
    assert (profiles.one(ann.id).name, profiles.one(ann.id).given_name) == ("Ann Ray", "Ann")
    assert (profiles.one(annie.id).name, profiles.one(annie.id).family_name) == ("Annabel Lee", "Lee")


def test_what_an_older_word_of_the_survivors_lost_against_comes_to_hold(ann, annie):
    log = merge(ann, annie)
    tell(ANNIE, 5, company="Cotton")
    tell(ANN, 6, told_at=3, company="Linen")
    assert row(ann).company == "Cotton"
    unmerge(log)
    assert (row(ann).company, row(annie).company) == ("Linen", "Cotton")


def test_what_the_merge_filled_gives_way_to_what_the_survivor_was_told_since(ann, annie):
    log = merge(ann, annie)
    tell(ANN, 5, told_at=-55, company="Linen")
    assert row(ann).company == "Silk"
    unmerge(log)
    assert (row(ann).company, row(annie).company) == ("Linen", "Silk")


def test_tags_interests_and_sources_go_to_whom_they_were_told_of(ann, annie):
    log = merge(ann, annie)
    tell(ANNIE, 1, tags="new, vip", interests="tea", source="till")
    tell(ANN, 2, tags="late", source="web")
    tell(ANN, 3, tags="new", interests="tea, rice")
    unmerge(log)
    assert (set(row(ann).tags), row(ann).interests) == ({"vip", "late", "new"}, ["tea", "rice"])
    assert (set(row(annie).tags), row(annie).interests) == ({"new", "vip"}, ["tea"])
    assert (row(ann).sources, row(annie).sources) == (["shop", "web"], ["shop", "till"])


def test_what_staff_typed_since_stays_and_what_they_emptied_never_comes_back(ann, annie):
    log = merge(ann, annie)
    tell(ANNIE, 1, company="Cotton", job_title="Tailor", street="1 Long Road", city="Bangkok", postcode="10110")
    type_in(ann, 2, company="Linen", job_title=None, street=None, city=None, postcode=None, country=None, province=None)
    tell(ANNIE, 3, company="Wool")
    unmerge(log)
    assert (row(ann).company, row(annie).company) == ("Linen", "Wool")
    assert (row(ann).job_title, row(annie).job_title) == ("", "")
    assert (row(ann).city, row(annie).city, Address.objects.count()) == ("", "", 0)


def addresses(customer):
    found = profiles.one(customer.id)
    return {place.street: place.is_primary for place in found.places}


def test_postal_addresses_told_since_go_back_and_the_survivors_own_comes_first_again():
    home = {"street": "1 Long Road", "city": "Bangkok", "country": "TH"}
    ann = factories.customer(name="Ann Ray", email=ANN, now=at(-60), **home)
    annie = factories.customer(name="Annie Lee", email=ANNIE, now=at(-50))
    log = merge(ann, annie)
    tell(ANNIE, 1, street="2 Short Road", city="Phuket", country="TH")
    tell(ANN, 2, street="3 Wide Road", city="Krabi", country="TH")
    tell(ANNIE, 3, street="4 Deep Road", city="Trang", country="TH")
    tell(ANNIE, 4, told_at=-5, **home)
    assert addresses(ann) == {"1 Long Road": False, "2 Short Road": False, "3 Wide Road": False, "4 Deep Road": True}
    unmerge(log)
    assert addresses(ann) == {"1 Long Road": False, "3 Wide Road": True}
    assert addresses(annie) == {"1 Long Road": False, "2 Short Road": False, "4 Deep Road": True}
    assert (row(ann).city, row(annie).city) == ("Krabi", "Trang")


def facts():
    """Told of three people, in this order; where two are merged in between, it makes no difference in the end."""
    yield from (
        lambda: tell(ANNIE, 1, job_title="Tailor", city="Phuket", country="TH", tags="new"),
        lambda: tell(ANN, 2, language="th", company="Linen"),
        lambda: tell(TOP, 3, gender="male", street="1 Long Road", city="Bangkok", country="TH"),
        lambda: tell(ANNIE, 4, company="Wool", street="2 Short Road", city="Phuket", country="TH"),
        lambda: tell(TOP, 5, told_at=1, company="Hemp", tags="new"),
        lambda: tell(ANN, 6, told_at=2, job_title="Baker", name="Ann Ray-Lee"),
        lambda: tell(ANNIE, 7, language="en", name="Annie Leigh"),
    )


SHAPES = list(itertools.product(("chain", "star", "below"), [(1, 3), (0, 0), (0, 5), (2, 4)], [(0, 1), (1, 0)]))


@pytest.mark.parametrize(("shape", "places", "order"), [one for one in SHAPES if one[1] == (1, 3)])
def test_merges_of_merges_come_apart_in_any_order_with_what_was_told_meanwhile(ann, annie, order, places, shape):
    judge(ann, annie, order, places, shape)


@pytest.mark.long
@pytest.mark.parametrize(("shape", "places", "order"), [one for one in SHAPES if one[1] != (1, 3)])
def test_merges_of_merges_come_apart_whenever_they_were_made(ann, annie, order, places, shape):
    judge(ann, annie, order, places, shape)


def judge(ann, annie, order, places, shape):
    top = factories.customer(name="Top", email=TOP, occupation="Cook", now=at(-70))
    before = transaction.savepoint()
    for fact in facts():
        fact()
    expected = [text(who) for who in (ann, annie, top)]
    transaction.savepoint_rollback(before)
    pairs = {
        "chain": [(ann, annie), (top, ann)],
        "star": [(ann, annie), (ann, top)],
        "below": [(annie, top), (ann, annie)],
    }
    logs = []
    for number, fact in enumerate(facts()):
        while len(logs) < 2 and places[len(logs)] == number:
            logs.append(merge(*pairs[shape][len(logs)], minutes=number))
        fact()
    for number in order:
        unmerge(logs[number])
    found = [text(who) for who in (ann, annie, top)]
    for one, other in zip(found, expected, strict=True):
        assert not "\n".join(difflib.unified_diff(one.splitlines(), other.splitlines(), lineterm=""))
    assert not Telling.objects.exists()
    assert set(MergeLog.objects.values_list("undone_at", flat=True)) == {at(60)}


def test_what_rows_of_files_told_by_which_somebody_is_reached_goes_with_who_the_row_named(ann, annie):
    log = merge(ann, annie)
    tell(ANNIE, 1, by="import:1", phone="0812345678")
    tell("", 2, by="import:1", phone="0812345678", line_id="U" + "1" * 32, job_title="Tailor")
    tell(ANN, 3, by="import:1", member_number="M-1")
    assert origin(ann, "phone") == "import:1"
    unmerge(log)
    for who, kinds in ((ann, ["email", "member_number"]), (annie, ["email", "line_id", "phone"])):
        assert sorted(Identifier.objects.filter(customer_id=who.id).values_list("kind", flat=True)) == kinds
        points = ContactPoint.objects.filter(customer_id=who.id, is_primary=True).values_list("kind", flat=True)
        assert sorted(points) == [kind.removesuffix("_id") for kind in kinds]
        assert set(row(who).origins) & {"phone", "line_id", "member_number"} == set(kinds) - {"email"}
    assert (row(ann).job_title, row(annie).job_title) == ("", "Tailor")


def test_of_two_known_addresses_the_one_told_again_last_comes_first_again(ann, annie):
    tell(ANNIE, -40, phone="0812345678")
    tell("", -30, phone="0812345678", line_id="U" + "2" * 32)
    log = merge(ann, annie)
    tell("", 1, line_id="U" + "2" * 32, phone="0899999999")
    tell("", 2, line_id="U" + "2" * 32, phone="0812345678")
    tell(ANN, 3, phone="0877777777")
    unmerge(log)
    first = {who: profiles.one(who.id).value("phone") for who in (ann, annie)}
    assert first == {ann: "+66877777777", annie: "+66812345678"}
    assert (origin(ann, "phone"), origin(annie, "phone")) == ("order:3", "order:2")


def test_what_an_import_told_that_was_taken_back_since_is_told_to_nobody(ann, annie):
    job = Job.objects.create(kind="import", title="x", result={})
    log = merge(ann, annie)
    tell(ANNIE, 1, by=f"import:{job.id}", job_title="Tailor")
    Job.objects.filter(id=job.id).update(result={undoing.UNDONE: str(job.id)})
    Customer.objects.filter(id=ann.id).update(job_title="", origins=ann.origins)
    unmerge(log)
    assert (row(ann).job_title, row(annie).job_title) == ("", "")


def test_the_same_two_merged_and_parted_again_and_again_keep_their_own(ann, annie):
    for number in range(3):
        log = merge(*((ann, annie), (annie, ann), (ann, annie))[number], minutes=10 * number)
        tell(ANN, 10 * number + 1, job_title=f"Baker {number}", tags=f"a{number}", city="Bangkok", country="TH")
        tell(ANNIE, 10 * number + 2, job_title=f"Tailor {number}", tags=f"b{number}", city="Phuket", country="TH")
        unmerge(log, minutes=10 * number + 3)
        assert (row(ann).job_title, row(annie).job_title) == (f"Baker {number}", f"Tailor {number}")
        assert (row(ann).city, row(annie).city) == ("Bangkok", "Phuket")
    assert (row(ann).tags, row(annie).tags) == (["vip", "a0", "a1", "a2"], ["b0", "b1", "b2"])


def test_what_the_fact_told_that_made_them_one_goes_with_the_identifier_that_decided_it():
    line = "U" + "3" * 32
    ann = factories.customer(email=ANN, job_title="Baker", now=at(-60))
    annie = factories.customer(line_id=line, now=at(-50))
    assert tell(ANN, 1, line_id=line, member_number="M-7", job_title="Tailor", city="Krabi", country="TH") == ann.id
    assert row(ann).job_title == "Tailor"
    unmerge(MergeLog.objects.get())
    assert (row(ann).job_title, row(ann).city) == ("Baker", "")
    assert (row(annie).job_title, row(annie).city) == ("Tailor", "Krabi")
    held = Identifier.objects.filter(customer_id=annie.id).values_list("kind", flat=True)
    assert sorted(held) == ["line_id", "member_number"]
