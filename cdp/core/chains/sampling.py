"""How a proof goes over everybody's rows, or over a sample of them, page by page in the order of their ids."""

import secrets
import uuid
from collections.abc import Callable, Iterator, Sequence

from cdp.core.chains.judging import STATE
from cdp.core.chains.registry import Fault, Told

SAMPLES = 5
"""Pages of a sample, each at a place drawn anew."""
NOBODY = uuid.UUID(int=0)

After = Callable[[uuid.UUID, int], list[uuid.UUID]]
"""The next ids after one, at most so many."""


def pages(after: After, last: Callable[[], uuid.UUID | None], *, whole: bool, size: int) -> Iterator[list[uuid.UUID]]:
    """Everybody, or pages of `size` at places drawn anew. Where a sample would be everybody, it is everybody, once."""
    first = after(NOBODY, SAMPLES * size)
    if whole or len(first) < SAMPLES * size:
        page = first[:size]
        while page:
            yield page
            page = after(page[-1], size)
        return
    # Between the first id and the last: ids begin with their time, so no place drawn there is empty.
    span = max(1, (last() or first[-1]).int - first[0].int)
    for _ in range(SAMPLES):
        yield after(uuid.UUID(int=first[0].int + secrets.randbelow(span) - 1), size)


def compare(people: Sequence[uuid.UUID], different: Callable[[Sequence[uuid.UUID]], list[uuid.UUID]]) -> Told:
    """Whose state does not follow from the facts. Who differs is looked at a second time, as somebody may have written
    between the two reads.
    """
    wrong = different(people)
    if wrong:
        wrong = different(wrong)
    return Told(len(people), [Fault(str(customer), STATE) for customer in wrong])
