"""Events of one-to-one chats. LINE vouches for the user id; the name is the one people gave themselves there."""

import datetime as dt
from collections.abc import Sequence

from commerce.hooks import asking, reading
from commerce.hooks.facts import ChatTold, Fact, LeadTold, LinkTold, ReachTold
from commerce.hooks.line.asking import USER
from commerce.hooks.reading import Body, Telling

_LONGEST = 4_102_444_800_000  # the year 2100, in milliseconds
_LONGEST_NONCE = 255
_SENT = frozenset({"image", "sticker", "video", "audio", "file", "location"})


def followed(body: Body, telling: Telling) -> Sequence[Fact]:
    """Somebody added the account as a friend, or took back that it was blocked."""
    user, at = _user(body), _moment(body, telling)
    if not user:
        return []
    told: list[Fact] = [_lead(body, user, at, form="follow"), ReachTold("line_id", user, is_open=True, at=at)]
    number = reading.text(body, "webhookEventId", longest=100)
    return [*told, ChatTold("line_id", user, number, "", at, "follow")] if number else told


def left(body: Body, telling: Telling) -> Sequence[Fact]:
    """Somebody blocked the account: nothing reaches them there any more. That says nothing about what they allow."""
    user = _user(body)
    return [ReachTold("line_id", user, is_open=False, at=_moment(body, telling))] if user else []


def wrote(body: Body, telling: Telling) -> Sequence[Fact]:
    """Somebody wrote or sent a picture. They can be reached; first words stay with the lead, all of them as a chat."""
    user, at = _user(body), _moment(body, telling)
    if not user:
        return []
    message = reading.mapping(body, "message")
    kind = reading.text(message, "type")
    text = reading.lines(message, "text") if kind == "text" else ""
    sent = kind if kind in _SENT else ""
    lead = _lead(body, user, at, form="message", answers={"message": text} if text else {})
    told: list[Fact] = [lead, ReachTold("line_id", user, is_open=True, at=at)]
    number = reading.text(message, "id", longest=100) or reading.text(body, "webhookEventId", longest=100)
    return [*told, ChatTold("line_id", user, number, text, at, sent=sent)] if (text or sent) and number else told


def unsent(body: Body, telling: Telling) -> Sequence[Fact]:
    """Somebody took back what they wrote: it is gone from their chat, and it goes here."""
    user, number = _user(body), reading.text(reading.mapping(body, "unsend"), "messageId", longest=100)
    return [ChatTold("line_id", user, number, "", _moment(body, telling), "unsend")] if user and number else []


def linked(body: Body, telling: Telling) -> Sequence[Fact]:
    """Somebody linked their account of the shop with LINE. A link that failed says nothing."""
    user, link = _user(body), reading.mapping(body, "link")
    if not user or reading.text(link, "result") != "ok":
        return []
    at = _moment(body, telling)
    lead = _lead(body, user, at, form="account link")
    nonce = reading.text(link, "nonce", longest=_LONGEST_NONCE)
    # First who it is: the lead is theirs then.
    return [LinkTold("line_id", user, nonce, at), lead] if nonce else [lead]


def _lead(body: Body, user: str, at: dt.datetime, *, form: str, answers: dict[str, str] | None = None) -> LeadTold:
    profile = reading.mapping(body, asking.FETCHED)
    raw = {
        "line_id": user,
        "name": reading.text(profile, "displayName", longest=reading.WHOLE),
        "language": reading.text(profile, "language", longest=20),
    }
    # One lead a person, however often they come and go: the number names the person, so it is kept as a digest only.
    return LeadTold(
        platform="line",
        number=f"line {user}",
        at=at,
        raw=reading.filled(raw),
        words={"form": form},
        answers=answers or {},
        vouched=True,
    )


def _user(body: Body) -> str:
    """Whom the event is about; empty for groups and for people who never agreed to be known."""
    source = reading.mapping(body, "source")
    user = reading.text(source, "userId")
    return user if source.get("type", "user") == "user" and USER.fullmatch(user) else ""


def _moment(body: Body, telling: Telling) -> dt.datetime:
    value = body.get("timestamp")
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < _LONGEST:
        return telling.received_at
    return telling.clock(dt.datetime.fromtimestamp(value / 1000, tz=dt.UTC))
