"""Who told something and when it came: what every writer of facts is given beside the fact."""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from cdp.core.models import Source
from commerce.hooks.reading import Unreadable
from commerce.services import refunds
from customers.rules import people


@dataclass(frozen=True, slots=True)
class Receipt:
    """Who told it and when it came."""

    source: Source
    received_at: datetime
    now: datetime
    # What could not be written beside the rest (refunds told inside an order, a text too long for its place): the rest
    # is written all the same.
    problems: list[refunds.UnableToWriteRefund | Unreadable] = field(default_factory=list)

    @property
    def rules(self) -> people.Rules:
        """How values of people are read."""
        return people.Rules(region=settings.CDP_SHOP_COUNTRY, today=self.now.date())
