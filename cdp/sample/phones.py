"""Telephone numbers of the sample shop: one for each row, never two by accident, in the spellings people use."""

from cdp.sample.data import world_places

_SUFFIXES = 10_000_000
_THAI_PREFIXES = tuple(str(number) for number in (61, 62, 63, 64, 65, 66, *range(80, 100)))
DIALLING = {"TH": "66", "KR": "82", **{country: code for country, (code, _, _) in world_places.RESERVED_PHONES.items()}}


def number(country: str, index: int, luck: int) -> str:
    """The national significant number (without a leading zero) of a row; empty where none is kept for fiction.

    Unique for the first ten million rows in Thailand and Korea. Elsewhere the reserved numbers are few and later rows
    get none.
    """
    if country == "TH":
        suffix = (index * 7368787 + luck) % _SUFFIXES
        return f"{_THAI_PREFIXES[(luck ^ index) % len(_THAI_PREFIXES)]}{suffix:07d}"
    if country == "KR":
        suffix = (index * 7368787 + luck) % _SUFFIXES
        return f"10{2 + (luck ^ index) % 8}{suffix:07d}"
    reserved = world_places.RESERVED_PHONES.get(country)
    if reserved is None:
        return ""
    _, prefixes, digits = reserved
    each = 10**digits
    if index >= each * len(prefixes):
        return ""
    slot = (index * 7919 + luck) % (each * len(prefixes))
    return f"{prefixes[slot % len(prefixes)]}{slot // len(prefixes):0{digits}d}"


def e164(country: str, national: str) -> str:
    """The number as the world dials it."""
    return f"+{DIALLING[country]}{national}" if national else ""


def spell(country: str, national: str, style: float) -> str:
    """One of the ways people of the country write the number; `style` in [0, 1) chooses."""
    if not national:
        return ""
    if country == "TH":
        return _spell_thai(national, style)
    if country == "KR":
        return _spell_korean(national, style)
    if country in {"US", "CA"} and style < 0.5:
        return f"({national[:3]}) {national[3:6]}-{national[6:]}"
    return f"+{DIALLING[country]}{national}" if style < 0.8 else f"+{DIALLING[country]} {national[:3]} {national[3:]}"


def _spell_thai(national: str, style: float) -> str:
    if style < 0.45:
        return f"0{national}"
    if style < 0.75:
        return f"0{national[:2]}-{national[2:5]}-{national[5:]}"
    if style < 0.85:
        return f"+66{national}"
    if style < 0.93:
        return f"0{national[:2]} {national[2:5]} {national[5:]}"
    return f"+66 {national[:2]} {national[2:5]} {national[5:]}"


def _spell_korean(national: str, style: float) -> str:
    if style < 0.65:
        return f"0{national[:2]}-{national[2:6]}-{national[6:]}"
    if style < 0.9:
        return f"0{national}"
    if style < 0.95:
        return f"+82{national}"
    return f"+82 {national[:2]}-{national[2:6]}-{national[6:]}"
