"""Writing reviews, whoever tells them: one per number of its source, the newest telling of it stands."""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from cdp.core import copying, ids, pipeline
from cdp.core.crypto import subjects
from commerce.services import keys
from commerce.services.keys import KeyTable, Owner
from customers.services import buckets
from surveys.models import Review
from surveys.selectors.reviews import TABLE
from surveys.services.tickets import from_reviews

LONGEST_TITLE, LONGEST_BODY = 300, 10_000
KEYS = KeyTable("surveys_reviewkey", "review_id")
_COLUMNS = (
    "id",
    "customer_id",
    "source",
    "external_id",
    "sku",
    "rating",
    "title",
    "body",
    "at",
    "told_at",
    "replied_at",
    "resolved_by",
    "reply",
    "replied_by",
    "settled_at",
    "settled_by",
)


@dataclass(frozen=True, slots=True)
class ReviewInput:
    """A review as its source tells it. `customer` is None where nobody is named; of theirs only the rating is kept.

    `at` is when it was written, `told_at` when this was told of it (an edited review keeps the time it was written).
    """

    external_id: str
    sku: str
    rating: Decimal | None
    at: datetime
    told_at: datetime
    customer: uuid.UUID | None = None
    title: str = ""
    body: str = ""
    resolved_by: bytes | None = None
    replied_at: datetime | None = None  # when the shop answered it; None: nobody says that it did


@dataclass(frozen=True, slots=True)
class Counts:
    """How many reviews are new, how many changed; the rest were known as they are.

    `written` says of each of both under which key, whose and which row it is, and whether it is new. `foreign` are the
    places of those that carry the number of somebody else's review: they changed nothing.
    """

    created: int = 0
    updated: int = 0
    written: Sequence[tuple[bytes, uuid.UUID, uuid.UUID, bool]] = ()
    foreign: Sequence[int] = ()


def key(source: str, external_id: str) -> bytes:
    """The digest under which a review of a source is unique over all customers."""
    return hashlib.sha256(f"review\n{source}\n{external_id}".encode()).digest()


def keys_of(customers: Collection[uuid.UUID]) -> dict[bytes, uuid.UUID]:
    """The keys of these customers' reviews."""
    numbers = Review.objects.filter(customer_id__in=customers).values_list("source", "external_id", "customer_id")
    return {key(source, number): customer for source, number, customer in numbers}


def write_many(
    *,
    reviews: Sequence[ReviewInput],
    source: str,
    now: datetime,
    lane: int = pipeline.INTERACTIVE,
    is_vouched: bool = False,
    before_change: Callable[[Mapping[bytes, Review]], None] | None = None,
) -> Counts:
    """Write reviews in one transaction and a fixed number of statements.

    Of several tellings of one review the newest stands; an older one changes nothing. A review of nobody becomes that
    of the person who is named for it later; from then on nobody else changes it. Of several people who are named for a
    new one it is the first one's. Who names nobody changes somebody's review only where `is_vouched`: the shop
    itself tells, not a browser. `before_change` is told which rows, by key, are about to be replaced.
    """
    first: dict[str, ReviewInput] = {}
    for one in reviews:
        if one.external_id not in first or (first[one.external_id].customer is None and one.customer is not None):
            first[one.external_id] = one
    if not first:
        return Counts()
    with transaction.atomic():
        wanted = {
            key(source, number): Owner(one.customer or buckets.bucket_for(f"{source}/{number}"), ids.uuid7())
            for number, one in first.items()
        }
        claimed = keys.claim(KEYS, wanted)
        known = _known(claimed[digest] for digest in wanted if claimed[digest] != wanted[digest])
        owned = {row.external_id: row.customer_id for row in known.values() if row.customer_id not in buckets.ALL}
        latest, foreign = _judged(reviews, owned, is_vouched=is_vouched)
        owners = {place.customer for place in wanted.values()} | {row.customer_id for row in known.values()}
        keyring = subjects.load(owners - buckets.ALL)
        gone: dict[bytes, Review] = {}
        made: list[tuple[bytes, Review, ReviewInput]] = []
        for number, one in latest.items():
            digest = key(source, number)
            row = known.get(claimed[digest].row)
            if row is not None and not _is_news(row, one, keyring):
                continue
            if row is not None:
                gone[digest] = row
            made.append((digest, _row(one, row, wanted[digest], source), one))
        if before_change is not None and gone:
            before_change(gone)
        whose, which = {row.customer_id for row in gone.values()}, [row.id for row in gone.values()]
        Review.objects.filter(customer_id__in=whose, id__in=which).delete()
        copying.rows(Review, _COLUMNS, (_line(row, one, keyring) for _digest, row, one in made))
        places = {digest: Owner(row.customer_id, row.id) for digest, row, _one in made}
        keys.point(KEYS, {digest: place for digest, place in places.items() if claimed[digest] != place})
        touched = {row.customer_id for _digest, row, _one in made} | whose
        pipeline.mark(sorted(touched - buckets.ALL), cause="surveys.reviews", lane=lane)
        from_reviews.open_for([(row, one.title, one.body) for _digest, row, one in made], now=now, lane=lane)
    written = [(digest, row.customer_id, row.id, digest not in gone) for digest, row, _one in made]
    return Counts(len(made) - len(gone), len(gone), written, foreign)


