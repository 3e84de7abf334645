"""Tracking events of the sample shop as Segment clients send them, an exact number of them, in any chunks."""

import math
import random
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from cdp.sample import dice, humans, purchases, rows, visits
from cdp.sample.data import catalogue

Event = dict[str, Any]

# Rows share out their part of all events in blocks of this size, so that any row's share is known without the others.
_BLOCK: Final = 64
_DAY: Final = 86_400
_FOR_PURCHASES: Final = 0.6
_ONLINE: Final = {"web", "app", "line"}
_LANGUAGES: Final = {
    "th": "th-TH",
    "ko": "ko-KR",
    "en": "en-US",
    "de": "de-DE",
    "fr": "fr-FR",
    "ja": "ja-JP",
}
_AGENTS: Final = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36",
)
_CAMPAIGNS: Final = {
    "facebook": {"source": "facebook", "medium": "paid-social", "name": "new-skin"},
    "instagram": {"source": "instagram", "medium": "paid-social", "name": "glow"},
    "line": {"source": "line", "medium": "message", "name": "line-oa"},
    "google": {"source": "google", "medium": "cpc", "name": "brand"},
}
_REFERRERS: Final = {
    "facebook": "https://www.facebook.com/",
    "instagram": "https://www.instagram.com/",
    "google": "https://www.google.com/",
}


class Visitor(NamedTuple):
    """Who acts: one browser, from some moment on with a known person behind it."""

    anonymous_id: str
    user_id: str
    known_from: int
    language: str
    heard: str
    agent: str


class Act(NamedTuple):
    """One step of somebody's visit at its moment; `lands` marks the first of a visit."""

    at: float
    visitor: Visitor
    step: visits.Step
    lands: bool


class _Draft:
    """The events of one row while they are gathered, and how many more belong to it."""

    def __init__(self, rng: random.Random, entry: rows.Entry, number: int, left: int) -> None:
        self.rng = rng
        self.entry = entry
        self.number = number
        self.left = left
        self.acts: list[Act] = []
        human = entry.human
        self.visitor = Visitor(
            anonymous_id=_uuid(number, 0),
            user_id=rows.external_id(entry.index),
            known_from=human.created,
            language=human.language,
            heard=human.heard,
            agent=dice.pick(rng, _AGENTS),
        )

    def add(self, visitor: Visitor, begin: float, steps: list[visits.Step]) -> None:
        """Count the steps of a visit in; callers cut it to what is left."""
        self.acts += [Act(begin + step.at, visitor, step, place == 0) for place, step in enumerate(steps)]
        self.left -= len(steps)


