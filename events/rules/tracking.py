"""The wire format of Segment and RudderStack clients: what a request holds and which of its events can be taken.

The door asks `check` for a verdict before it answers, the drain asks `read` for the event itself. Both decode with the
same rules, so whatever was accepted can be read later.
"""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from events.rules import clocks

KINDS = ("identify", "track", "page", "screen", "group", "alias")
LONGEST_NAME = 120
LONGEST_ID = 200
LONGEST_MESSAGE_ID = 100
DEEPEST = 32


class Code(StrEnum):
    """Why an event was refused."""

    NOT_AN_OBJECT = "not_an_object"
    INVALID_JSON = "invalid_json"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    FORBIDDEN_CHARACTER = "forbidden_character"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_TYPE = "unknown_type"
    MISSING_IDENTITY = "missing_identity"
    MISSING_NAME = "missing_name"
    INVALID_NAME = "invalid_name"
    MISSING_GROUP = "missing_group_id"
    MISSING_PREVIOUS = "missing_previous_id"
    INVALID_ID = "invalid_id"
    BAD_TIMESTAMP = "bad_timestamp"
    NO_CONSENT = "no_consent"  # nothing of it is kept
    INDIGESTIBLE = "indigestible"  # accepted, and then no fact could be made of it


class Refusal(NamedTuple):
    """Why one event cannot be taken. `message` is for the developer of the client and quotes no value."""

    code: Code
    message: str
    message_id: str | None = None


class Malformed(ValueError):
    """The request as a whole cannot be read."""

    def __init__(self, code: str, message: str) -> None:
        """A code for programs, a sentence for people."""
        super().__init__(message)
        self.code = code
        self.message = message


class Limits(NamedTuple):
    """How much one source may send at once."""

    event_bytes: int = 32 * 1024
    body_bytes: int = 500 * 1024
    batch_events: int = 2500


Text = str | int | float | None


class Message(msgspec.Struct):
    """One event as sent. Fields nobody reads (version, channel, integrations …) are skipped."""

    type: str | None = None
    messageId: str | int | None = None  # noqa: N815  the names are those of the wire
    userId: Text = None  # noqa: N815
    anonymousId: Text = None  # noqa: N815
    groupId: Text = None  # noqa: N815
    previousId: Text = None  # noqa: N815
    event: str | None = None
    name: str | None = None
    category: str | None = None
    timestamp: Text = None
    originalTimestamp: Text = None  # noqa: N815
    sentAt: Text = None  # noqa: N815
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None


class Body(msgspec.Struct):
    """What a batch has around its events."""

    batch: list[msgspec.Raw] | None = None
    writeKey: str | None = None  # noqa: N815
    sentAt: Text = None  # noqa: N815
    context: dict[str, Any] | None = None


class _Keyed(msgspec.Struct):
    """The only thing the door itself needs of a single event."""

    writeKey: str | None = None  # noqa: N815


_messages = msgspec.json.Decoder(Message)
_bodies = msgspec.json.Decoder(Body)
_keyed = msgspec.json.Decoder(_Keyed)
_encoder = msgspec.json.Encoder()
_ITS_CONTEXT = "The batch's `context`"
_BOM = b"\xef\xbb\xbf"
# A backslash that is itself escaped does not begin an escape.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_HALF = re.compile(rb"(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F]")


_HALF_A_CHARACTER = "A text ends in half a character (lone surrogate)."


@dataclass(slots=True)
class Request:
    """A request taken apart: its events as sent, and what it says for all of them."""

    items: Sequence[bytes | memoryview | msgspec.Raw]
    write_key: str | None = None
    sent_at: Text = None
    context: dict[str, Any] | None = None
    fault: Refusal | None = None  # what taking it apart had to mend in the context


