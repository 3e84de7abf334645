"""Rows that people wrote themselves, of any name and any address: reviews, answers, tickets of a file."""

from collections.abc import Sequence

from cdp.core import pipeline
from cdp.core.imports import registry
from customers.rules.people import Person
from customers.services import identity, import_trace, people_import


def resolve(
    context: registry.Context,
    persons: Sequence[Person],
    lines: Sequence[int],
    *,
    are_sure: Sequence[bool] = (),
) -> tuple[Sequence[identity.Resolution], list[registry.Told]]:
    """Who they are, as strangers who change nothing of whom we know; and the rows of those who were forgotten since: a
    file does not bring them back. What it makes of people is noted, to be taken back.

    `are_sure`: of each whether the file names them by a number of the shop's own, which no stranger types. Of
    those what is empty in their profile is filled, weakly: their own later word goes before it.
    """
    found: list[identity.Resolution | None] = [None] * len(persons)
    told = are_sure or [False] * len(persons)
    for is_sure in (False, True):
        places = [place for place, sure in enumerate(told) if sure is is_sure]
        some = [persons[place] for place in places]
        if not some:
            continue
        watch = import_trace.Watch(context)
        resolutions = identity.resolve_many(
            some,
            source=context.source,
            now=context.now,
            lane=pipeline.BULK,
            is_stranger=not is_sure,
            only_fills=is_sure,
            before_change=watch.before,
            by=people_import.fact_of(context),
        )
        watch.after(some, resolutions)
        for place, resolution in zip(places, resolutions, strict=True):
            found[place] = resolution
    everybody = [resolution for resolution in found if resolution is not None]
    return everybody, people_import.refused(persons, lines, everybody)
