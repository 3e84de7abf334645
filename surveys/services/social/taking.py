"""The way of every door: who it was, under which post, the act itself, and the ticket that it opens."""

import dataclasses
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from cdp.core import pipeline
from cdp.core.crypto import index
from cdp.core.models import Source
from customers.rules.people import Person
from customers.selectors import identifiers, lineage
from customers.services import buckets, identity
from customers.services.identity import deciding
from surveys.models import SocialAct
from surveys.rules.social import naming
from surveys.rules.social import opening as rules
from surveys.rules.social.reading import Act
from surveys.selectors.social import accounts
from surveys.services.social import acts, opening, posts
from surveys.services.social.acts import ActInput
from surveys.services.social.posts import PostInput

OWN = "own_account"
FOREIGN = "act_of_another"


@dataclasses.dataclass(slots=True)
class Said:
    """An act and who did it. `person` is what is told of them beside their handle, empty where nothing is.

    `customer` is who is known to have done it by other means than what is told here (an event's person), found `by`
    that identifier.
    """

    act: Act
    person: Person
    told_at: datetime
    customer: uuid.UUID | None = None
    by: bytes | None = None
    is_vouched: bool = True  # that the account is theirs; else it is only kept beside the act


@dataclasses.dataclass(slots=True)
class How:
    """What a door lets the words do: see `identity.resolve_many`."""

    source: Source
    now: datetime
    lane: int = pipeline.INTERACTIVE
    joins: bool = True
    only_fills: bool = False
    by: str = ""
    opens: bool = False  # tickets of what people write; files of the past do not
    is_live: bool = False  # it is told as it happens, so that its age is nothing but the way it took
    before_people: Callable[[Collection[uuid.UUID]], None] | None = None
    before_acts: Callable[[Mapping[bytes, SocialAct]], None] | None = None
    made_posts: Callable[[list[uuid.UUID]], None] | None = None


@dataclasses.dataclass(slots=True)
class Taken:
    """What became of each, by its place: `refused` with the code why. `written` are new and changed acts (see
    `acts.Counts`), `replied` the acts that a reply of the shop was found for.
    """

    created: int = 0
    updated: int = 0
    refused: dict[int, str] = dataclasses.field(default_factory=dict)
    written: list[acts.Written] = dataclasses.field(default_factory=list)
    replied: int = 0
    people: list[Person] = dataclasses.field(default_factory=list)
    resolutions: list[identity.Resolution] = dataclasses.field(default_factory=list)
    places: dict[int, acts.Written] = dataclasses.field(default_factory=dict)
    """Place → its act, for those that were written."""


def take(said: Sequence[Said], how: How) -> Taken:
    """Take these acts in the caller's transaction. Who is new is made; who was forgotten is refused; what the shop's
    own accounts wrote is a reply to what it answers, and refused where nobody says what that is.
    """
    taken = Taken()
    numbers = [number_of(one.act) for one in said]
    own = accounts.own()
    replies: dict[acts.Number, datetime] = {}
    for place, one in enumerate(said):
        if one.act.account in own:
            if one.act.replies_to:
                number = acts.Number(one.act.platform, one.act.replies_to)
                replies[number] = min(replies.get(number, one.act.at), one.act.at)
            else:
                taken.refused[place] = OWN
    theirs = [place for place, one in enumerate(said) if one.act.account not in own]
    owners = _resolve(said, theirs, how, taken)
    written = [place for place in theirs if place not in taken.refused]
    found = posts.ensure(_posts(said[place].act for place in written), how.made_posts)
    told = [_input(said[place], numbers[place], owners.get(place), found) for place in written]
    counts = acts.write_many(
        acts=told, source=how.source.key, now=how.now, lane=how.lane, before_change=how.before_acts
    )
    taken.refused.update(dict.fromkeys((written[place] for place in counts.foreign), FOREIGN))
    taken.created, taken.updated = counts.created, counts.updated
    taken.written = list(counts.written)
    by_key = {one.key: one for one in counts.written}
    for place, act in zip(written, told, strict=True):
        if place not in taken.refused and (row := by_key.get(acts.key(how.source.key, act.number))):
            taken.places[place] = row
    if how.opens:
        _open(said, taken, own, how)
    if replies:
        answered = acts.answer(replies, source=how.source.key, lane=how.lane, before_change=how.before_acts)
        taken.written += answered
        taken.replied = len(answered)
    return taken


