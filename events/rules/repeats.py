"""Which of equal rows a row is: the first, the second and so on, without remembering the rows."""

from collections import Counter

_BITS = 40
"""Of the filter for each row: with 16 places one row in about five million is taken for one seen before."""
_PLACES = 16
_LEAST = 4096


class Repeats:
    """Numbers equal rows in the order in which they come.

    A row that was not seen before costs a few bits; only what is repeated is counted by name. Now and then a new row
    is taken for a repeated one and gets the number two, the same number each time the same rows come in this order.
    """

    def __init__(self, rows: int) -> None:
        """Make room for about so many rows; more are numbered as well, only less surely."""
        self._size = max(rows, _LEAST) * _BITS
        self._bits = bytearray(self._size // 8 + 1)
        self._counts: Counter[bytes] = Counter()

    def number(self, digest: bytes) -> int:
        """The number of this row among its equals, from 1. `digest` is at least 16 bytes of a good hash."""
        if digest in self._counts:
            self._counts[digest] += 1
            return self._counts[digest]
        first, step = int.from_bytes(digest[:8]), int.from_bytes(digest[8:16]) | 1
        is_new = False
        for place in range(_PLACES):
            byte, bit = divmod((first + place * step) % self._size, 8)
            if not self._bits[byte] & 1 << bit:
                self._bits[byte] |= 1 << bit
                is_new = True
        if is_new:
            return 1
        self._counts[digest] = 2
        return 2
