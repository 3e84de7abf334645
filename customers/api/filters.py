"""Which customers a list or a lookup asks for."""

import uuid
from collections.abc import Mapping

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cdp.core.api.problems import invalid
from cdp.core.audiences import UnknownAudience
from cdp.core.models import Source
from customers.models import Customer
from customers.rules import identifiers as identifier_rules
from customers.rules.unreadable import Unreadable
from customers.selectors import identifiers, listing

NAMES = ("email", "phone", "external_id", "q", "segment", "source")


def matching(given: Mapping[str, str], *, key_source: str, pointer: str = "") -> QuerySet[Customer]:
    """Known customers for whom every filter holds; `key_source` is whose numbers an unqualified external_id means.

    Raises Problem (422) for an unknown filter and for a value that cannot be read: answering with everybody, or with
    nobody, would hide the mistake.
    """
    for name in given:
        if name not in NAMES:
            raise invalid(f"{pointer}{name}", _("Unknown filter; known are %(known)s.") % {"known": ", ".join(NAMES)})
    is_owner = "external_id" in given
    source = given.get("source", "")
    if source and not Source.objects.filter(key=source).exists():
        raise invalid(f"{pointer}source", _("There is no such source."))
    filters = listing.Filters(segment=given.get("segment", ""), source="" if is_owner else source)
    try:
        rows = listing.known(filters)
    except UnknownAudience as error:
        raise invalid(f"{pointer}segment", _("There is no such segment.")) from error
    wanted: set[uuid.UUID] | None = None
    for name in ("email", "phone", "external_id"):
        if name in given:
            scope = (source or key_source) if name == "external_id" else ""
            found = _holders(name, given[name], scope, f"{pointer}{name}")
            wanted = found if wanted is None else wanted & found
    if wanted is not None:
        rows = rows.filter(id__in=wanted)
    if "q" in given:
        named = listing.search(given["q"], filters, region=settings.CDP_SHOP_COUNTRY, in_full=True).rows
        rows = rows.filter(id__in=[row.id for row in named])
    return rows


def _holders(kind: str, value: str, scope: str, pointer: str) -> set[uuid.UUID]:
    try:
        normalised = identifier_rules.normalise(kind, value, region=settings.CDP_SHOP_COUNTRY)
    except Unreadable as problem:
        raise invalid(pointer, str(problem.reason)) from problem
    return set(identifiers.holders([identifiers.digest(kind, normalised, scope)]))
