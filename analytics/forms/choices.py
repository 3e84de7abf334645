"""What can be chosen in a rule, in the reader's language: fields, operators, and the values each field has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from babel import Locale, UnknownLocaleError
from babel.dates import get_month_names
from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from analytics.rules import fields, segment_rules
from analytics.rules.fields import Subject, Type
from analytics.rules.metrics import METRICS
from analytics.selectors import answered, segments
from cdp.core import sources as naming
from consent.models import Channel
from consent.selectors import purposes
from customers.rules import places
from customers.selectors import listing
from loyalty.selectors import tiers
from surveys.models import Sentiment

Choice = tuple[str, str | Promise]

GENDERS: dict[str, str | Promise] = {
    "female": gettext_lazy("female"),
    "male": gettext_lazy("male"),
    "other": gettext_lazy("other"),
}
STAGES: dict[str, str | Promise] = {
    "lead": gettext_lazy("lead (never ordered)"),
    "customer": gettext_lazy("customer (one order)"),
    "repeat": gettext_lazy("regular (several orders)"),
    "lapsed": gettext_lazy("lapsed (no order for 90 days)"),
}
LANGUAGES = ("th", "en", "ko", "zh", "ja", "lo", "my", "km", "vi", "ms", "id", "hi", "ru", "de", "fr", "es", "it", "ar")
GROUPS: dict[str, str | Promise] = {
    "all": gettext_lazy("All of these are true"),
    "any": gettext_lazy("At least one of these is true"),
    "none": gettext_lazy("None of these is true"),
}
EVENTS = (
    *("Product Viewed", "Product List Viewed", "Products Searched", "Product Added", "Product Removed", "Cart Viewed"),
    *("Checkout Started", "Payment Info Entered", "Order Completed", "Product Added to Wishlist", "Coupon Applied"),
    *("Signed Up", "Logged In", "Email Opened"),
)

_KNOWN: dict[str, str | Promise] = {"is_set": gettext_lazy("is known"), "not_set": gettext_lazy("is not known")}
_WORDS: dict[str, str | Promise] = {
    "=": gettext_lazy("is"),
    "!=": gettext_lazy("is not"),
    "in": gettext_lazy("is one of"),
    "not_in": gettext_lazy("is none of"),
    "contains": gettext_lazy("contains"),
    **_KNOWN,
}
_LIST: dict[str, str | Promise] = {
    "=": gettext_lazy("include"),
    "!=": gettext_lazy("do not include"),
    "in": gettext_lazy("include one of"),
    "not_in": gettext_lazy("include none of"),
    **_KNOWN,
}
_NUMBER: dict[str, str | Promise] = {
    "=": gettext_lazy("exactly"),
    "!=": gettext_lazy("not"),
    ">": gettext_lazy("more than"),
    ">=": gettext_lazy("at least"),
    "<": gettext_lazy("less than"),
    "<=": gettext_lazy("at most"),
    "between": gettext_lazy("between"),
    "in": gettext_lazy("one of"),
    "not_in": gettext_lazy("none of"),
    **_KNOWN,
}
_MOMENT: dict[str, str | Promise] = {
    "=": gettext_lazy("on"),
    "!=": gettext_lazy("not on"),
    ">": gettext_lazy("after"),
    ">=": gettext_lazy("on or after"),
    "<": gettext_lazy("before"),
    "<=": gettext_lazy("on or before"),
    "between": gettext_lazy("between"),
    **_KNOWN,
}
_OPERATORS: dict[Type, Mapping[str, str | Promise]] = {
    Type.TEXT: _WORDS,
    Type.CODE: {op: word for op, word in _WORDS.items() if op != "contains"},
    Type.LIST: _LIST,
    Type.WHOLE: _NUMBER,
    Type.NUMBER: _NUMBER,
    Type.DAYS: _NUMBER,
    Type.MOMENT: _MOMENT,
    Type.MAPPING: _KNOWN,
}
COUNTS: dict[str, str | Promise] = {
    ">=": gettext_lazy("at least"),
    "<=": gettext_lazy("at most"),
    "=": gettext_lazy("exactly"),
    ">": gettext_lazy("more than"),
    "<": gettext_lazy("fewer than"),
    "!=": gettext_lazy("any number but"),
}
_PERSON = ("gender", "age", "birth_month", "nationality", "language", "country", "province", "city", "postcode")
_MORE = ("job_title", "income_band", "occupation", "education", "children", "interests", "tags", "source", "created_at")
_COMPANY = ("company_industry", "company_size", "company_province")


def operators(subject: Subject) -> list[Choice]:
    """The operators of a field, in words."""
    return list(_OPERATORS[subject.type].items())


def operator(subject: Subject, op: str) -> str:
    """One operator in words; `contains` of a list is its `=`."""
    words = _OPERATORS[subject.type]
    return str(words.get(op) or words.get("=") or op)


ANSWERS: dict[str, str | Promise] = {key: _NUMBER[key] for key in ("<=", ">=", "=", "!=", "<", ">")} | _KNOWN
"""How answers to surveys are compared in a row; what takes a list is written as JSON."""


def answer_operator(op: str) -> str:
    """One of them in words."""
    return str(_NUMBER.get(op, op))


def subject_of(kind: str, key: str) -> Subject | None:
    """The field or metric of that name."""
    if kind == "field":
        return fields.FIELDS.get(key)
    return fields.of_metric(key) if kind == "metric" and key in METRICS else None


_VISITS = frozenset(
    f"metric:{key}"
    for key in (
        "last_seen_at",
        "days_since_last_seen",
        "sessions_count",
        "last_login_at",
        "days_since_last_login",
        "sentiment",
        "tickets_open",
        "tickets_90d",
        "last_satisfaction",
    )
)


_PROGRAMME = frozenset(
    f"metric:{key}"
    for key in (
        "is_member",
        "member_since",
        "days_since_joined",
        "tier",
        "points_balance",
        "points_ending",
        "points_ending_at",
        "stamps_balance",
        "store_credit",
        "coupons_used",
    )
)


def subjects() -> list[tuple[str, list[Choice]]]:
    """Everything a row may ask about, in groups: values are `field:age`, `metric:orders_count`, `consent`, …"""
    metrics = [(f"metric:{key}", metric.label) for key, metric in METRICS.items() if key != "age"]
    bought = [choice for choice in metrics if choice[0] not in _VISITS | _PROGRAMME]
    return [
        (_("Person"), [(f"field:{key}", fields.FIELDS[key].label) for key in _PERSON]),
        (_("Purchases"), [("field:stage", fields.FIELDS["stage"].label), ("order", _("Has ordered")), *bought]),
        (
            _("Behaviour"),
            [
                ("event", _("Has done")),
                ("survey", _("Answered a survey")),
                *(choice for choice in metrics if choice[0] in _VISITS),
            ],
        ),
        (_("Loyalty programme"), [choice for choice in metrics if choice[0] in _PROGRAMME]),
        (_("Permission and segments"), [("consent", _("Permission")), ("segment", _("Segment"))]),
        (_("More about the person"), [(f"field:{key}", fields.FIELDS[key].label) for key in _MORE]),
        (_("Company"), [(f"field:{key}", fields.FIELDS[key].label) for key in _COMPANY]),
    ]


@dataclass(frozen=True)
class Names:
    """Words for the values of rules, read from the database once for a page."""

    language: str
    without_segment: str = ""

    @cached_property
    def purposes(self) -> dict[str, str]:
        """Purposes by key."""
        return purposes.names(self.language)

    @cached_property
    def channels(self) -> dict[str, str]:
        """Channels by key."""
        return {value: str(label) for value, label in Channel.choices}

    @cached_property
    def segments(self) -> dict[str, str]:
        """Live segments by key."""
        return {found.key: found.shown_name for found in segments.live().exclude(key=self.without_segment)}

    @cached_property
    def answers(self) -> dict[str, str]:
        """Questions of surveys as address/question."""
        return dict(answered.choices())

    @cached_property
    def sources(self) -> dict[str, str]:
        """Sources by key."""
        return dict(sorted(naming.names().items(), key=lambda item: item[1]))

    @cached_property
    def languages(self) -> dict[str, str]:
        """Usual languages."""
        names = _locale(self.language).languages
        return {code: str(names.get(code, code)) for code in LANGUAGES}

    @cached_property
    def countries(self) -> dict[str, str]:
        """All countries, by name."""
        named = {code: places.country_name(code, self.language) for code in places.countries()}
        return dict(sorted(named.items(), key=lambda item: item[1]))

    @cached_property
    def provinces(self) -> dict[str, str]:
        """The provinces we have tables of; those of the shop's country first."""
        countries = sorted(("TH", "KR"), key=lambda code: code != settings.CDP_SHOP_COUNTRY)
        return {
            code: places.province_name(code, self.language)
            for country in countries
            for code in places.provinces(country)
        }

    @cached_property
    def tiers(self) -> Mapping[str, str]:
        """The tiers of the programme in force, lowest first."""
        return tiers.names(timezone.now())

    @cached_property
    def months(self) -> dict[str, str]:
        """The months."""
        names = get_month_names("wide", context="stand-alone", locale=_locale(self.language))
        return {str(number): names[number] for number in range(1, 13)}

    def of(self, key: str) -> Mapping[str, str | Promise]:
        """The values a field can have; empty where anything may be written."""
        tables: dict[str, Mapping[str, str | Promise]] = {
            "gender": GENDERS,
            "stage": STAGES,
            "sentiment": dict(Sentiment.choices),
            "is_member": {"yes": _("yes"), "no": _("no")},
        }
        if key in tables:
            return tables[key]
        lazily = {
            "language": "languages",
            "country": "countries",
            "nationality": "countries",
            "province": "provinces",
            "company_province": "provinces",
            "birth_month": "months",
            "source": "sources",
            "tier": "tiers",
        }
        found: Mapping[str, str | Promise] = getattr(self, lazily[key]) if key in lazily else {}
        return found

    def suggestions(self, key: str) -> Sequence[str]:
        """Values that exist, for fields where anything may be written."""
        return listing.common(key)[:100] if key in {"tags", "interests", "city"} else ()


def names(*, without_segment: str = "") -> Names:
    """Words in the reader's language. A segment may not refer to itself, so its own key can be left out."""
    return Names((get_language() or "en")[:2], without_segment)


def count_operators() -> list[Choice]:
    """How often something was done."""
    return [(op, COUNTS[op]) for op in COUNTS if op in segment_rules.COUNT_OPERATORS]


def _locale(language: str) -> Locale:
    try:
        return Locale(language)
    except UnknownLocaleError:
        return Locale("en")