class Log:
    """Writes the events of a row: sign-up, purchases from the newest back, then visits without purchase."""

    def __init__(self, *, seed: int, now: int, rows_in_all: int, events_in_all: int) -> None:
        self._base = dice.stream(seed, dice.EVENTS)
        self._shares = dice.stream(seed, dice.SHARE)
        self._now = now
        self._rows = rows_in_all
        self._events = events_in_all
        self._rng = dice.generator()
        self._block = -1
        self._quotas: list[int] = []

    def quota(self, index: int) -> int:
        """How many events belong to the row; over all rows exactly the number asked for."""
        block, place = divmod(index, _BLOCK)
        if block != self._block:
            self._quotas = self._share_out(block)
            self._block = block
        return self._quotas[place]

    def _share_out(self, block: int) -> list[int]:
        start, stop = block * _BLOCK, min(self._rows, (block + 1) * _BLOCK)
        mine = self._events * stop // self._rows - self._events * start // self._rows
        draws = [(dice.at(self._shares, index) >> 11) / (1 << 53) for index in range(start, stop)]
        weights = [0.1 - math.log(1.0 - draw) for draw in draws]
        whole, passed, given = sum(weights), 0.0, 0
        quotas = []
        for weight in weights:
            passed += weight
            upto = min(mine, round(mine * passed / whole))
            quotas.append(upto - given)
            given = upto
        quotas[-1] += mine - given
        return quotas

    def events(self, entry: rows.Entry, bought: list[purchases.Order]) -> list[Event]:
        """The row's events in the order of their times."""
        left = self.quota(entry.index)
        if not left:
            return []
        dice.reseed(self._rng, self._base, entry.index)
        draft = _Draft(self._rng, entry, dice.at(self._base, entry.index), left)
        _sign_up(draft)
        self._strangers(draft)
        # Whole visits only, and room for those that end in nothing: a funnel must narrow towards the order.
        room = int(left * _FOR_PURCHASES)
        for order in reversed(bought):
            if order.channel in _ONLINE and not order.is_return and not order.guest:
                steps = visits.purchase(draft.rng, order, cart=f"{order.external_id}-cart")
                if len(steps) > min(room, draft.left):
                    break
                draft.add(draft.visitor, order.placed - steps[-1].at, steps)
                room -= len(steps)
        self._opinions(draft, bought)
        self._browse(draft, bought)
        draft.acts.sort(key=lambda act: act.at)
        return [self._event(entry.index, place, act) for place, act in enumerate(draft.acts)]

    def _strangers(self, draft: _Draft) -> None:
        """Now and then a visit of somebody who never says who they are."""
        rng, human = draft.rng, draft.entry.human
        if rng.random() >= 0.25 or draft.left < 8:
            return
        stranger = Visitor(
            anonymous_id=_uuid(draft.number, 1),
            user_id="",
            known_from=0,
            language=human.language,
            heard=dice.pick(rng, ("facebook", "google", "instagram", "")),
            agent=dice.pick(rng, _AGENTS),
        )
        steps = visits.browsing(
            rng,
            catalogue.PRODUCTS[:3],
            currency=_currency(human),
            language=human.language,
            cart=_uuid(draft.number, 2),
            signed_in=False,
        )
        draft.add(stranger, self._moment(rng, human, human.created), steps[: draft.left // 4])

    def _opinions(self, draft: _Draft, bought: list[purchases.Order]) -> None:
        """One order in five is spoken of some days later."""
        rng = draft.rng
        for order in bought:
            if order.is_return or order.guest or rng.random() >= 0.2:
                continue
            begin = order.placed + dice.exponential(rng, 6 * _DAY) + _DAY
            steps = visits.opinion(rng, order)
            if len(steps) <= draft.left and begin < self._now - 3600:
                draft.add(draft.visitor, begin, steps)

    def _browse(self, draft: _Draft, bought: list[purchases.Order]) -> None:
        """Visits without purchase until the share is used up: from just before sign-up until the interest ends."""
        rng, human = draft.rng, draft.entry.human
        favourites = tuple(line[0] for order in bought[:2] for line in order.lines)[:3] or catalogue.PRODUCTS[:3]
        last = max([order.placed for order in bought], default=human.created)
        until = min(self._now, last + int(dice.exponential(rng, 45 * _DAY)))
        since = human.created - 2 * _DAY
        visit = 0
        while draft.left:
            visit += 1
            begin = self._moment(rng, human, since + int(rng.random() * max(1, until - since)))
            steps = visits.browsing(
                rng,
                favourites,
                currency=_currency(human),
                language=human.language,
                cart=f"{rows.external_id(draft.entry.index)}-{visit}",
                signed_in=begin >= human.created,
            )
            draft.add(draft.visitor, begin, steps[: draft.left])

    def _moment(self, rng: random.Random, human: humans.Human, at: int) -> float:
        """A waking hour of that day, not later than an hour ago, so that a visit of some minutes has ended by now."""
        offset = humans.OFFSETS.get(human.country, 0)
        day = (at + offset) // _DAY
        moment = day * _DAY + (7.0 + rng.random() * 16.0) * 3600.0 - offset
        return min(moment, self._now - 3600.0 * (1.0 + rng.random()))

    def _event(self, index: int, place: int, act: Act) -> Event:
        visitor, step = act.visitor, act.step
        event: Event = {
            "type": step.kind,
            "messageId": f"{self._base:016x}-{index:08x}-{place:04x}",
            "anonymousId": visitor.anonymous_id,
            "timestamp": _iso(act.at),
        }
        if visitor.user_id and act.at >= visitor.known_from:
            event["userId"] = visitor.user_id
        context: dict[str, object] = {
            "library": {"name": "analytics.js", "version": "2.11.1"},
            "locale": _LANGUAGES.get(visitor.language, "en-US"),
            "userAgent": visitor.agent,
        }
        if step.kind == "identify":
            event["traits"] = step.properties
        else:
            event["event" if step.kind == "track" else "name"] = step.name
            event["properties"] = step.properties
        if step.kind == "page":
            context["page"] = step.properties
            if act.lands and visitor.heard in _CAMPAIGNS:
                context["campaign"] = _CAMPAIGNS[visitor.heard]
                if visitor.heard in _REFERRERS:
                    event["properties"] = context["page"] = step.properties | {"referrer": _REFERRERS[visitor.heard]}
        event["context"] = context
        return event


def _sign_up(draft: _Draft) -> None:
    """The form page, `identify` with what was typed, and `Signed Up`; people who walked in have none of it."""
    entry, human = draft.entry, draft.entry.human
    if draft.left < 4 or human.heard == "walk-in":
        return
    traits = {
        "email": entry.email,
        "phone": entry.row["customer.phone"],
        "firstName": human.given,
        "lastName": human.family,
        "createdAt": _iso(human.created),
        "heardFrom": human.heard,
    }
    told: dict[str, object] = {name: value for name, value in traits.items() if value}
    form: dict[str, object] = {"path": "/signup/", "url": f"{visits.SHOP}/signup/", "title": "Sign up"}
    steps = [
        visits.Step(0.0, "page", "Sign up", form),
        visits.Step(60.0, "identify", "", told),
        visits.Step(60.5, "track", "Signed Up", {"type": "web form"}),
    ]
    draft.add(draft.visitor, human.created - 60.0, steps)


def _currency(human: humans.Human) -> str:
    return {"TH": "THB", "KR": "KRW"}.get(human.country, "USD")


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _uuid(number: int, part: int) -> str:
    """A UUID of version 4 form, made from a row's number."""
    high, low = dice.scramble(number ^ (part << 32)), dice.scramble(~number ^ (part << 32))
    digits = f"{high:016x}{low:016x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
