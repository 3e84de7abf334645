"""Rows that people wrote themselves, of any name and any address: reviews, answers, tickets of a file."""

from collections.abc import Sequence

from cdp.core import pipeline
from cdp.core.imports import registry
from customers.rules.people import Person
from customers.services import identity, import_trace, people_import


def resolve(
    context: registry.Context, persons: Sequence[Person], lines: Sequence[int]
) -> tuple[Sequence[identity.Resolution], list[registry.Told]]:
    """Who they are, as strangers who change nothing of whom we know; and the rows of those who were forgotten since: a
    file does not bring them back. What it makes of people is noted, to be taken back.
    """
    if not persons:
        return [], []
    watch = import_trace.Watch(context)
    resolutions = identity.resolve_many(
        persons,
        source=context.source,
        now=context.now,
        lane=pipeline.BULK,
        is_stranger=True,
        before_change=watch.before,
        by=people_import.fact_of(context),
    )
    watch.after(persons, resolutions)
    return resolutions, people_import.refused(persons, lines, resolutions)
