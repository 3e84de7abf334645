"""What is in a cart, from what was put in and taken out: the same whatever order the tellings arrive in.

A cart remembers its moves since its whole content was told last. A telling of the whole forgets what was before it; a
move that arrives late takes its place among the others by its own time. Long memories are shortened from their old end.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from commerce.rules.inputs import LineInput

MOST = 80
"""Moves that are remembered; of more, the older half becomes one telling of the whole."""
MOST_PIECES = Decimal(10) ** 10
"""Pieces of one article that a cart can hold: what tells more (a public key can, again and again) counts as that. Far
more than anybody buys, and less than the column takes.
"""
SET, ADD, TAKE = "set", "add", "take"
Move = Mapping[str, Any]
"""{"at": ISO time in UTC, "by": id of the event, "do": set | add | take, "lines": [[sku, name, quantity, price], …]}"""


def move(do: str, *, at: str, by: str, lines: Iterable[LineInput] = ()) -> Move:
    """One move as it is remembered. A take of quantity zero takes all pieces."""
    told = [[line.sku, line.name, str(line.quantity), str(line.unit_price)] for line in lines]
    return {"at": at, "by": by, "do": do, "lines": told}


def remember(known: Sequence[Move], new: Iterable[Move]) -> list[Move]:
    """The moves of a cart after some more are told. The same move again, or one from before the whole, is nothing."""
    by_event = {(one["at"], one["by"]): one for one in (*known, *new)}
    ordered = [by_event[key] for key in sorted(by_event)]
    last = max((place for place, one in enumerate(ordered) if one["do"] == SET), default=0)
    ordered = ordered[last:]
    if len(ordered) > MOST:
        old, young = ordered[: MOST // 2], ordered[MOST // 2 :]
        whole = move(SET, at=old[-1]["at"], by=old[-1]["by"], lines=content(old))
        ordered = [whole, *young]
    return ordered


def content(moves: Iterable[Move]) -> tuple[LineInput, ...]:
    """What is in the cart after these moves, in the order in which it was put in."""
    pieces: dict[str, list[Any]] = {}
    for one in moves:
        if one["do"] == SET:
            pieces = {}
        for sku, name, told, price in one["lines"]:
            quantity, known = Decimal(told), pieces.get(sku)
            if one["do"] == TAKE:
                if known is None or not quantity or known[1] <= quantity:
                    pieces.pop(sku, None)
                else:
                    known[1] -= quantity
            elif known is None:
                pieces[sku] = [name, quantity, Decimal(price)]
            else:
                known[0] = name or known[0]
                known[1] = min(known[1] + quantity, MOST_PIECES)
                known[2] = Decimal(price) or known[2]
    return tuple(LineInput(quantity, price, sku, name) for sku, (name, quantity, price) in pieces.items())
