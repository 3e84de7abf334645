"""Which part of a name a column holds: its header proposes, its first values decide.

A column ชื่อ beside นามสกุล holds given names; alone it mostly holds whole ones. 이름 is the whole name, unless 성 stands
beside it; "Name" beside "Surname" is the given one. A header that says "first name" is believed.
"""

import re
from collections.abc import Mapping, Sequence

from customers.rules import names

NAME, GIVEN, FAMILY = "name", "given_name", "family_name"
_SURE = re.compile(r"(first|given)[\W_]*name|forename|ชื่อจริง", re.IGNORECASE)
_NEARLY_ALL = 9
"""Of ten rows."""
_SHORTEST_KOREAN = 3  # 민수 is a given name, though there is a family 민


def settle(columns: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The guess `columns` (field → column) with its name columns as the values of `rows` (column → cell) show them.

    With a family name beside it a column is the whole name where most of its values repeat that family name; the other
    column is left out only where nearly all do, for what is not repeated would be lost. Alone it is the whole name
    where most of its values are of two words, or begin with a title, unless its header says that it is the given one.
    """
    found = dict(columns)
    whole, given, family = (found.get(field, "") for field in (NAME, GIVEN, FAMILY))
    if whole and given:
        return found
    if family and (whole or given):
        pairs = [(row.get(whole or given, "").strip(), row.get(family, "").strip()) for row in rows]
        told = [_repeats(name, last) for name, last in pairs if name and last]
        if not told:
            return found
        if sum(told) * 10 >= len(told) * _NEARLY_ALL:  # what it repeats is told by the whole name already
            return _moved(found, given, GIVEN, NAME, without=FAMILY)
        if not _most(told):
            return _moved(found, whole, NAME, GIVEN)
        return found if _says_given(given) else _moved(found, given, GIVEN, NAME)
    if (
        given
        and not _says_given(given)
        and _most([_is_whole(value) for row in rows if (value := row.get(given, "").strip())])
    ):
        return _moved(found, given, GIVEN, NAME)
    return found


def _says_given(header: str) -> bool:
    """Whether a header leaves no doubt, however many words the values have: Mary Ann is a first name, too."""
    return _SURE.search(header) is not None


def _moved(found: dict[str, str], column: str, of: str, to: str, *, without: str = "") -> dict[str, str]:
    """The same with that column, where there is one, as another field."""
    kept = {field: name for field, name in found.items() if field != without}
    return {to if column and field == of else field: name for field, name in kept.items()}


def _most(told: Sequence[bool]) -> bool:
    return sum(told) * 2 > len(told)


def _repeats(name: str, last: str) -> bool:
    """Whether a name has that family name in it, before or behind the rest."""
    ours, theirs = names.words(name), names.words(last)
    if names.script(name) in {"hangul", "han"}:
        one, other = "".join(ours), "".join(theirs)
        return len(one) > len(other) and one.startswith(other)
    return len(ours) > len(theirs) and (ours[-len(theirs) :] == theirs or ours[: len(theirs)] == theirs)


def _is_whole(value: str) -> bool:
    """Whether a value is a given and a family name, or has a title, which stands before whole names."""
    if names.untitled(value) != value:
        return True
    if names.script(value) == "hangul" and len("".join(value.split())) < _SHORTEST_KOREAN:
        return False
    return bool(names.split(value).family)