def _judged(
    reviews: Sequence[ReviewInput], owners: Mapping[str, uuid.UUID], *, is_vouched: bool
) -> tuple[dict[str, ReviewInput], list[int]]:
    """The newest telling of each review, and the places of those that are told by another than whose it is.

    `owners` are people whose these reviews are already. One after the other, so that it makes no difference which of
    them came together.
    """
    whose = dict(owners)
    told: dict[str, list[ReviewInput]] = defaultdict(list)
    foreign = []
    for place, one in enumerate(reviews):
        number, owner = one.external_id, whose.get(one.external_id)
        if one.customer is None:
            is_foreign = owner is not None and not is_vouched
        else:
            is_foreign = owner is not None and one.customer != owner
            if owner is None:
                whose[number] = one.customer
                if not is_vouched:
                    told[number].clear()  # what nobody said of it does not become theirs
        if is_foreign:
            foreign.append(place)
        else:
            told[number].append(one)
    return {number: max(ones, key=lambda one: one.told_at) for number, ones in told.items() if ones}, foreign


def _is_news(known: Review, told: ReviewInput, keyring: subjects.Keyring) -> bool:
    names_somebody = known.customer_id in buckets.ALL and told.customer is not None
    if told.told_at < known.told_at:
        return names_somebody
    if told.replied_at is not None and told.replied_at != known.replied_at:
        return True
    said = (told.sku, told.rating, told.at, told.title[:LONGEST_TITLE], told.body[:LONGEST_BODY])
    if known.customer_id in buckets.ALL:  # of nobody no words are kept
        return names_somebody or said[:3] != (known.sku, known.rating, known.at)
    words = (
        keyring.open(known.title, table=TABLE, column="title", row=known.id),
        keyring.open(known.body, table=TABLE, column="body", row=known.id),
    )
    return said != (known.sku, known.rating, known.at, *words)


def _row(told: ReviewInput, known: Review | None, place: Owner, source: str) -> Review:
    """The review as it is to be stored, without its sealed words. Who is somebody stays whose it is."""
    owner = place.customer
    if known is not None and known.customer_id not in buckets.ALL:
        owner = known.customer_id
    return Review(
        id=known.id if known else place.row,
        customer_id=owner,
        source=source,
        external_id=told.external_id,
        sku=told.sku,
        rating=told.rating,
        at=told.at,
        told_at=max(told.told_at, known.told_at) if known else told.told_at,
        replied_at=told.replied_at or (known.replied_at if known else None),
        resolved_by=told.resolved_by or (known.resolved_by if known else None),
        # What the shop did about it stays, however often it is told.
        reply=known.reply if known else None,
        replied_by=known.replied_by if known else None,
        settled_at=known.settled_at if known else None,
        settled_by=known.settled_by if known else None,
    )


def _line(row: Review, told: ReviewInput, keyring: subjects.Keyring) -> tuple[object, ...]:
    title, body = told.title[:LONGEST_TITLE], told.body[:LONGEST_BODY]
    who, has_key = row.customer_id, row.customer_id in keyring.writing
    sealed_title = keyring.seal(title, customer=who, table=TABLE, column="title", row=row.id) if has_key else None
    sealed_body = keyring.seal(body, customer=who, table=TABLE, column="body", row=row.id) if has_key else None
    return (
        row.id,
        who,
        row.source,
        row.external_id,
        row.sku,
        row.rating,
        sealed_title,
        sealed_body,
        row.at,
        row.told_at,
        row.replied_at,
        row.resolved_by,
        row.reply,
        row.replied_by,
        row.settled_at,
        row.settled_by,
    )


def _known(places: Iterable[Owner]) -> dict[uuid.UUID, Review]:
    wanted = list(places)
    if not wanted:
        return {}
    found = Review.objects.filter(
        customer_id__in={place.customer for place in wanted}, id__in=[place.row for place in wanted]
    )
    return {row.id: row for row in found}
