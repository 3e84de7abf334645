"""When lots end once something happened that their policy looks at: a purchase, a redemption, another tier.

An end that was promised is never brought forward.
"""

import uuid
from datetime import datetime

from django.utils import timezone

from loyalty.rules import ending
from loyalty.selectors import versions
from loyalty.selectors.versions import Timeline
from loyalty.services.book import Book


def prolong(
    book: Book,
    customer: uuid.UUID,
    *,
    at: datetime,
    tier: str,
    is_active: bool = True,
    timeline: Timeline | None = None,
) -> None:
    """Reckon the ends of somebody's lots again: they bought or redeemed at that moment (`is_active`), or have another
    tier since.

    Each lot by the version that made it; what had ended by then stays ended. `book.write` keeps it.
    """
    zone = timezone.get_default_timezone()
    timeline = timeline or versions.published()
    for wallet, purse in book.wallets(customer).items():
        for lot in purse.own().lots.values():
            version = timeline.by_id(lot.version)
            if version is None or lot.ends is None or lot.has_ended(at):
                continue
            if not (lot.pending or lot.active or lot.held):
                continue
            expiry = version.programme.expiry(wallet, tier)
            if is_active and expiry.kind != "idle":
                continue  # no other policy looks at what somebody does
            ends = ending.end(
                expiry,
                earned_at=lot.earned_at,
                active_from=lot.active_from,
                last_active_at=at if is_active else None,
                zone=zone,
            )
            if ends is None or ends > lot.ends:
                lot.ends, lot.is_touched = ends, True
