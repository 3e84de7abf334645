"""Memory of work that comes in batches of many small objects."""

import contextlib
import gc
from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class _Remembered(dict[_K, _V]):
    def __init__(self, make: Callable[[_K], _V], most: int) -> None:
        super().__init__()
        self._make, self._most = make, most

    def __missing__(self, key: _K) -> _V:
        if len(self) >= self._most:
            self.clear()
        made = self[key] = self._make(key)
        return made


def remembering(make: Callable[[_K], _V], *, most: int) -> Callable[[_K], _V]:
    """The function with a memory for values that come again by the thousand: half the price of an lru_cache, which
    keeps them in order. What it raises is not remembered; when it knows `most` values, it begins anew.
    """
    return _Remembered(make, most).__getitem__


@contextlib.contextmanager
def collecting_when_told() -> Iterator[None]:
    """The garbage collector only when it is called: between the batches, by whoever works.

    A batch is tens of thousands of objects that live until it is written; looking through them for cycles over and
    over was a quarter of all work. Nothing but cycles waits for the collector, so memory stays flat. What was there
    before is frozen, which makes a full collection as cheap as the batch is small; a young one is not enough, because
    a batch that is still being written when it comes would never be looked at again (a million rows held 1.3 GB).
    """
    was_enabled = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()
