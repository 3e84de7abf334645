"""What the stars beside a text tell of its feeling: whoever gives two of five is not content, whatever a model reads.

A rule of ours and no learnt figure: the shares of the model are multiplied by how usual each feeling is beside so many
stars, so that a text decides against its own stars only where it is read as all but certain.
"""

from decimal import Decimal

Shares = tuple[float, float, float]
"""Negative, neutral, positive."""

_USUAL: dict[int, Shares] = {
    1: (9.0, 1.0, 0.3),
    2: (9.0, 2.0, 0.3),
    3: (1.0, 2.0, 1.0),
    4: (0.3, 2.0, 9.0),
    5: (0.3, 1.0, 9.0),
}


def weighed(shares: Shares, stars: Decimal | None) -> Shares:
    """The shares of a text with so many of five stars beside it, of the sum of one again; without stars as they are."""
    if stars is None:
        return shares
    usual = _USUAL[min(5, max(1, round(stars)))]
    bad, calm, good = (share * weight for share, weight in zip(shares, usual, strict=True))
    whole = bad + calm + good
    return (bad / whole, calm / whole, good / whole) if whole else shares
