"""What becomes of rows that arrive while two are one, when they are parted: declared here for every table, and tried.

Whoever declares a table in a `lifecycle.py` says so here as well; decision 8 has the reasons.
"""

import datetime as dt
import itertools
import uuid
from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from cdp.core import actors, ids, lifecycle
from cdp.core.lifecycle import OnMerge
from cdp.core.models import DataKey
from customers.models import Identifier
from customers.services import merging
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()

DECIDED = "goes with the identifier that decided whose fact it is"
FOLLOWS = "goes with the row it belongs to"
TOLD = "goes with the fact that told it"
HEARD = "each side is told its own again, as the identifiers say that decided (test_sides.py)"
STAYS = "stays with the survivor: who wrote it, a person or the machine, meant whoever stood for both"
LINEAGE = "append-only or about merges: never moves; what was said under the survivor stays the survivor's"
DERIVED = "derived anew of what each side has"

FATES = {
    "analytics.CustomerMetrics": DERIVED,
    "analytics.SegmentChange": STAYS,
    "analytics.SegmentMember": DERIVED,
    "campaigns.Message": STAYS,
    "campaigns.MessageEvent": LINEAGE,
    "commerce.Cart": DECIDED,
    "commerce.CartLine": FOLLOWS,
    "commerce.CouponTry": DECIDED,
    "commerce.Order": DECIDED,
    "commerce.OrderLine": FOLLOWS,
    "commerce.PreOrder": DECIDED,
    "commerce.Refund": DECIDED,
    "commerce.RefundLine": FOLLOWS,
    "commerce.StockInterest": DECIDED,
    "commerce.Warranty": DECIDED,
    "commerce.WarrantyClaim": FOLLOWS,
    "commerce.Wish": DECIDED,
    "consent.Confirmation": STAYS,
    "consent.ContactWish": STAYS,  # the quieter wish holds for both
    "consent.Guardianship": STAYS,
    "consent.Pending": STAYS,
    "consent.BreachPerson": LINEAGE,
    "consent.ConsentRecord": LINEAGE,  # a "no" said meanwhile holds for both (test_merged_people.py)
    "consent.ConsentState": DERIVED,
    "consent.EvidenceFile": LINEAGE,
    "consent.ServedNotice": LINEAGE,
    "consent.LegalHold": STAYS,
    "consent.Restriction": STAYS,  # staff look at both then; freezing too much harms nobody
    "consent.SpecialDetail": STAYS,  # beside the statement under which it was told
    "consent.TermsAcceptance": LINEAGE,
    "core.DataKey": STAYS,  # the survivor's own, made at the merge
    "core.Notice": STAYS,  # written to whoever stood for both
    "customers.Address": HEARD,
    "customers.Arrival": DECIDED,
    "customers.Asked": STAYS,
    "customers.CompanyLink": STAYS,  # what rules found is found anew
    "customers.ContactPoint": TOLD,
    "customers.Customer": HEARD,
    "customers.Interaction": STAYS,
    "customers.Lead": DECIDED,
    "customers.MergeLog": LINEAGE,
    "customers.MergeSuggestion": LINEAGE,
    "customers.Note": STAYS,
    "customers.Telling": DECIDED,
    "events.Event": DECIDED,
    "events.Handover": FOLLOWS,
    "events.Session": DERIVED,
    "loyalty.Act": LINEAGE,
    "loyalty.Adjustment": STAYS,  # whoever asked meant whoever stood for both
    "loyalty.Balance": LINEAGE,
    "loyalty.Card": STAYS,  # whoever was given it stood for both
    "loyalty.Claim": DECIDED,
    "loyalty.Coupon": DECIDED,
    "loyalty.DrawExclusion": LINEAGE,
    "loyalty.DrawPlace": LINEAGE,
    "loyalty.DrawWin": LINEAGE,
    "loyalty.FriendCode": STAYS,
    "loyalty.Hold": DECIDED,
    "loyalty.Lot": LINEAGE,
    "loyalty.Member": STAYS,
    "loyalty.Movement": LINEAGE,
    "loyalty.PromotionUse": DECIDED,
    "loyalty.Referral": STAYS,
    "loyalty.Seat": LINEAGE,
    "loyalty.Settled": LINEAGE,
    "surveys.Answer": FOLLOWS,
    "surveys.InterviewNote": FOLLOWS,
    "surveys.Participant": STAYS,  # whoever talked stood for both
    "surveys.Quote": FOLLOWS,
    "surveys.Testimonial": FOLLOWS,
    "surveys.Invitation": STAYS,  # written to whoever stood for both
    "surveys.Mention": DERIVED,
    "surveys.Reading": DERIVED,
    "surveys.RefusedAnswer": FOLLOWS,
    "surveys.Response": DECIDED,
    "surveys.Review": DECIDED,
    "surveys.SocialAct": DECIDED,
    "surveys.RewardClaim": STAYS,  # whoever brought the code stood for both
    "surveys.Ticket": DECIDED,
    "surveys.TicketMessage": FOLLOWS,
}