def split(body: bytes, *, is_batch: bool) -> Request:
    """Take a request apart. Raises Malformed when it is no JSON object, or a batch without its list."""
    body = body.removeprefix(_BOM)
    try:
        return _split(body, is_batch=is_batch)
    except RecursionError:
        raise Malformed("too_deep", "The JSON is nested too deeply.") from None
    except msgspec.ValidationError as problem:
        raise Malformed("wrong_type", f"{problem}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        # Browsers cut emoji in half; the rest of such a batch is as good as any.
        if _HALF.search(body):
            return _split_leniently(body, is_batch=is_batch)
        place = f": {problem}" if isinstance(problem, msgspec.DecodeError) else ": it is not UTF-8"
        raise Malformed("invalid_json", f"The body is not valid JSON{place}.") from None


def _split(body: bytes, *, is_batch: bool) -> Request:
    if not is_batch:
        return Request([body], write_key=_keyed.decode(body).writeKey)
    found = _bodies.decode(body)
    if found.batch is None:
        raise Malformed("missing_batch", "A batch needs the list `batch`.")
    return Request(found.batch, found.writeKey, found.sentAt, found.context)


def _split_leniently(body: bytes, *, is_batch: bool) -> Request:
    try:
        whole = json.loads(body, parse_constant=_refuse)
        items = whole["batch"] if is_batch else [whole]
        key = whole.get("writeKey")
        parts = [json.dumps(item).encode() for item in items]
        context = whole.get("context") if is_batch else None
        told = json.dumps(context, ensure_ascii=False)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Malformed("invalid_json", "The body is not valid JSON.") from None
    if context is not None and not isinstance(context, dict):
        raise Malformed("wrong_type", "Expected `object | null` - at `$.context`.")
    sent_at, mended = whole.get("sentAt"), told.encode(errors="replace")
    half = f"{_ITS_CONTEXT} has a text that ends in half a character (lone surrogate)."
    return Request(
        parts,
        key if _is_text(key) else None,
        sent_at if _is_text(sent_at) else None,
        json.loads(mended),
        Refusal(Code.FORBIDDEN_CHARACTER, half) if mended != told.encode(errors="surrogatepass") else None,
    )


def _is_text(value: Any) -> bool:
    """A text without half characters."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def check(raw: bytes | memoryview | msgspec.Raw, *, kind: str | None, limits: Limits) -> Refusal | None:
    """Whether an event can be taken: None, or why not. `kind` comes from the address of a single call."""
    if len(memoryview(raw)) > limits.event_bytes:
        return Refusal(Code.TOO_LARGE, f"An event may have at most {limits.event_bytes} bytes.", _id_of(raw))
    message = _decode(raw)
    if isinstance(message, Refusal):
        return message
    refusal = _judge(message, kind)
    happened = _happened(message) if refusal is None else None
    return happened if isinstance(happened, Refusal) else refusal


def judge_context(context: dict[str, Any] | None, *, limits: Limits | None = None) -> Refusal | None:
    """Whether events can be taken with what their batch says for all of them: None, or why not (without an id).

    The size is judged only with `limits`, as the drain does not know what they were.
    """
    if not context:
        return None
    if _is_deep([context]):
        return Refusal(Code.TOO_DEEP, f"{_ITS_CONTEXT} may be nested {DEEPEST} levels deep.")
    try:
        data = _encoder.encode(context)
    except UnicodeEncodeError:
        return Refusal(Code.FORBIDDEN_CHARACTER, _HALF_A_CHARACTER)
    if limits and len(data) > limits.event_bytes:
        return Refusal(Code.TOO_LARGE, f"{_ITS_CONTEXT} may have at most {limits.event_bytes} bytes.")
    if b"\\u0000" in data and _NUL.search(data):
        return Refusal(Code.FORBIDDEN_CHARACTER, f"{_ITS_CONTEXT} holds the character NUL.")
    return None


def check_all(request: Request, *, kind: str | None, limits: Limits) -> tuple[Request, list[Refusal | None]]:
    """The verdict on each event of a request, in order; with a context that cannot be stored none can be taken.

    The request comes back without a context too deep or too large to be kept with every refused event.
    """
    fault = request.fault or judge_context(request.context, limits=limits)
    verdicts = [check(item, kind=kind, limits=limits) for item in request.items]
    if fault is None:
        return request, verdicts
    if fault.code != Code.FORBIDDEN_CHARACTER:
        fault = fault._replace(message=f"{fault.message} The event is kept without it.")
        request = replace(request, context=None)
    return request, [
        verdict or fault._replace(message_id=_id_of(item))
        for item, verdict in zip(request.items, verdicts, strict=True)
    ]


class _Surrounded(msgspec.Struct):
    context: dict[str, Any] | None = None


_surrounded = msgspec.json.Decoder(_Surrounded)


def context_of(raw: bytes | memoryview | msgspec.Raw, around: dict[str, Any] | None) -> dict[str, Any]:
    """What an event says around itself, under what its batch says; of an event that cannot be read the batch's."""
    try:
        own = _surrounded.decode(raw).context
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        own = None
    return {**(around or {}), **(own or {})}


def without_consent(raw: bytes | memoryview | msgspec.Raw) -> Refusal:
    """The verdict on an event that its visitor did not allow."""
    return Refusal(Code.NO_CONSENT, "Nobody allowed this to be measured; nothing of it was kept.", _id_of(raw))


def _decode(raw: bytes | memoryview | msgspec.Raw) -> Message | Refusal:
    data = bytes(raw)
    try:
        message = _messages.decode(data)
    except RecursionError:
        return Refusal(Code.TOO_DEEP, f"An event may be nested {DEEPEST} levels deep.")
    except msgspec.ValidationError as problem:
        if not data.lstrip().startswith(b"{"):
            return Refusal(Code.NOT_AN_OBJECT, "An event is a JSON object.")
        return Refusal(Code.WRONG_TYPE, f"{problem}.", _id_of(data))
    except (msgspec.DecodeError, UnicodeDecodeError):
        if _HALF.search(data):
            return Refusal(Code.FORBIDDEN_CHARACTER, _HALF_A_CHARACTER, _id_of(data))
        return Refusal(Code.INVALID_JSON, "The event is not valid JSON in UTF-8.")
    if b"\\u0000" in data and _NUL.search(data):
        return Refusal(Code.FORBIDDEN_CHARACTER, "A text holds the character NUL.", _shown(message))
    if data.count(b"{") + data.count(b"[") > DEEPEST and _is_deep(
        [part for part in (message.properties, message.traits, message.context) if part]
    ):
        return Refusal(Code.TOO_DEEP, f"An event may be nested {DEEPEST} levels deep.", _shown(message))
    return message


def _judge(message: Message, kind: str | None) -> Refusal | None:
    kind = kind or message.type
    if kind not in KINDS:
        return Refusal(Code.UNKNOWN_TYPE, f"The type must be one of {', '.join(KINDS)}.", _shown(message))
    user, anonymous = identifier(message.userId), identifier(message.anonymousId)
    if not (user or anonymous):
        return Refusal(Code.MISSING_IDENTITY, "An event needs a userId or an anonymousId.", _shown(message))
    if kind == "track":
        name = (message.event or "").strip()
        if not name:
            return Refusal(Code.MISSING_NAME, "A track call needs the name of its event.", _shown(message))
        if len(name) > LONGEST_NAME:
            return Refusal(Code.INVALID_NAME, f"A name has at most {LONGEST_NAME} characters.", _shown(message))
    elif kind == "group" and not identifier(message.groupId):
        return Refusal(Code.MISSING_GROUP, "A group call needs a groupId.", _shown(message))
    elif kind == "alias" and not identifier(message.previousId):
        return Refusal(Code.MISSING_PREVIOUS, "An alias call needs a previousId.", _shown(message))
    if max(len(user), len(anonymous)) > LONGEST_ID or (
        kind in {"group", "alias"}
        and max(len(identifier(message.groupId)), len(identifier(message.previousId))) > LONGEST_ID
    ):
        return Refusal(Code.INVALID_ID, f"An id has at most {LONGEST_ID} characters.", _shown(message))
    return None


def identifier(value: Text) -> str:
    """An id as text; numbers as they would be typed, blanks are no id."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    return str(int(value)) if isinstance(value, int) or value.is_integer() else repr(value)


def _happened(message: Message) -> dt.datetime | Refusal | None:
    told = message.originalTimestamp if message.originalTimestamp not in {None, ""} else message.timestamp
    try:
        return None if told is None or told == "" else clocks.read(told)
    except clocks.Unreadable:
        return Refusal(Code.BAD_TIMESTAMP, "The timestamp is no RFC 3339 time.", _shown(message))


def _shown(message: Message) -> str | None:
    """The messageId as the answer repeats it."""
    return None if message.messageId is None else str(message.messageId)[:LONGEST_MESSAGE_ID]


class _Named(msgspec.Struct):
    messageId: str | int | None = None  # noqa: N815


_named = msgspec.json.Decoder(_Named)


def _id_of(raw: bytes | memoryview | msgspec.Raw) -> str | None:
    try:
        found = _named.decode(raw).messageId
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return None if found is None else str(found)[:LONGEST_MESSAGE_ID]


def _is_deep(layer: list[Any]) -> bool:
    for _ in range(DEEPEST):
        layer = [
            value
            for part in layer
            for value in (part.values() if isinstance(part, dict) else part)
            if isinstance(value, dict | list)
        ]
        if not layer:
            return False
    return True


class Tracked(msgspec.Struct):
    """One event as the drain works with it."""

    kind: str
    name: str
    message_id: str
    occurred_at: dt.datetime
    user_id: str = ""
    anonymous_id: str = ""
    group_id: str = ""
    previous_id: str = ""
    properties: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    context: dict[str, Any] = {}


def read(
    raw: bytes,
    *,
    kind: str | None,
    received_at: dt.datetime,
    sent_at: Text,
    context: dict[str, Any] | None,
    place: str,
) -> Tracked | Refusal:
    """An accepted event, whole: ids as texts, its own moment by our clock, the batch's context under its own.

    `place` is unique to the event's position in the inbox and names an event that has neither a messageId nor a time
    of its own. A Refusal means that the rules became stricter since it was accepted.
    """
    message = _decode(raw)
    if isinstance(message, Refusal):
        return message
    refusal = _judge(message, kind)
    if refusal is not None:
        return refusal
    happened = _happened(message)
    if isinstance(happened, Refusal):
        return happened
    sort = kind or message.type or ""
    own, properties, traits = message.context or {}, message.properties or {}, message.traits or {}
    if sort == "track":
        name = (message.event or "").strip()
    else:
        name = (message.name or "").strip()
        if sort in {"page", "screen"}:
            name = name or str(properties.get("name") or properties.get("title") or "").strip()
            if message.category and "category" not in properties:
                properties = {**properties, "category": message.category}
    # Traits of a group are the company's; those of the surroundings are the person's.
    if sort != "group" and (around := own.get("traits")) and isinstance(around, dict):
        traits = {**around, **traits}
    told_sent = message.sentAt if message.sentAt is not None else sent_at
    return Tracked(
        sort,
        (name or sort.title())[:LONGEST_NAME],
        _message_id(message, raw if happened else place.encode()),
        clocks.occurred(
            happened, sent_at=None if told_sent is None else clocks.sent(told_sent), received_at=received_at
        ),
        identifier(message.userId),
        identifier(message.anonymousId),
        identifier(message.groupId),
        identifier(message.previousId),
        properties,
        traits,
        {**context, **own} if context else own,
    )


def _message_id(message: Message, content: bytes) -> str:
    """The client's own id; a digest of one that is too long, or of what else tells the event from others."""
    if message.messageId is not None and message.messageId != "":
        own = str(message.messageId)
        return own if len(own) <= LONGEST_MESSAGE_ID else f"sha256:{hashlib.sha256(own.encode()).hexdigest()}"
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
