"""Segment rules judged by plain Python over the facts of a person: slow, obvious, and written apart from the compiler."""

import datetime as dt
import operator
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.analytics import people
from tests.analytics.people import Person

COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
PROVINCES = {"Bangkok": "TH-10", "서울": "KR-11", "TH-10": "TH-10"}


class Judge:
    """Judges people at `now` in `zone`; `members` is the stored membership of other segments."""

    def __init__(self, now: dt.datetime, zone: str, members: dict[str, set]):
        self.now, self.zone, self.members = now, zone, members
        self.today = people.date(now, zone)

    def holds(self, rule: dict, person: Person) -> bool:
        if "all" in rule:
            return all(self.holds(inner, person) for inner in rule["all"])
        if "any" in rule:
            return any(self.holds(inner, person) for inner in rule["any"])
        if "not" in rule:
            return not self.holds(rule["not"], person)
        if "segment" in rule:
            return person.id in self.members[rule["segment"]]
        if "consent" in rule:
            pair = (rule["consent"]["purpose"], rule["consent"]["channel"])
            return person.consents.get(pair, False) is rule["value"]
        if "order" in rule:
            return self.often(rule, [o.at for o in person.orders if o.is_counted and self.is_of(o, rule["order"])])
        if "event" in rule:
            where = rule.get("where", {})
            return self.often(
                rule,
                [
                    event.at
                    for event in person.events
                    if event.name == rule["event"] and all(event.properties.get(k) == v for k, v in where.items())
                ],
            )
        value = self.field(rule["field"], person) if "field" in rule else self.metric(rule["metric"], person)
        return self.compare(value, rule["op"], rule.get("value"), rule.get("field"))

    @staticmethod
    def is_of(order, wanted: dict) -> bool:
        return (
            wanted.get("sku", order.sku) == order.sku
            and wanted.get("product", f"Article {order.sku}") == f"Article {order.sku}"
        )

    def often(self, rule: dict, times: list[dt.datetime]) -> bool:
        if "within_days" in rule:
            times = [at for at in times if (self.today - people.date(at, self.zone)).days <= rule["within_days"]]
        count = rule.get("count", {"op": ">=", "value": 1})
        return COMPARE[count["op"]](len(times), count["value"])

    def field(self, name: str, person: Person):
        counted = [order for order in person.orders if order.is_counted]
        if name == "age":
            return people.age(person.birth_date, self.today)
        if name == "birth_month":
            return person.birth_date and person.birth_date.month
        if name == "source":
            return person.sources
        if name == "stage":
            if not counted:
                return "lead"
            if people.days(max(o.at for o in counted), self.now, self.zone) > 90:
                return "lapsed"
            return "customer" if len(counted) == 1 else "repeat"
        return getattr(person, name)

    def metric(self, name: str, person: Person):
        counted = [order for order in person.orders if order.is_counted]
        match name:
            case "orders_count":
                return len(counted)
            case "revenue_total":
                return sum((o.amount for o in counted), Decimal(0)).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
            case "last_order_at":
                return max((o.at for o in counted), default=None)
            case "days_since_last_order":
                return people.days(max((o.at for o in counted), default=None), self.now, self.zone)
            case "days_since_last_seen":
                return people.days(max((e.at for e in person.events), default=None), self.now, self.zone)
            case "days_since_signup":
                return people.days(person.created_at, self.now, self.zone)
        raise AssertionError(name)

    def compare(self, value, op: str, wanted, field) -> bool:
        opposites = {"!=": "=", "not_in": "in", "not_set": "is_set"}
        if op in opposites:
            return not self.compare(value, opposites[op], wanted, field)
        if isinstance(value, list):
            wanted = wanted if op == "in" else [wanted]
            return bool(value) if op == "is_set" else any(item in value for item in wanted)
        if op == "is_set" or value is None:
            return op == "is_set" and value not in {None, ""}
        if field == "province":
            wanted = [PROVINCES[item] for item in wanted] if op == "in" else PROVINCES[wanted]
        if isinstance(value, str):
            if field == "city":
                value, wanted = value.lower(), [w.lower() for w in wanted] if op == "in" else wanted.lower()
            return {"=": lambda: value == wanted, "in": lambda: value in wanted, "contains": lambda: wanted in value}[
                op
            ]()
        if isinstance(value, dt.datetime):
            return self.compare_moments(value, op, wanted)
        if op == "between":
            return wanted[0] <= value <= wanted[1]
        return value in wanted if op == "in" else COMPARE[op](value, wanted)

    def compare_moments(self, value: dt.datetime, op: str, wanted) -> bool:
        """A date stands for the whole day: compare days with days, moments with moments."""
        if op == "between":
            return self.compare_moments(value, ">=", wanted[0]) and self.compare_moments(value, "<=", wanted[1])
        if len(wanted) == len("2026-01-01"):
            return COMPARE[op](people.date(value, self.zone), dt.date.fromisoformat(wanted))
        moment = dt.datetime.fromisoformat(wanted)
        return COMPARE[op](value, moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(self.zone)))