def _open(said: Sequence[Said], taken: Taken, own: Mapping[tuple[str, str], frozenset[str]], how: How) -> None:
    wanted = {
        row.row: (row.customer, said[place].act.words)
        for place, row in taken.places.items()
        if row.is_new and row.customer not in buckets.ALL and _opens(said[place].act, own, how)
    }
    if wanted:
        found = SocialAct.objects.filter(customer_id__in={who for who, _words in wanted.values()}, id__in=wanted)
        opening.open_for([(act, wanted[act.id][1]) for act in found], source=how.source)


def _opens(act: Act, own: Mapping[tuple[str, str], frozenset[str]], how: How) -> bool:
    also = accounts.opening(own, act.platform)
    return rules.opens(kind=act.kind, words=act.words, at=act.at, now=act.at if how.is_live else how.now, also=also)


def _resolve(
    said: Sequence[Said], theirs: Sequence[int], how: How, taken: Taken
) -> dict[int, tuple[uuid.UUID, bytes | None]]:
    """Whose each act is and by which identifier; nobody's are left out."""
    named: list[int] = []
    owners: dict[int, tuple[uuid.UUID, bytes | None]] = {}
    for place in theirs:
        one = said[place]
        if one.act.handle and one.is_vouched:
            naming.name(one.person, platform=one.act.platform, handle=one.act.handle)
        if one.person.is_identified:
            at = min(one.act.at, how.now)
            one.person.told_at = one.person.told_at or at
            one.person.created_at = one.person.created_at or at
            named.append(place)
        elif one.customer is not None:
            owners[place] = one.customer, one.by
    if not named:
        return owners
    people = [said[place].person for place in named]
    resolutions = identity.resolve_many(
        people,
        source=how.source,
        now=how.now,
        lane=how.lane,
        joins=how.joins,
        only_fills=how.only_fills,
        before_change=how.before_people,
        by=how.by,
    )
    taken.people, taken.resolutions = people, resolutions
    suppressed = identity.Outcome.SUPPRESSED
    taken.refused.update(
        {place: "suppressed" for place, who in zip(named, resolutions, strict=True) if who.outcome is suppressed}
    )
    by = deciding.decided_by(people, resolutions, source=how.source)
    stands = lineage.standing({who.customer for who in resolutions if who.outcome is not suppressed})
    for place, who, digest in zip(named, resolutions, by, strict=True):
        if who.customer in stands:
            owners[place] = stands[who.customer], digest
    return owners


def _posts(told: Iterable[Act]) -> dict[tuple[str, str], PostInput]:
    found: dict[tuple[str, str], PostInput] = {}
    for act in told:
        if not act.post:
            continue
        known = found.get((act.platform, act.post))
        if known is None:
            found[act.platform, act.post] = PostInput(act.url, act.campaign, act.at)
        else:
            known.url = known.url or act.url
            known.campaign = act.campaign or known.campaign
            known.at = min(known.at, act.at)
    return found


def _input(
    one: Said, number: str, owner: tuple[uuid.UUID, bytes | None] | None, found: Mapping[tuple[str, str], uuid.UUID]
) -> ActInput:
    act = one.act
    customer, by = owner or (None, None)
    return ActInput(
        external_id=number,
        platform=act.platform,
        kind=act.kind,
        at=act.at,
        told_at=one.told_at,
        customer=customer,
        post=found.get((act.platform, act.post)),
        handle=act.handle if customer else "",
        account=account(act.platform, act.handle) if customer and act.handle else None,
        words=act.words,
        followers=act.followers,
        resolved_by=by,
        is_dated=act.is_dated,
    )


def together(said: Sequence[Said], how: How) -> Taken:
    """`take` in a transaction of its own."""
    with transaction.atomic():
        return take(said, how)


def number_of(act: Act) -> str:
    """The number of an act. One that has none is made of what it says, keyed, for that is a name and words."""
    return act.number or f"said/{index.lasting('surveys.social', act.said).hex()[:32]}"


def account(platform: str, handle: str) -> bytes:
    """Which account of a person it was: the digest of the identifier."""
    person = Person()
    naming.name(person, platform=platform, handle=handle)
    kind = "line_id" if person.line_id else "handle"
    return identifiers.digest(kind, getattr(person, kind))
