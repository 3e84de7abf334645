"""The registry of customer metrics: one place that says what each figure means and how it is computed.

Expressions stand over `c` (customers_customer) and `m` (analytics_customermetrics, which may have no row yet) with the
parameters `now`, `today` (the shop's date), `zone`, `digits` (minor units of the shop's currency) and `ending_until`
(the last moment of what ends soon). Fact metrics read what the pipeline stored; clock metrics are worked out from facts
and the day, and are never stored. What somebody has in the programme is stored with every later moment at which time
alone changes it, so that it is right when it is read, whatever was booked by then.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """Stored facts, or facts seen from a day."""

    FACT = "fact"
    CLOCK = "clock"


class Unit(StrEnum):
    """What a figure counts."""

    COUNT = "count"
    MONEY = "money"  # in the shop's currency
    MONEY_BY_CURRENCY = "money_by_currency"
    MOMENT = "moment"
    DAYS = "days"
    YEARS = "years"
    CODE = "code"  # one of a few words


@dataclass(frozen=True)
class Metric:
    """One figure. `since` of a `days` metric is the moment the days are counted from."""

    key: str
    label: str | Promise
    unit: Unit
    kind: Kind
    definition: str | Promise
    sql: str
    since: str = ""


def _fact(key: str, label: str | Promise, unit: Unit, definition: str | Promise, sql: str) -> Metric:
    return Metric(key, label, unit, Kind.FACT, definition, sql)


def _days(key: str, label: str | Promise, definition: str | Promise, since: str) -> Metric:
    sql = f"(%(today)s::date - ({since} AT TIME ZONE %(zone)s)::date)"
    return Metric(key, label, Unit.DAYS, Kind.CLOCK, definition, sql, since)


def _stored_sum(column: str) -> str:
    # No row yet means no facts, hence zero; a stored NULL means that a rate is missing, and stays NULL.
    return f"(CASE WHEN m.customer_id IS NULL THEN 0 ELSE m.{column} END)"


def _has(column: str, label: str) -> str:
    # What was there when it was stored, and every step that time took since. Most people have none behind them.
    since = f"SELECT sum(s.by) FROM {_STEPS} WHERE s.label = '{label}' AND s.at <= %(now)s"  # noqa: S608  (our words)
    return f"(m.{column} + CASE WHEN m.purse_next_at <= %(now)s THEN COALESCE(({since}), 0) ELSE 0 END)"


_STEPS = "unnest(m.purse_at, m.purse_of, m.purse_by) AS s (at, label, by)"
ENDS = f"FROM {_STEPS} WHERE s.label = 'points' AND s.by < 0 AND s.at > %(now)s"
"""Whatever of a member's points ends from now on: `s.at` and, below zero, `s.by`."""
ENDING_DAYS = 30
"""How many days ahead `points_ending` looks."""

_REVENUE, _REFUNDS = _stored_sum("revenue_total"), _stored_sum("refunds_total")

