"""Who was asked, who began, who finished; and whether those who answered are like those who were asked."""

# ruff: noqa: S608  (the strings are those of `scope` and of this file)

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Sum

from consent.models import ServedCount
from consent.rules import notices
from surveys.models import Response, Survey
from surveys.rules import results
from surveys.rules.results import Asked
from surveys.rules.statistics import TOO_FEW, Z95, Interval, means, nps, weighting
from surveys.selectors.questionnaires import PLACE
from surveys.selectors.results import counting
from surveys.selectors.results.scope import DIMENSIONS, LINKED, PROFILE, definitions, scope

DAYS_TO_COME_BACK = 7
"""A mailbox found closed so soon after a link went there had not taken it; later it was another mail."""
_LINKS = f"""
    FROM surveys_invitation i
    LEFT JOIN (
        SELECT r.customer_id, r.invitation_id, bool_or(r.state = 'complete') AS is_complete,
            bool_or(r.state IN ('screened', 'full')) AS is_turned_away
        FROM surveys_response r
        WHERE r.survey_id = %(survey)s AND NOT r.is_test AND r.invitation_id IS NOT NULL
        GROUP BY 1, 2
    ) did ON did.customer_id = i.customer_id AND did.invitation_id = i.id
    LEFT JOIN customers_contactpoint way ON way.customer_id = i.customer_id AND way.kind = 'email' AND way.is_primary
        AND i.channel = 'email' AND did.customer_id IS NULL AND way.bounced_at >= i.sent_at
        AND way.bounced_at < COALESCE(i.reminded_at, i.sent_at) + interval '{DAYS_TO_COME_BACK} days'
"""
_SENT = "(i.sent_at IS NOT NULL OR i.state = 'answered')"
_ANSWERED = "COALESCE(did.is_complete, FALSE)"
_TURNED_AWAY = "(COALESCE(did.is_turned_away, FALSE) AND NOT did.is_complete)"
_REACHED = f"({_SENT} AND way.customer_id IS NULL AND NOT {_TURNED_AWAY})"


FRAME: Mapping[str, tuple[str, str]] = {
    **{name: (group.replace("r.ended_at", "i.made_at"), group) for name, group in PROFILE.items()},
    "store": ("i.context->>'store'", DIMENSIONS["store"]),
    "channel": ("i.channel", LINKED["channel"]),
}
"""What is known of everybody who was asked by a link, answered or not: over the link and its customer, and over the
response.
"""


@dataclass(frozen=True)
class Reach:
    """The way of a questionnaire. `shown`: how often the first page was; `invited`: by a personal link, of whom
    `sent` went out, `opened`, and `answered` to the end. Of those sent `bounced` came back, and `ineligible` were told
    that it is not meant for them or full. `minutes`: the median of complete ones.
    """

    shown: int
    begun: int
    partial: int
    complete: int
    screened: int
    full: int
    invited: int = 0
    sent: int = 0
    opened: int = 0
    answered: int = 0
    bounced: int = 0
    ineligible: int = 0
    minutes: float | None = None
    left_at: Sequence[tuple[str, int]] = ()
    """Pages at which people stopped, with how many, most first."""

    @property
    def reached(self) -> int:
        """Links that could be answered: sent, without what came back and whom it was not meant for."""
        return self.sent - self.bounced - self.ineligible

    @property
    def rate(self) -> float | None:
        """Answered to the end, of those who could; None where nobody could. What hangs on a wall has no such rate."""
        return self.answered / self.reached if self.reached else None


@dataclass(frozen=True)
class Likeness:
    """One group among those who were asked by a link and among those of them who answered."""

    key: str
    asked: int
    answered: int
    difference: float | None
    """In standard deviations: beyond 0.1 one looks, beyond 0.25 one worries."""


@dataclass(frozen=True)
class Weighted:
    """A headline as it would be if those who answered were made up like those who were asked, beside the plain one."""

    plain: float
    value: float
    interval: Interval
    effective: float
    """As many unweighted answers would be as sure."""


