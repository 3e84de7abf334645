"""The list of customers: pages by id, filters, search as one types.

A page costs the same at any depth and at any size of the table: keyset by id (UUIDv7, so newest first), one index for
each filter. Searches by name never order (measured on a million rows: ordered 52 ms for a common family name, because
the planner then walks the list; unordered under 1 ms); what they find is put in order here.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import get_language

from cdp.core import audiences, pages
from cdp.core.crypto import index
from cdp.core.models import Source
from customers.models import Customer, Status
from customers.rules import homes, member_numbers, names, postcodes, unreadable
from customers.rules import identifiers as identifier_rules
from customers.selectors import endings, identifiers, profiles
from customers.selectors.profiles import Profile

PAGE = pages.SIZE
MOST_FOUND = 200
EXACT_BELOW = 10_000
# Not shown in any list, and wide.
DEFERRED = ("search_tokens", "given_name_key")


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list; empty means no narrowing. None of these identifies a person, so they may stand in URLs."""

    country: str = ""
    province: str = ""
    tag: str = ""
    source: str = ""
    """Any source that ever brought the person."""
    first_source: str = ""
    """The source that first did: what the list on the screen filters by, because it has an index in list order.
    (Of a million customers whose oldest 300,000 came by one source, a page takes 1.2 s by `source`, 1 ms by this.)"""
    segment: str = ""

    @property
    def given(self) -> dict[str, str]:
        """The filters in force by name."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, newest first; `is_cut` when more than MOST_FOUND match and more letters would help."""

    rows: Sequence[Customer]
    is_cut: bool


def known(filters: Filters) -> QuerySet[Customer]:
    """Known customers who pass the filters, in no order. Raises UnknownAudience for a segment that does not exist."""
    rows = Customer.objects.filter(status=Status.KNOWN).defer(*DEFERRED)
    if filters.country:
        rows = rows.filter(country=filters.country)
    if filters.province:
        rows = rows.filter(province=filters.province)
    if filters.tag:
        rows = rows.filter(tags__contains=[filters.tag])
    if filters.source:
        rows = rows.filter(sources__contains=[filters.source])
    if filters.first_source:
        rows = rows.filter(source=filters.first_source)
    if filters.segment:
        rows = rows.filter(id__in=audiences.audience(filters.segment))
    return rows


def page(
    filters: Filters, *, older_than: uuid.UUID | None = None, newer_than: uuid.UUID | None = None, size: int = PAGE
) -> pages.Page[Customer]:
    """The page after `older_than`, or the one before `newer_than`, or the first. Raises UnknownAudience."""
    return pages.page(known(filters), older_than=older_than, newer_than=newer_than, size=size)


def search(text: str, filters: Filters, *, region: str, in_full: bool = False) -> Found:
    """Customers of whom `text` is the beginning of a name (each word of one), or exactly an e-mail address, phone
    number, customer number, member number or token of a payment card, or the last four digits of a phone number.

    `region` is where phone numbers without country code are dialled; `in_full` says that whoever asks may see numbers
    in full, and may so find by more than the last four digits.
    """
    exact = identifiers.holders(digests(text, region=region))
    rows = {row.id: row for row in known(filters).filter(id__in=exact)} if exact else {}
    is_cut = False
    if ending := endings.typed(text):
        alike = endings.holders(ending, in_full=in_full)
        ended = list(known(filters).filter(id__in=alike).order_by()[: MOST_FOUND + 1]) if alike else []
        is_cut = len(ended) > MOST_FOUND
        rows |= {row.id: row for row in ended[:MOST_FOUND]}
    tokens = name_tokens(text)
    if tokens:
        named = list(known(filters).filter(search_tokens__contains=tokens).order_by()[: MOST_FOUND + 1])
        is_cut = is_cut or len(named) > MOST_FOUND
        rows |= {row.id: row for row in named[:MOST_FOUND]}
    first = set(exact)
    return Found(sorted(rows.values(), key=lambda row: (row.id in first, row.id), reverse=True), is_cut)


def name_tokens(text: str) -> list[int]:
    """The tokens every match must hold. A single Latin letter says too little and is ignored."""
    words = [
        word for word in names.words(names.untitled(names.display(text[:200]))) if len(word) > 1 or word > "\u0e00"
    ]
    return index.query_tokens(Customer.SEARCH_FIELD, words[:8])


def digests(text: str, *, region: str) -> list[bytes]:
    """The digests of everything that `text` as a whole may be."""
    found = []
    numbers = [("phone", home) for home in homes.regions(region, text)]  # as any of our customers says it
    for kind, home in [("email", region), *numbers, ("member_number", region), ("line_id", region), ("card", region)]:
        try:
            found.append(identifiers.digest(kind, identifier_rules.normalise(kind, text, region=home)))
        except unreadable.Unreadable:
            continue
    if member := member_numbers.ours(text):
        found.append(identifiers.digest("member_number", member))
    try:
        number = identifier_rules.external_id(text)
    except unreadable.Unreadable:
        return found
    sources = Source.objects.values_list("key", flat=True)
    return found + [identifiers.digest("external_id", number, source) for source in sources]


@dataclass(frozen=True, slots=True)
class Count:
    """How many; exact below EXACT_BELOW, else the planner's estimate."""

    number: int
    is_exact: bool


def count(filters: Filters) -> Count:
    """How many customers pass the filters. Raises UnknownAudience."""
    rows = known(filters).order_by()
    planned = int(json.loads(rows.values("id").explain(format="json"))[0]["Plan"]["Plan Rows"])
    if planned > 2 * EXACT_BELOW:
        return Count(planned, is_exact=False)
    # The planner may be wrong: counting stops where an estimate is good enough.
    counted = rows.values("id")[: 2 * EXACT_BELOW].count()
    return Count(counted, is_exact=True) if counted < 2 * EXACT_BELOW else Count(max(planned, counted), is_exact=False)


def common(column: str) -> list[str]:
    """The usual values of a plain column (country, province, tags), from the planner's statistics: no scan at all."""
    kind = "most_common_elems" if column in {"tags", "sources", "interests"} else "most_common_vals"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {kind}::text::text[] FROM pg_stats WHERE tablename = %s AND attname = %s",  # noqa: S608  (one of two)
            [Customer._meta.db_table, column],
        )
        row = cursor.fetchone()
    return sorted(value for value in (row[0] if row and row[0] else []) if value)


def quick(text: str, *, limit: int, in_full: bool = False) -> list[tuple[Profile, str]]:
    """The first few people found by `text`, each with a hint that tells namesakes apart: masked contact, city."""
    rows = search(text, Filters(), region=settings.CDP_SHOP_COUNTRY, in_full=in_full).rows[:limit]
    found = profiles.opened(rows, with_places=False).values()
    return [(profile, _hint(profile)) for profile in found]


def _hint(profile: Profile) -> str:
    contact = profile.contact(profiles.Kind.EMAIL) or profile.contact(profiles.Kind.PHONE)
    language, row = get_language() or "en", profile.customer
    where = postcodes.district_name(row.city, row.province, language) or profile.province_name(language)
    parts = (contact.masked if contact else "", where)
    return " · ".join(part for part in parts if part)
