"""Which kind of import a file looks like, by the columns that each of them would take."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdp.core.imports import layouts, mapping, registry

_MORE = 2
"""By how many columns another kind must fit better, where the chosen one has all that it needs."""


@dataclass(frozen=True)
class _Fit:
    """How well a kind fits a file."""

    is_known: bool  # a layout of the kind is recognised
    is_whole: bool  # all that the kind needs is there
    columns: int


def other(chosen: str, *, header: Sequence[str], rows: Sequence[Sequence[str]], file: str) -> registry.Kind | None:
    """The kind that such a file clearly fits better than the chosen one; None where there is none. `rows` are its first
    ones, `file` its name. Of a kind that takes every column nothing can be said.
    """
    ours = registry.get(chosen)
    if ours.rest:
        return None
    fit = _fit(ours, header, rows, file)
    found = None
    best = fit
    for kind in registry.kinds().values():
        if kind.key == chosen or kind.rest:
            continue
        theirs = _fit(kind, header, rows, file)
        if _is_clearly_better(theirs, fit) and (found is None or _order(theirs) > _order(best)):
            found, best = kind, theirs
    return found


def _order(fit: _Fit) -> tuple[bool, int]:
    return fit.is_known, fit.columns


def _is_clearly_better(theirs: _Fit, ours: _Fit) -> bool:
    if ours.is_known or not theirs.is_whole:
        return False
    return theirs.is_known or theirs.columns >= ours.columns + (_MORE if ours.is_whole else 1)


def _fit(kind: registry.Kind, header: Sequence[str], rows: Sequence[Sequence[str]], file: str) -> _Fit:
    guessed = mapping.guess(kind=kind, header=header, file=file, rows=rows)
    return _Fit(
        is_known=layouts.find(kind.key, header, file=file) is not None,
        is_whole=not mapping.missing(guessed, kind),
        columns=len(guessed.columns),
    )
