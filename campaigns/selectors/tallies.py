"""How many would get a message and how many would not, by reason: a whole audience judged in one statement.

The same verdicts as `decisions` gives when planning: the parts that say who may are shared, and a property test holds
the two together. The time is bounded: where judging everybody takes too long, people taken at random are judged.
"""

# The statements are put together from constants of this room and the compiler's own words; values travel beside them.

import contextlib
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from campaigns.rules.definition import Definition
from campaigns.selectors import candidates, contacts, decisions
from cdp.core import patience
from consent.services import gate
from customers.selectors import samples

SAMPLE = 10
MILLISECONDS = 8000
ESTIMATE_MILLISECONDS = 8000
JUDGED = 20_000
"""When judging everybody takes too long, this many customers taken at random are judged instead."""

# An address that others were written to at is taken; the one who was alone in that has it still. Else it is the
# first's by preference, of those who may be written to.
_VERDICTS = """
WITH candidate AS ({candidates}),
address AS ({addresses}),
judged AS (
    SELECT c.id, candidate.place, address.digest,
        CASE WHEN {is_sample} THEN '{sample_person}' WHEN {reason} <> '' THEN {reason}
            WHEN address.digest IS NULL THEN '{no_address}' ELSE '' END AS reason,
        CASE WHEN {is_sample} THEN 'house:sample' WHEN {reason} <> '' THEN {rule}
            WHEN address.digest IS NULL THEN 'house:address' ELSE '' END AS rule
    FROM candidate JOIN customers_customer c ON c.id = candidate.id {join}
    LEFT JOIN address ON address.customer_id = c.id
),
taken AS (
    SELECT address, count(DISTINCT customer_id) AS holders, (array_agg(customer_id))[1] AS holder
    FROM ({written}) written GROUP BY address
),
settled AS (
    SELECT judged.id, judged.place, judged.reason, judged.rule, judged.reason = '' AND CASE
        WHEN taken.address IS NOT NULL THEN taken.holders > 1 OR taken.holder <> judged.id
        ELSE row_number() OVER (PARTITION BY judged.digest, judged.reason = '' ORDER BY judged.place) > 1
    END AS is_same
    FROM judged LEFT JOIN taken ON taken.address = judged.digest
),
verdict AS MATERIALIZED (
    SELECT id, place, CASE WHEN is_same THEN '{same_address}' ELSE reason END AS reason,
        CASE WHEN is_same THEN 'house:same_address' ELSE rule END AS rule
    FROM settled
)
SELECT reason, rule, count(*), NULL::uuid[] FROM verdict GROUP BY reason, rule
UNION ALL
SELECT '', '', 0, ARRAY(SELECT id FROM verdict WHERE reason = '' ORDER BY place LIMIT {sample})
"""


@dataclass
class Tally:
    """Counts of people; `sample` are ids of some who would get it. `is_estimate` when judging all took too long."""

    eligible: int = 0
    planned: int = 0
    by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)  # suppressed, by (reason, rule)
    sample: list[uuid.UUID] = field(default_factory=list)
    is_estimate: bool = False

    @property
    def suppressed(self) -> Counter[str]:
        """Those who would not get it, by reason."""
        found: Counter[str] = Counter()
        for (reason, _rule), count in self.by_rule.items():
            found[reason] += count
        return found


def of(definition: Definition, *, now: datetime, campaign: uuid.UUID | None) -> Tally:
    """What planning the first message at `now` would write. With `campaign`, who had it from there is left out.

    Beyond MILLISECONDS the counts are an estimate from people taken at random, among whom alone shared addresses are
    found then. Raises InvalidRules, and patience.TookTooLong where not even that is done in ESTIMATE_MILLISECONDS.
    """
    with contextlib.suppress(patience.TookTooLong), patience.statements_at_most(MILLISECONDS / 1000):
        return _judged(definition, now=now, campaign=campaign)
    with patience.statements_at_most(ESTIMATE_MILLISECONDS / 1000):
        return _estimate(definition, now=now, campaign=campaign)


def _estimate(definition: Definition, *, now: datetime, campaign: uuid.UUID | None) -> Tally:
    drawn = samples.at_random(JUDGED)
    found = _judged(definition, now=now, campaign=campaign, among=drawn.known)
    by_rule = Counter({rule: round(count * drawn.scale) for rule, count in found.by_rule.items()})
    planned = round(found.planned * drawn.scale)
    return Tally(planned + by_rule.total(), planned, by_rule, found.sample, is_estimate=True)


def _judged(
    definition: Definition, *, now: datetime, campaign: uuid.UUID | None, among: Sequence[uuid.UUID] | None = None
) -> Tally:
    step = definition.steps[0]
    people, params = candidates.placed(definition, now=now, campaign=campaign, among=among)
    denials = gate.denials(definition.purpose, step.channel, "c", at=now)
    params |= denials.params | {
        "kind": contacts.KIND_OF_CHANNEL[step.channel],
        "campaign": campaign,
        "step": 0,
        "since": candidates.window(definition, now=now),
    }
    sql = _VERDICTS.format(
        candidates=people,
        addresses=contacts.DIGESTS.format(which="TRUE" if among is None else "customer_id = ANY(%(ids)s)"),
        is_sample="c.is_sample" if decisions.samples_are_held_back() else "FALSE",
        sample_person=decisions.SAMPLE_PERSON,
        reason=denials.reason,
        rule=denials.rule,
        join=denials.join,
        no_address=decisions.NO_ADDRESS,
        same_address=decisions.SAME_ADDRESS,
        written=decisions.WRITTEN,
        sample=SAMPLE,
    )
    found = Tally()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for reason, rule, count, sample in cursor.fetchall():
            found.eligible += count
            if sample is not None:
                found.sample = sample
            elif reason:
                found.by_rule[reason, rule] = count
            else:
                found.planned = count
    return found
