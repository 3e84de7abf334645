"""What is in a cart after its moves."""

from decimal import Decimal

from commerce.rules import cart_moves
from commerce.rules.inputs import LineInput


def added(place, quantity):
    line = LineInput(Decimal(quantity), Decimal(1), "A", "")
    return cart_moves.move(cart_moves.ADD, at=f"2026-11-20T10:{place:05}", by=str(place), lines=[line])


def test_no_number_of_additions_makes_more_pieces_than_can_be_kept():
    moves = []
    for part in range(20):
        moves = cart_moves.remember(moves, [added(part * 60 + place, 99_999_999) for place in range(60)])
    (line,) = cart_moves.content(moves)
    assert line.quantity == cart_moves.MOST_PIECES
