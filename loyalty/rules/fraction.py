"""Exact fractions, several times as fast as those of the standard library and the same in every other way.

A million orders are judged with a hundred of them each.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction
else:
    from quicktions import Fraction

__all__ = ["Fraction"]
