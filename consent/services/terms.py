"""Keeping that somebody accepted the terms, by the version they saw."""

import datetime as dt
import uuid

from consent.models import TermsAcceptance


def accept(*, customer: uuid.UUID, version: str, language: str, place: str, at: dt.datetime) -> TermsAcceptance:
    """Write the acceptance; the row. Call it in the transaction of what was agreed, behind `standing.hold`."""
    return TermsAcceptance.objects.create(
        customer_id=customer, version=version, language=language[:2], place=place, at=at
    )