def of(*fates):
    return sorted(label for label, fate in FATES.items() if fate in fates)


def declared(label):
    return lifecycle.declarations()[apps.get_model(label)]


numbers = itertools.count(1)
KINDS = {
    models.UUIDField: lambda _field: uuid.uuid4(),
    models.BinaryField: lambda _field: uuid.uuid4().bytes,
    models.DateTimeField: lambda _field: NOW,
    models.DateField: lambda _field: NOW.date(),
    models.DecimalField: lambda _field: Decimal(1),
    models.BooleanField: lambda _field: False,
    models.JSONField: lambda _field: {},
    models.CharField: lambda field: field.choices[0][0] if field.choices else f"x{next(numbers)}"[: field.max_length],
    models.TextField: lambda _field: "x",
    ArrayField: lambda _field: [],
}


TENTH = {"gives": "percent", "percent": "10"}
FITTING = {
    "loyalty.Movement": {"debit": "issued", "credit": "active"},
    "loyalty.Coupon": {"benefit": TENTH},
    "loyalty.PromotionUse": {"benefit": TENTH},
}
"""What a constraint of the table wants, or whoever tells the row in words."""


def make(model, customer, **given):
    """A row with something in every column that wants something."""
    values = {"customer_id": customer.id, **FITTING.get(model._meta.label, {}), **given}
    for field in model._meta.local_concrete_fields:
        is_free = field.null or field.has_default() or field.attname in values or field.auto_created
        if not is_free:
            kind = next((kind for kind in KINDS if isinstance(field, kind)), None)
            values[field.attname] = KINDS[kind](field) if kind else next(numbers)
    if model._meta.label == "events.Event":
        values["id"] = ids.uuid7_at(NOW)
    return model._default_manager.create(**values)


@pytest.fixture
def merged():
    """(who survived, who was absorbed, the identifier of each, a way to take the merge back)."""
    ann = factories.customer(name="Ann", email="ann@example.com")
    annie = factories.customer(name="Annie", email="annie@example.com")
    digests = {who: bytes(Identifier.objects.get(customer_id=who.id).digest) for who in (ann, annie)}
    log = merging.merge(survivor=ann.id, absorbed=annie.id, reason="steward", actor=actors.SYSTEM, at=NOW)

    def part():
        merging.unmerge(merge_log=log.id, actor=actors.SYSTEM, at=NOW + dt.timedelta(hours=1))

    return ann, annie, digests, part


def owner(row):
    return type(row)._default_manager.values_list("customer_id", flat=True).get(pk=row.pk)


def test_every_declared_table_has_a_fate():
    assert set(FATES) == {model._meta.label for model in lifecycle.declarations()}


def test_the_declarations_say_what_the_fates_say():
    for label, fate in FATES.items():
        found = declared(label)
        moves = found.on_merge is OnMerge.MOVE
        says = {
            DECIDED: moves and bool(found.resolved_by),
            FOLLOWS: moves and found.follows is not None,
            TOLD: moves and bool(found.told_by),
            STAYS: moves and not (found.resolved_by or found.follows or found.told_by),
            LINEAGE: found.on_merge is OnMerge.STAY,
            DERIVED: found.on_merge is OnMerge.REBUILD,
            HEARD: label in {"customers.Customer", "customers.Address"},
        }
        assert says[fate], label


def test_what_an_identifier_decided_goes_where_that_identifier_goes_with_what_belongs_to_it(merged):
    ann, annie, digests, part = merged
    rows = {}
    for label in of(DECIDED):
        if label == "customers.Telling":  # nothing is remembered once nobody stands for several people
            continue
        model, column = apps.get_model(label), declared(label).resolved_by
        rows |= {(label, who): make(model, ann, **{column: digests[who]}) for who in (ann, annie)}
        if model._meta.get_field(column).null:
            rows[f"{label} without any", ann] = make(model, ann, **{column: None})
    for label in of(FOLLOWS):
        parent, column = declared(label).follows
        if not declared(parent).resolved_by:  # test_interviews.py
            continue
        for who in (ann, annie):
            above = make(apps.get_model(parent), ann, **{declared(parent).resolved_by: digests[who]})
            rows[label, who] = make(apps.get_model(label), ann, **{column: above.pk})
    part()
    assert {place: owner(row) for place, row in rows.items()} == {place: place[1].id for place in rows}


def test_what_was_written_of_whoever_stands_for_both_stays(merged):
    ann, _annie, _digests, part = merged
    # A detail without its consent is deleted whoever has it; a key is made with what it seals; under a hold nobody parts.
    labels = set(of(STAYS)) - {"consent.SpecialDetail", "core.DataKey", "consent.LegalHold"}
    rows = {label: make(apps.get_model(label), ann) for label in sorted(labels)}
    keys = set(DataKey.objects.filter(customer_id=ann.id).values_list("id", flat=True))
    part()
    assert {label: owner(row) for label, row in rows.items()} == dict.fromkeys(rows, ann.id)
    assert max(keys) in DataKey.objects.filter(customer_id=ann.id).values_list("id", flat=True)
