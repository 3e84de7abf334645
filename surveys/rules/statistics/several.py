"""Judging many things at once: of twenty segments one differs "significantly" by chance alone."""

from collections.abc import Sequence


def holm(probabilities: Sequence[float]) -> list[float]:
    """Each probability as it counts beside the others (Holm's method), in the order given; to be compared with 0.05."""
    order = sorted(range(len(probabilities)), key=probabilities.__getitem__)
    adjusted, so_far = [0.0] * len(probabilities), 0.0
    for rank, index in enumerate(order):
        so_far = max(so_far, min(1.0, (len(probabilities) - rank) * probabilities[index]))
        adjusted[index] = so_far
    return adjusted