def read(survey: Survey) -> Reach:
    """The way of a questionnaire, all answers together."""
    place = notices.of_disclosure(PLACE, survey.slug)
    shown = ServedCount.objects.filter(place=place).aggregate(all=Sum("shown"))["all"] or 0
    if survey.is_anonymous:
        complete = sum(counting.completed(scope(survey)).values())
        return Reach(shown, 0, 0, complete if complete >= TOO_FEW else 0, 0, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.state, count(*) FROM surveys_response r WHERE r.survey_id = %s AND NOT r.is_test GROUP BY 1",
            [survey.id],
        )
        states = dict(cursor.fetchall())
        cursor.execute(
            "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM r.ended_at - r.started_at))"
            " FROM surveys_response r WHERE r.survey_id = %s AND NOT r.is_test AND r.state = 'complete'"
            " AND r.mode <> 'file'",
            [survey.id],
        )
        ((seconds,),) = cursor.fetchall()
        cursor.execute(
            "SELECT r.page, count(*) FROM surveys_response r WHERE r.survey_id = %s AND NOT r.is_test"
            " AND r.state IN ('started', 'partial') GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20",
            [survey.id],
        )
        left_at = [(page, int(count)) for page, count in cursor.fetchall()]
        cursor.execute(
            f"SELECT count(*), count(*) FILTER (WHERE {_SENT}),"
            " count(*) FILTER (WHERE i.opened_at IS NOT NULL OR i.state = 'answered'),"
            f" count(*) FILTER (WHERE {_SENT} AND {_ANSWERED}),"
            f" count(*) FILTER (WHERE {_SENT} AND way.customer_id IS NOT NULL),"
            f" count(*) FILTER (WHERE {_SENT} AND {_TURNED_AWAY}) {_LINKS} WHERE i.survey_id = %(survey)s",
            {"survey": survey.id},
        )
        ((invited, sent, opened, answered, bounced, ineligible),) = cursor.fetchall()
    state = Response.State
    return Reach(
        shown,
        sum(states.values()),
        states.get(state.PARTIAL, 0),
        states.get(state.COMPLETE, 0),
        states.get(state.SCREENED, 0),
        states.get(state.FULL, 0),
        invited,
        sent,
        opened,
        answered,
        bounced,
        ineligible,
        None if seconds is None else float(seconds) / 60,
        left_at,
    )


def compared(survey: Survey, by: str) -> list[Likeness]:
    """Those who were sent a link beside those of them who answered, by one of FRAME. Raises KeyError."""
    asked = _asked(survey, by)
    if survey.is_anonymous or not asked:
        return []
    sent, answered = (sum(pair[place] for pair in asked.values()) for place in (0, 1))
    if answered < TOO_FEW:
        return []
    return [
        Likeness(key, of, did, weighting.difference_of_shares(did / answered, of / sent))
        for key, (of, did) in sorted(asked.items(), key=lambda told: (-told[1][0], told[0]))
    ]


def weighted(survey: Survey, about: Asked, by: str) -> Weighted | None:
    """The headline of a scale (NPS or mean) of those who were asked by a link, weighted by a detail of the profile.
    None where there is too little to say.
    """
    if survey.is_anonymous:
        return None
    asked = {key: pair[0] for key, pair in _asked(survey, by).items()}
    of = scope(survey, with_people=True)
    linked = " AND r.invitation_id IS NOT NULL"
    of = replace(of, every=of.every + linked, replaced=of.replaced + linked)
    told = counting.tallies_by(of, definitions(survey), FRAME[by][1], question=about.key)
    found = {key: results.result(about, rows) for key, rows in told.items()}
    counts = {
        key: {int(one.number): one.count for one in rows if one.number is not None and one.version in about.versions}
        for key, rows in told.items()
    }
    answered = {key: sum(numbers.values()) for key, numbers in counts.items()}
    weights = weighting.weights(answered, asked)
    if weights is None or sum(answered.values()) < TOO_FEW or not found:
        return None
    plain: dict[float, float] = {}
    mended: dict[float, float] = {}
    for key, numbers in counts.items():
        for number, count in numbers.items():
            value = _worth(about, number)
            plain[value] = plain.get(value, 0) + count
            if key in weights.of:
                mended[value] = mended.get(value, 0) + count * weights.of[key]
    first, second = means.mean(plain), means.mean(mended)
    if first.value is None or second.value is None or weights.effective < 2:
        return None
    whole = sum(mended.values())
    spread = math.sqrt(sum(share * (value - second.value) ** 2 for value, share in mended.items()) / whole)
    half = Z95 * spread / math.sqrt(weights.effective)
    return Weighted(first.value, second.value, (second.value - half, second.value + half), weights.effective)


def _worth(about: Asked, number: int) -> float:
    """The number of a scale; of NPS 100, 0 or -100, whose mean is the score."""
    how = nps.SCHEMES.get(about.scheme)
    if how is None:
        return float(number)
    return 100.0 * ((number >= how.promoters_from) - (number < how.passives_from))


def _asked(survey: Survey, by: str) -> Mapping[str, tuple[int, int]]:
    """How many were reached by a link, and how many of them answered to the end, by group."""
    group, _of_response = FRAME[by]
    params: dict[str, Any] = {"survey": survey.id, "zone": settings.TIME_ZONE}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {group}, count(*), count(*) FILTER (WHERE {_ANSWERED}) {_LINKS}"
            f" JOIN customers_customer c ON c.id = i.customer_id WHERE i.survey_id = %(survey)s AND {_REACHED}"
            " GROUP BY 1",
            params,
        )
        return {str(key or ""): (int(asked), int(answered)) for key, asked, answered in cursor.fetchall()}
