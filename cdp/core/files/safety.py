"""Cells that a spreadsheet opens as text, not as a formula (OWASP: CSV injection)."""

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell(text: str) -> str:
    """`text` with an apostrophe before it when a spreadsheet would run it. Plain numbers stay as they are."""
    if not text.startswith(_STARTS):
        return text
    bare = text[1:].replace(".", "", 1)
    if text[0] in "+-" and bare.isascii() and bare.isdigit():
        return text
    return f"'{text}"


def bare(text: str) -> str:
    """What `cell` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_STARTS) else text
