"""Writing social acts, whoever tells them: one per number of its source, what is told last of it stands."""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from cdp.core import copying, ids, pipeline
from cdp.core.crypto import subjects
from commerce.services import keys
from commerce.services.keys import KeyTable, Owner
from customers.services import buckets
from surveys.models import SocialAct

TABLE = "surveys_socialact"
CAUSE = "surveys.social"
KEYS = KeyTable("surveys_socialactkey", "act_id")
_COLUMNS = (
    *("id", "customer_id", "source", "external_id", "platform", "kind", "post_id", "handle", "account", "words"),
    *("has_words", "followers", "at", "told_at", "resolved_by", "replied_at", "state", "settled_at", "settled_by"),
)


@dataclass(frozen=True, slots=True)
class ActInput:
    """An act as its source tells it. `customer` is None where nobody is named; their words are not kept then.

    `account` is the digest of platform and handle, `told_at` orders what is told together. Where nobody told when it
    was (`is_dated`), `at` is when it became known: an act that is known keeps the time it has.
    """

    external_id: str
    platform: str
    kind: str
    at: datetime
    told_at: datetime
    customer: uuid.UUID | None = None
    post: uuid.UUID | None = None
    handle: str = ""
    account: bytes | None = None
    words: str = ""
    followers: int | None = None
    resolved_by: bytes | None = None
    is_dated: bool = True

    @property
    def number(self) -> "Number":
        """What tells it from the other acts of its source."""
        return Number(self.platform, self.external_id)


class Number(NamedTuple):
    """The number of an act of a source. Platforms count by themselves: the same number on another is another act."""

    platform: str
    external_id: str


class Written(NamedTuple):
    """A row as it was written: under which key, whose, which, and whether it is new."""

    key: bytes
    customer: uuid.UUID
    row: uuid.UUID
    is_new: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many acts are new, how many changed; the rest were known as they are.

    `written` are both of these. `foreign` are the places of those that carry the number of somebody else's act: they
    changed nothing.
    """

    created: int = 0
    updated: int = 0
    written: Sequence[Written] = ()
    foreign: Sequence[int] = ()


def key(source: str, number: Number) -> bytes:
    """The digest under which an act of a source is unique over all customers."""
    return hashlib.sha256(f"social\n{source}\n{number.platform}/{number.external_id}".encode()).digest()


def keys_of(customers: Collection[uuid.UUID]) -> dict[bytes, uuid.UUID]:
    """The keys of these customers' acts."""
    rows = SocialAct.objects.filter(customer_id__in=customers)
    numbers = rows.values_list("source", "platform", "external_id", "customer_id")
    return {key(source, Number(platform, number)): customer for source, platform, number, customer in numbers}


def write_many(
    *,
    acts: Sequence[ActInput],
    source: str,
    now: datetime,
    lane: int = pipeline.INTERACTIVE,
    before_change: Callable[[Mapping[bytes, SocialAct]], None] | None = None,
) -> Counts:
    """Write acts in one transaction and a fixed number of statements.

    What is told last of an act stands; of several tellings that come together the newest. An act of nobody becomes that
    of the person who is named for it later; from then on nobody else changes it. `before_change` is told which rows, by
    key, are about to be replaced.
    """
    first: dict[Number, ActInput] = {}
    for one in acts:
        if one.number not in first or (first[one.number].customer is None and one.customer is not None):
            first[one.number] = one
    if not first:
        return Counts()
    with transaction.atomic():
        wanted = {
            key(source, number): Owner(
                one.customer or buckets.bucket_for(f"{source}/{one.external_id}"), ids.uuid7_at(one.at)
            )
            for number, one in first.items()
        }
        claimed = keys.claim(KEYS, wanted)
        known = _known(claimed[digest] for digest in wanted if claimed[digest] != wanted[digest])
        owned = {_number(row): row.customer_id for row in known.values() if row.customer_id not in buckets.ALL}
        latest, foreign = _judged(acts, owned)
        owners = {place.customer for place in wanted.values()} | {row.customer_id for row in known.values()}
        keyring = subjects.load(owners - buckets.ALL)
        gone: dict[bytes, SocialAct] = {}
        made: list[tuple[bytes, SocialAct, ActInput]] = []
        for number, one in latest.items():
            digest = key(source, number)
            row = known.get(claimed[digest].row)
            if row is not None and not one.is_dated:
                one = replace(one, at=row.at)  # noqa: PLW2901  (told again: the time it has stays)
            if row is not None and not _is_news(row, one, keyring):
                continue
            if row is not None:
                gone[digest] = row
            made.append((digest, _row(one, row, wanted[digest], source, now), one))
        if before_change is not None and gone:
            before_change(gone)
        whose, which = {row.customer_id for row in gone.values()}, [row.id for row in gone.values()]
        SocialAct.objects.filter(customer_id__in=whose, id__in=which).delete()
        copying.rows(SocialAct, _COLUMNS, (_line(row, one, keyring) for _digest, row, one in made))
        places = {digest: Owner(row.customer_id, row.id) for digest, row, _one in made}
        keys.point(KEYS, {digest: place for digest, place in places.items() if claimed[digest] != place})
        touched = {row.customer_id for _digest, row, _one in made} | whose
        pipeline.mark(sorted(touched - buckets.ALL), cause=CAUSE, lane=lane)
    written = [Written(digest, row.customer_id, row.id, digest not in gone) for digest, row, _one in made]
    return Counts(len(made) - len(gone), len(gone), written, foreign)


