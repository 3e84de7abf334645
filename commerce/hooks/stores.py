"""What every store folder offers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from commerce.hooks.facts import Fact
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
class Store:
    """A kind of store. `greets` tells a request by which the store only tries whether anybody answers."""

    key: str
    name: str
    envelope: Callable[[Headers], Envelope]
    sign: Callable[[bytes, bytes], str]
    greets: Callable[[Headers, bytes], bool]
    topics: Mapping[str, Reader]
