"""Coupons that questionnaires promised: one for each person and questionnaire. A step of the pipeline."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from cdp.core import copying, pipeline
from cdp.core.actors import SYSTEM
from cdp.core.crypto import subjects
from customers.selectors import lineage
from customers.services import standing
from loyalty.models import Coupon, Offer
from loyalty.selectors import benefits
from loyalty.selectors import coupons as reading
from loyalty.services import coupons, forgetting, thanks_told
from loyalty.services.coupons import Promise
from surveys.rules import rewards as promises
from surveys.selectors import rewards
from surveys.selectors.rewards import Reward
from surveys.services.gifts import Gift

KEPT_FOR = forgetting.LONGEST_PERIOD - timedelta(days=60)
"""An older promise is not looked at any more: its coupon may be forgotten by then."""
_NAMES = uuid.UUID("8f7b0c1e-93f5-4d0b-8a0a-3a3f1f5f2b77")


def given_for(survey: uuid.UUID) -> uuid.UUID:
    """What the coupon for answering that questionnaire is given for."""
    return uuid.uuid5(_NAMES, str(survey))


def give(customers: Sequence[uuid.UUID], now: datetime) -> None:
    """Give these customers the coupons they were promised and do not have. What an offer is worth counts on the day on
    which it is given, also where nothing new is promised with it any more. One query where nobody was promised any.
    """
    since = timezone.localdate(now - KEPT_FOR)
    for top in _promised(customers):
        people = lineage.of(top)
        due = [one for one in rewards.of(people) if one.on >= since and _offer(one)]
        if due:
            with transaction.atomic(), pipeline.seen_by_what_follows():
                _give(top, due, now)


def at_once(customer: uuid.UUID, survey: uuid.UUID, now: datetime) -> Gift | None:
    """The coupon that an answer brings the moment it is given; None for who has had it: a code is shown to nobody who
    only says that they are somebody.
    """
    before = _of_survey(customer, survey)
    if before is not None:
        return None
    give([customer], now)
    row = _of_survey(customer, survey)
    if row is None:
        return None
    code = reading.code_of(row, subjects.load([row.customer_id]))
    return Gift(benefits.words(row.gives, benefits.names_of([row.gives])), code, reading.last_day(row))


def _of_survey(customer: uuid.UUID, survey: uuid.UUID) -> Coupon | None:
    people = lineage.everybody([customer])
    return Coupon.objects.filter(customer_id__in=people, given_for=given_for(survey)).first()


def _offer(one: Reward) -> str:
    """The offer that was promised; empty for another promise."""
    promised = promises.read(one.promised)
    return promised.offer if isinstance(promised, promises.Coupon) else ""


def _promised(customers: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Who among them was promised a coupon, as who stands for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT customer_id FROM surveys_response WHERE customer_id = ANY(%(rows)s::uuid[])
                AND promised->>'kind' = 'coupon' AND state = 'complete'
            UNION SELECT customer_id FROM surveys_rewardclaim
            WHERE customer_id = ANY(%(rows)s::uuid[]) AND promised->>'kind' = 'coupon'
            """,
            {"rows": copying.array(list(customers))},
        )
        rows = [row for (row,) in cursor.fetchall()]
    return sorted(set(lineage.standing(rows).values())) if rows else []


def _give(top: uuid.UUID, due: Sequence[Reward], now: datetime) -> None:
    owner = standing.hold([top]).get(top)
    if owner is None:
        return
    standing.queue([owner])
    marks = {given_for(one.survey): one for one in due}
    had = set(
        Coupon.objects.filter(customer_id__in=lineage.of(owner), given_for__in=marks).values_list(
            "given_for", flat=True
        )
    )
    offers = {offer.key: offer for offer in Offer.objects.filter(key__in={_offer(one) for one in due})}
    for mark, one in marks.items():
        offer = offers.get(_offer(one))
        if mark in had or offer is None:
            continue
        promise = Promise(
            offer.key,
            offer.gives,
            coupons.end(offer.valid_days, now),
            reason=Offer.Why.SURVEY,
            given_for=mark,
            is_first_order=offer.why == Offer.Why.FIRST_ORDER,
        )
        issued = coupons.promised(customer=owner, promise=promise, source="survey", actor=SYSTEM, now=now)
        if issued is not None:
            thanks_told.coupon(issued, key=str(mark), now=now, notice=thanks_told.ANSWERED)