def answer(
    replies: Mapping[Number, datetime],
    *,
    source: str,
    lane: int = pipeline.INTERACTIVE,
    before_change: Callable[[Mapping[bytes, SocialAct]], None] | None = None,
) -> list[Written]:
    """Say of these acts, by their numbers at the source, when the shop answered them there; the earliest holds."""
    numbers = {key(source, number): at for number, at in replies.items()}
    with transaction.atomic():
        places = keys.claim(KEYS, keys.find(KEYS, numbers))
        rows = _known(places.values())
        changed = {
            digest: rows[place.row]
            for digest, place in places.items()
            if place.row in rows and _is_earlier(numbers[digest], rows[place.row].replied_at)
        }
        if before_change is not None and changed:
            before_change(changed)
        for digest, row in changed.items():
            SocialAct.objects.filter(customer_id=row.customer_id, id=row.id).update(replied_at=numbers[digest])
        pipeline.mark(sorted({row.customer_id for row in changed.values()} - buckets.ALL), cause=CAUSE, lane=lane)
    return [Written(digest, row.customer_id, row.id, is_new=False) for digest, row in changed.items()]


def _number(row: SocialAct) -> Number:
    return Number(row.platform, row.external_id)


def _is_earlier(at: datetime, known: datetime | None) -> bool:
    return known is None or at < known


def _judged(acts: Sequence[ActInput], owners: Mapping[Number, uuid.UUID]) -> tuple[dict[Number, ActInput], list[int]]:
    """The newest telling of each act, and the places of those that are told of another than whose it is.

    `owners` are people whose these acts are already.
    """
    whose = dict(owners)
    told: dict[Number, list[ActInput]] = defaultdict(list)
    foreign = []
    for place, one in enumerate(acts):
        owner = whose.setdefault(one.number, one.customer) if one.customer else whose.get(one.number)
        if owner is not None and one.customer is not None and one.customer != owner:
            foreign.append(place)
        else:
            told[one.number].append(one)
    # Of two told at the same moment the later line stands.
    return {
        number: max(enumerate(ones), key=lambda told: (told[1].told_at, told[0]))[1] for number, ones in told.items()
    }, foreign


def _is_news(known: SocialAct, told: ActInput, keyring: subjects.Keyring) -> bool:
    names_somebody = known.customer_id in buckets.ALL and told.customer is not None
    said = (told.platform, told.kind, told.at, told.post or known.post_id)
    if names_somebody or said != (known.platform, known.kind, known.at, known.post_id):
        return True
    if told.followers not in (None, known.followers):
        return True
    if known.customer_id in buckets.ALL:  # of nobody no words are kept
        return False
    return told.words != keyring.open(known.words, table=TABLE, column="words", row=known.id)


def _row(told: ActInput, known: SocialAct | None, place: Owner, source: str, now: datetime) -> SocialAct:
    """The act as it is to be stored, without what is sealed. Who is somebody stays whose it is."""
    owner = place.customer
    if known is not None and known.customer_id not in buckets.ALL:
        owner = known.customer_id
    row = SocialAct(
        id=known.id if known else place.row,
        customer_id=owner,
        source=source,
        external_id=told.external_id,
        platform=told.platform,
        kind=told.kind,
        post_id=told.post,
        account=told.account,
        followers=told.followers,
        at=told.at,
        told_at=now,
        resolved_by=told.resolved_by,
    )
    if known is not None:  # what the shop did with it stays, and what is not told anew
        row.post_id = row.post_id or known.post_id
        row.account = row.account or known.account
        row.followers = known.followers if row.followers is None else row.followers
        row.resolved_by = row.resolved_by or known.resolved_by
        row.replied_at, row.state = known.replied_at, known.state
        row.settled_at, row.settled_by = known.settled_at, known.settled_by
    return row


def _line(row: SocialAct, told: ActInput, keyring: subjects.Keyring) -> tuple[object, ...]:
    who, has_key = row.customer_id, row.customer_id in keyring.writing
    handle, words = (
        keyring.seal(value, customer=who, table=TABLE, column=column, row=row.id) if has_key and value else None
        for column, value in (("handle", told.handle), ("words", told.words))
    )
    row.has_words = words is not None
    values = {"handle": handle, "words": words}
    return tuple(values[column] if column in values else getattr(row, column) for column in _COLUMNS)


def _known(places: Iterable[Owner]) -> dict[uuid.UUID, SocialAct]:
    wanted = list(places)
    if not wanted:
        return {}
    found = SocialAct.objects.filter(
        customer_id__in={place.customer for place in wanted}, id__in=[place.row for place in wanted]
    )
    return {row.id: row for row in found}
