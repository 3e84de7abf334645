"""Who did something: the identifier that a platform and its name for somebody come to."""

from customers.rules import handles, identifiers, unreadable
from customers.rules.people import Person

LINE = "line"


def identifier(platform: str, raw: str) -> tuple[str, str]:
    """(kind, value) of the identifier; both empty where the name stands for nobody ("anonymous", "null").

    Unreadable: as `handles.name`.
    """
    kind = "line_id" if platform == LINE else "handle"
    told = raw if platform == LINE else handles.spelt(platform, handles.name(raw, on=platform))
    try:
        return kind, identifiers.normalise(kind, told)
    except unreadable.Unreadable as problem:
        if problem.code in {"placeholder", "missing"}:
            return "", ""
        raise


def shown(platform: str, raw: str) -> str:
    """The name as it is kept beside what they did, without its platform. Unreadable: as `identifier`."""
    kind, value = identifier(platform, raw)
    return handles.parted(value)[1] if kind == "handle" else value


def name(person: Person, *, platform: str, handle: str) -> None:
    """Give a person the identifier of that (kept) name; another one of that kind that the teller named stays."""
    if platform == LINE:
        person.line_id = person.line_id or handle
    else:
        person.handle = person.handle or handles.spelt(platform, handle)
