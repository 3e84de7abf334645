"""What every folder of a store or a platform offers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from commerce.hooks.asking import Asker
from commerce.hooks.facts import Fact
from commerce.hooks.guides import Guide
from commerce.hooks.reading import Telling

Reader = Callable[[Mapping[str, Any], Telling], Sequence[Fact]]
Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the headers of a delivery say; empty texts where they say nothing."""

    signature: str
    topic: str
    delivery: str
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One thing of a body that tells of several; it is kept, tried and counted by itself."""

    topic: str
    delivery: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a platform asks by GET before it sends anything: its questions, and what we know to answer them."""

    query: Mapping[str, str]
    secret: bytes
    verify_token: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a trial."""

    body: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Store:
    """A kind of store or platform. `greets` tells a request by which it only tries whether anybody answers.

    `guide` tells people how to connect it. `parts` takes a body apart where it tells of several things (its topic is
    theirs then), `tries` answers a trial by GET (None: it does not agree), `asks` fetches by topic what the body does
    not carry. `also_signs` is a second way in which it may have signed. `is_platform` marks what brings leads and has
    an access token.
    """

    key: str
    name: str
    envelope: Callable[[Headers], Envelope]
    sign: Callable[[bytes, bytes], str]
    greets: Callable[[Headers, bytes], bool]
    guide: Guide
    topics: Mapping[str, Reader]
    also_signs: Callable[[bytes, bytes], str] | None = None
    parts: Callable[[Mapping[str, Any]], Sequence[Part]] | None = None
    tries: Callable[[Trial], Reply | None] | None = None
    asks: Mapping[str, Asker] = field(default_factory=dict)
    setting: str = ""
    """The setting with the address of its interface."""
    is_platform: bool = False
