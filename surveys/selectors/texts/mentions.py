"""Who and what is named in texts: by month and feeling, and whom customers considered, chose us over or left us for."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection

from commerce.models import Product
from surveys.models import Brand, Mention
from surveys.rules.statistics import TOO_FEW
from surveys.rules.understanding import reader
from surveys.selectors.texts import felt_of
from surveys.selectors.texts.themes import Split, since

CONSIDERED = ("considered_whom",)
LEFT_FOR = ("whom",)
"""Questions of the ready-made surveys `why_us` and `why_stop`, and of whatever was made from them."""
MOST_PRODUCTS = 25

_NAMELESS = {"brand": "g.brands, g.brands_felt", "product": "g.products, g.products_felt"}


@dataclass(frozen=True)
class Named:
    """How often something is named in a year. `considered`, `over`, `left` count people, by what they answered."""

    ref: str
    name: str
    split: Split = field(default_factory=Split)
    months: Mapping[str, Split] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    brand: Brand | None = None
    considered: int = 0
    over: int = 0
    left: int = 0


def brands(now: dt.datetime) -> list[Named]:
    """Every brand of the list, the most named first."""
    counted = _counted(now, Mention.About.BRAND)
    answered = _answered()
    found = []
    for brand in Brand.objects.all():
        ref = str(brand.id)
        considered, over, left = answered.get(ref, (0, 0, 0))
        found.append(_named(ref, brand.name, counted.get(ref, {}), brand, considered, over, left))
    return sorted(found, key=lambda one: (-one.split.total, one.name))


def products(now: dt.datetime) -> list[Named]:
    """The articles that are named most."""
    counted = _counted(now, Mention.About.PRODUCT)
    most = sorted(counted, key=lambda ref: (-sum(counted[ref].values()), ref))[:MOST_PRODUCTS]
    names = dict(Product.objects.filter(sku__in=most).values_list("sku", "name"))
    return [_named(ref, names.get(ref) or ref, counted[ref]) for ref in most]


_Counts = dict[tuple[str, str, str], int]


def _counted(now: dt.datetime, about: str) -> dict[str, _Counts]:
    """By month, feeling and kind. Of anonymous answers only as many as results need, that say the same in one month."""
    found: dict[str, _Counts] = defaultdict(dict)
    felt = felt_of.word(f"coalesce(n.felt, {felt_of.WHOLE})")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT m.ref, to_char(m.at AT TIME ZONE %(zone)s, 'YYYY-MM'), m.sentiment, m.kind, count(*)
            FROM surveys_mention m WHERE m.at >= %(since)s AND m.about = %(about)s GROUP BY 1, 2, 3, 4
            UNION ALL
            SELECT n.ref::text, to_char(g.at, 'YYYY-MM'), {felt}, '', count(*)
            FROM surveys_anonymousreading g, unnest({_NAMELESS[about]}) n (ref, felt)
            WHERE g.at >= %(since)s::date AND g.model = ANY(%(models)s) GROUP BY 1, 2, 3 HAVING count(*) >= %(least)s
            """,  # noqa: S608  (ours)
            {
                "since": since(now),
                "zone": settings.TIME_ZONE,
                "about": about,
                "models": reader.versions(),
                "least": TOO_FEW,
            },
        )
        for ref, month, sentiment, kind, count in cursor.fetchall():
            place = month, sentiment, kind or "answer"
            found[ref][place] = found[ref].get(place, 0) + count
    return found


def _named(
    ref: str, name: str, counts: _Counts, brand: Brand | None = None, considered: int = 0, over: int = 0, left: int = 0
) -> Named:
    split, months, kinds = Split(), dict[str, Split](), defaultdict[str, int](int)
    for (month, sentiment, kind), count in sorted(counts.items()):
        split = split.plus(sentiment, count)
        months[month] = months.get(month, Split()).plus(sentiment, count)
        kinds[kind] += count
    return Named(ref, name, split, months, dict(kinds), brand, considered, over, left)


def _answered() -> dict[str, tuple[int, int, int]]:
    """Of each brand: how many people said that they considered it, how many of them have bought of us all the same, how
    many left us for it. Whoever is nobody we know counts by answer.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT m.ref,
                   count(DISTINCT who) FILTER (WHERE a.question = ANY(%(considered)s)),
                   count(DISTINCT who) FILTER (WHERE a.question = ANY(%(considered)s) AND EXISTS (
                       SELECT 1 FROM commerce_order o WHERE o.customer_id = m.customer_id AND o.is_counted
                           AND c.status = 'known')),
                   count(DISTINCT who) FILTER (WHERE a.question = ANY(%(left)s))
            FROM surveys_mention m
            JOIN surveys_answer a ON a.customer_id = m.customer_id AND a.id = m.text_id
            JOIN customers_customer c ON c.id = m.customer_id
            CROSS JOIN LATERAL (SELECT CASE WHEN c.status = 'known' THEN m.customer_id ELSE m.text_id END AS who) w
            WHERE m.kind = 'answer' AND m.about = 'brand' AND a.question = ANY(%(asked)s)
            GROUP BY m.ref
            """,
            {"considered": list(CONSIDERED), "left": list(LEFT_FOR), "asked": [*CONSIDERED, *LEFT_FOR]},
        )
        return {ref: (considered, over, left) for ref, considered, over, left in cursor.fetchall()}


def of_brand(brand: uuid.UUID) -> int:
    """How many texts name it."""
    return Mention.objects.filter(about=Mention.About.BRAND, ref=str(brand)).count()
