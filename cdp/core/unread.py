"""What is left of a request's body that is too large, or that nobody can take just now."""

from typing import Protocol

PATIENT_BYTES = 32 * 1024 * 1024
"""So much of it is read and thrown away: a client that is still sending would not hear the answer."""
_BLOCK = 64 * 1024


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def throw_away(stream: _Readable, length: int = PATIENT_BYTES) -> None:
    """Read up to `length` bytes, at most PATIENT_BYTES, to the end of the stream."""
    left = min(length, PATIENT_BYTES)
    while left > 0 and (block := stream.read(min(_BLOCK, left))):
        left -= len(block)