METRICS: dict[str, Metric] = {
    metric.key: metric
    for metric in (
        _fact(
            "orders_count",
            _("Orders"),
            Unit.COUNT,
            _("Orders that count: not pending, voided, failed or cancelled, and worth more than nothing."),
            "COALESCE(m.orders_count, 0)",
        ),
        _fact(
            "revenue_total",
            _("Revenue"),
            Unit.MONEY,
            _("The amounts of all orders that count, in the shop's currency at the rate of each order's day."),
            _REVENUE,
        ),
        _fact(
            "revenue_by_currency",
            _("Revenue by currency"),
            Unit.MONEY_BY_CURRENCY,
            _("The amounts of all orders that count, as they were paid."),
            "COALESCE(m.revenue_by_currency, '{}'::jsonb)",
        ),
        _fact(
            "refunds_total",
            _("Refunds"),
            Unit.MONEY,
            _("What was given back, in the shop's currency at the rate of each refund's day."),
            _REFUNDS,
        ),
        _fact(
            "refunds_by_currency",
            _("Refunds by currency"),
            Unit.MONEY_BY_CURRENCY,
            _("What was given back, as it was paid."),
            "COALESCE(m.refunds_by_currency, '{}'::jsonb)",
        ),
        _fact(
            "net_revenue",
            _("Net revenue"),
            Unit.MONEY,
            _("Revenue less refunds."),
            f"({_REVENUE} - {_REFUNDS})",
        ),
        _fact(
            "average_order_value",
            _("Average order"),
            Unit.MONEY,
            _("Revenue divided by orders; nothing for somebody who never ordered."),
            "round(m.revenue_total / NULLIF(m.orders_count, 0), %(digits)s)",
        ),
        _fact(
            "first_order_at",
            _("First order"),
            Unit.MOMENT,
            _("When the first order that counts was placed."),
            "m.first_order_at",
        ),
        _fact(
            "last_order_at",
            _("Last order"),
            Unit.MOMENT,
            _("When the last order that counts was placed."),
            "m.last_order_at",
        ),
        _fact(
            "last_seen_at",
            _("Last seen"),
            Unit.MOMENT,
            _("The end of the last visit to the website or app; robots and messages do not count."),
            "m.last_seen_at",
        ),
        _fact(
            "sessions_count",
            _("Visits"),
            Unit.COUNT,
            _("Visits to the website or app; half an hour without anything ends one."),
            "COALESCE(m.sessions_count, 0)",
        ),
        _fact(
            "last_login_at",
            _("Last login"),
            Unit.MOMENT,
            _("When they last signed in (the event `Signed In`)."),
            "m.last_login_at",
        ),
        _fact(
            "followers",
            _("Followers"),
            Unit.COUNT,
            _("How many follow them on the social platform where they have most, as told last."),
            "m.followers",
        ),
        _fact(
            "sentiment",
            _("Sentiment"),
            Unit.CODE,
            _("How their latest text feels as the machine read it: positive, neutral or negative."),
            "m.sentiment",
        ),
        _fact(
            "tickets_open",
            _("Open tickets"),
            Unit.COUNT,
            _("Tickets of theirs that are not resolved; one that waits for them counts."),
            "COALESCE(m.tickets_open, 0)",
        ),
        _fact(
            "last_satisfaction",
            _("Last satisfaction with a ticket"),
            Unit.COUNT,
            _("What they rated last of how a ticket was handled, 1 to 5."),
            "m.last_satisfaction",
        ),
        Metric(
            "tickets_90d",
            _("Tickets in 90 days"),
            Unit.COUNT,
            Kind.CLOCK,
            _("Tickets that were opened today or in the 90 calendar days before, in the shop's time zone."),
            "(SELECT count(*) FROM surveys_ticket t WHERE t.customer_id = c.id"
            " AND t.opened_at >= (%(today)s::date - 90)::timestamp AT TIME ZONE %(zone)s)",
        ),
        Metric(
            "points_balance",
            _("Points to spend"),
            Unit.COUNT,
            Kind.CLOCK,
            _(
                "Points that a member can spend now, less what is owed: of everybody whose points they may spend. What"
                " has ended is no part of it. Nothing for somebody who takes no part."
            ),
            f"{_has('points_balance', 'points')}::bigint",
        ),
        Metric(
            "points_ending",
            _("Points ending in 30 days"),
            Unit.COUNT,
            Kind.CLOCK,
            _("How many of a member's points end today or in the next 30 days, in the shop's time zone."),
            "(CASE WHEN m.member_since IS NOT NULL THEN CASE WHEN m.points_ending_at <= %(ending_until)s"
            f" THEN COALESCE((SELECT -sum(s.by) {ENDS} AND s.at <= %(ending_until)s), 0) ELSE 0 END END)::bigint",
        ),
        Metric(
            "points_ending_at",
            _("Next end of points"),
            Unit.MOMENT,
            Kind.CLOCK,
            _("From when on the first of a member's points cannot be spent any more."),
            f"(CASE WHEN m.points_ending_at <= %(now)s THEN (SELECT min(s.at) {ENDS}) ELSE m.points_ending_at END)",
        ),
        Metric(
            "stamps_balance",
            _("Stamps"),
            Unit.COUNT,
            Kind.CLOCK,
            _("Stamps that a member has on all cards together; full cards are taken off."),
            f"{_has('stamps_balance', 'stamps')}::bigint",
        ),
        Metric(
            "store_credit",
            _("Store credit"),
            Unit.MONEY,
            Kind.CLOCK,
            _("Store credit that a member can spend now, in the shop's currency."),
            f"round({_has('store_credit', 'credit')}, %(digits)s)",
        ),
        _fact(
            "tier",
            _("Tier"),
            Unit.CODE,
            _("The key of a member's tier in the programme; nothing for a member without one."),
            "m.tier",
        ),
        _fact(
            "is_member",
            _("Member of the programme"),
            Unit.CODE,
            _("Whether somebody takes part in the programme: yes or no. Who left does not."),
            "(CASE WHEN m.member_since IS NULL THEN 'no' ELSE 'yes' END)",
        ),
        _fact(
            "member_since",
            _("Member since"),
            Unit.MOMENT,
            _("When a member joined the programme."),
            "m.member_since",
        ),
        _days(
            "days_since_joined",
            _("Days since joining the programme"),
            _("Calendar days between joining the programme and today in the shop's time zone."),
            "m.member_since",
        ),
        _fact(
            "coupons_used",
            _("Coupons used"),
            Unit.COUNT,
            _("Coupons and codes somebody used and did not get back, everybody's codes among them."),
            "COALESCE(m.coupons_used, 0)",
        ),
        _days(
            "days_since_last_order",
            _("Days since last order"),
            _("Calendar days between the last order and today in the shop's time zone."),
            "m.last_order_at",
        ),
        _days(
            "days_since_first_order",
            _("Days since first order"),
            _("Calendar days between the first order and today in the shop's time zone."),
            "m.first_order_at",
        ),
        _days(
            "days_since_last_seen",
            _("Days since last seen"),
            _("Calendar days between the last visit and today in the shop's time zone."),
            "m.last_seen_at",
        ),
        _days(
            "days_since_last_login",
            _("Days since last login"),
            _("Calendar days between the last login and today in the shop's time zone."),
            "m.last_login_at",
        ),
        _days(
            "days_since_signup",
            _("Days since sign-up"),
            _("Calendar days between the first contact and today in the shop's time zone."),
            "c.created_at",
        ),
        Metric(
            "age",
            _("Age"),
            Unit.YEARS,
            Kind.CLOCK,
            _("Full years since the date of birth."),
            "date_part('year', age(%(today)s::date::timestamp, c.birth_date::timestamp))::int",
        ),
    )
}

NOT_YET = frozenset({"rfm_segment", "clv", "p_alive", "nps", "churn_risk"})
"""Promised metrics whose rooms or models are not built."""
