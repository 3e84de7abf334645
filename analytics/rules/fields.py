"""Which fields of a customer a rule may ask about, and what may be compared with each kind of value."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics.rules.metrics import METRICS, Unit
from customers.rules import companies, people, places

LAPSED_DAYS = 90


class Type(StrEnum):
    """Kinds of values."""

    TEXT = "text"  # compared without case
    CODE = "code"  # one of a standardised list
    LIST = "list"
    WHOLE = "whole number"
    NUMBER = "number"
    DAYS = "days"
    MOMENT = "moment"
    MAPPING = "mapping"


_SET = ("is_set", "not_set")
_EQUAL = ("=", "!=", "in", "not_in")
_ORDER = (">", ">=", "<", "<=", "between")
OPERATORS: dict[Type, tuple[str, ...]] = {
    Type.TEXT: (*_EQUAL, "contains", *_SET),
    Type.CODE: (*_EQUAL, *_SET),
    Type.LIST: (*_EQUAL, "contains", *_SET),
    Type.WHOLE: (*_EQUAL, *_ORDER, *_SET),
    Type.NUMBER: (*_EQUAL, *_ORDER, *_SET),
    Type.DAYS: (*_EQUAL, *_ORDER, *_SET),
    Type.MOMENT: ("=", "!=", *_ORDER, *_SET),
    Type.MAPPING: _SET,
}
"""`!=` and `not_in` are the exact opposites of `=` and `in`: they also match who has no value."""

ALL_OPERATORS = (*_EQUAL, *_ORDER, "contains", *_SET)
WITHOUT_VALUE = frozenset(_SET)


@dataclass(frozen=True)
class Subject:
    """What a field or metric leaf asks about: its type and its SQL over `c` and `m`.

    `standardise` turns what people write into what is stored (raises customers' Unreadable); `since` is set for days;
    `within` holds the condition where `sql` is about rows beside the customer's, which joins as one set.
    """

    key: str
    label: str | Promise
    type: Type
    sql: str
    standardise: Callable[[str], str] | None = None
    since: str = ""
    within: str = ""


def _gender(value: str) -> str:
    return people.GENDERS.get(value.strip().casefold(), value.strip().casefold())


def _language(value: str) -> str:
    return value.strip().lower().replace("_", "-").partition("-")[0]


def _stage(value: str) -> str:
    return value.strip().casefold()


STAGES = ("lead", "customer", "repeat", "lapsed")
_STAGE = (
    "(CASE WHEN COALESCE(m.orders_count, 0) = 0 THEN 'lead' WHEN m.last_order_at < %(lapsed_before)s THEN 'lapsed' "
    "WHEN m.orders_count = 1 THEN 'customer' ELSE 'repeat' END)"
)

_COMPANY = (
    "EXISTS (SELECT 1 FROM customers_companylink l JOIN customers_company k ON k.id = l.company_id"
    " WHERE l.customer_id = c.id AND {})"
)
_EMPLOYEES = "COALESCE(k.employees, CASE k.size {} END)".format(
    " ".join(f"WHEN '{code}' THEN {low}" for code, low, _high in companies.BANDS)
)
"""The number where it is known; of a band its smallest."""

FIELDS: dict[str, Subject] = {
    field.key: field
    for field in (
        Subject("followers", _("Followers"), Type.WHOLE, METRICS["followers"].sql),
        Subject("gender", _("Gender"), Type.CODE, "c.gender", _gender),
        Subject("age", _("Age"), Type.WHOLE, METRICS["age"].sql),
        Subject("birth_month", _("Birth month"), Type.WHOLE, "EXTRACT(month FROM c.birth_date)::int"),
        Subject("nationality", _("Nationality"), Type.CODE, "c.nationality", places.country),
        Subject("language", _("Language"), Type.CODE, "c.language", _language),
        Subject("country", _("Country"), Type.CODE, "c.country", places.country),
        Subject("province", _("Province"), Type.CODE, "c.province", places.province),
        Subject("city", _("City"), Type.TEXT, "c.city"),
        Subject("postcode", _("Postcode"), Type.TEXT, "c.postcode"),
        Subject("stage", _("Stage"), Type.CODE, _STAGE, _stage),
        Subject("job_title", _("Job title"), Type.TEXT, "c.job_title"),
        Subject("company_industry", _("Industry of the company"), Type.TEXT, "k.industry", within=_COMPANY),
        Subject("company_size", _("Employees of the company"), Type.WHOLE, _EMPLOYEES, within=_COMPANY),
        Subject(
            "company_province",
            _("Province of the company"),
            Type.CODE,
            "k.province",
            places.province,
            within=_COMPANY,
        ),
        Subject("income_band", _("Income band"), Type.TEXT, "c.income_band"),
        Subject("occupation", _("Occupation"), Type.TEXT, "c.occupation"),
        Subject("education", _("Education"), Type.TEXT, "c.education"),
        Subject("children", _("Children"), Type.TEXT, "c.children"),
        Subject("interests", _("Interests"), Type.LIST, "c.interests"),
        Subject("tags", _("Tags"), Type.LIST, "c.tags"),
        Subject("source", _("Source"), Type.LIST, "c.sources"),
        Subject("created_at", _("Customer since"), Type.MOMENT, "c.created_at"),
    )
}
FIELDS_NOT_YET: frozenset[str] = frozenset()

_TYPES = {
    Unit.COUNT: Type.WHOLE,
    Unit.YEARS: Type.WHOLE,
    Unit.MONEY: Type.NUMBER,
    Unit.DAYS: Type.DAYS,
    Unit.MOMENT: Type.MOMENT,
    Unit.MONEY_BY_CURRENCY: Type.MAPPING,
    Unit.CODE: Type.CODE,
}


def of_metric(key: str) -> Subject:
    """A metric as the subject of a rule."""
    metric = METRICS[key]
    standardise = _stage if metric.unit is Unit.CODE else None
    return Subject(metric.key, metric.label, _TYPES[metric.unit], metric.sql, standardise, since=metric.since)
