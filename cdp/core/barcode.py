"""Bar codes (Code 128) as SVG that needs nothing but itself, as `cdp.core.qr` draws the square ones."""

import functools

from django.utils.safestring import SafeString, mark_safe

QUIET, HEIGHT = 10, 40
"""Blank modules left and right, without which no scanner finds the beginning; height in modules."""


@functools.lru_cache(maxsize=512)
def svg(text: str) -> SafeString:
    """The bars of a text (ASCII), sized by the page (class `barcode`). Raises ValueError for what cannot be told so."""
    from barcode.codex import Code128  # noqa: PLC0415  (only who draws one waits for it)

    if not text or not text.isascii():
        raise ValueError("bars tell ASCII only")
    (modules,) = Code128(text).build()
    drawn = "".join(f"M{QUIET + first} 0h{length}v{HEIGHT}h-{length}z" for first, length in _runs(modules))
    width = len(modules) + 2 * QUIET
    return mark_safe(  # noqa: S308  (drawn here, of numbers alone)
        f'<svg class="barcode" aria-hidden="true" viewBox="0 0 {width} {HEIGHT}" preserveAspectRatio="none"'
        f' xmlns="http://www.w3.org/2000/svg"><path d="{drawn}"/></svg>'
    )


def _runs(modules: str) -> list[tuple[int, int]]:
    """Where each bar begins and how wide it is."""
    found, at = [], 0
    for run in modules.replace("01", "0|1").replace("10", "1|0").split("|"):
        if run[0] == "1":
            found.append((at, len(run)))
        at += len(run)
    return found
