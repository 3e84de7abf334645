"""Which details of the special categories a customer told: that, and when, never what."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from cdp.core import panels
from consent.models import SpecialDetail
from consent.rules import special
from customers.rules.reasons import REASONS


def context(question: panels.Question) -> dict[str, Any] | None:
    """The panel; None where the shop keeps no such detail or the reader may not write one."""
    if not settings.CDP_SPECIAL_DETAILS or not question.reader.can("consent.record"):
        return None
    return {"customer": question.customer, "details": details(question.customer)}


def details(
    customer: uuid.UUID,
    *,
    shown: Mapping[str, str] | None = None,
    written: Mapping[str, str] | None = None,
    errors: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    """Each detail the shop keeps, in the order of its key.

    `shown` are values in clear for this one answer; `written` and `errors` what was typed and what is wrong with it.
    """
    told = dict(SpecialDetail.objects.filter(customer_id=customer).values_list("field", "told_at"))
    return [
        {
            "field": field,
            "label": SpecialDetail.Field(field).label,
            "told_at": told.get(field),
            "value": (shown or {}).get(field, ""),
            "written": (written or {}).get(field, ""),
            "errors": (errors or {}).get(field, {}),
            "words": special.WORDS,
            "longest": special.LONGEST,
            "reasons": REASONS,
        }
        for field in sorted(settings.CDP_SPECIAL_DETAILS)
    ]
