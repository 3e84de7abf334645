"""When lots end once something happened that their policy looks at: a purchase, a redemption, another tier.

An end that was promised is never brought forward.
"""

import uuid
from datetime import datetime

from django.utils import timezone

from loyalty.models import Act
from loyalty.rules import ending
from loyalty.rules.programme import Programme
from loyalty.selectors import versions
from loyalty.selectors.versions import Timeline
from loyalty.services.book import Book, Draft


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

    Each lot by the version that made it; what had ended by then stays ended. What ended since, as nobody had told of it
    (`Book.bring_ended`), can be spent again. `book.write` keeps it.
    """
    zone = timezone.get_default_timezone()
    timeline = timeline or versions.published()
    for wallet, purse in book.wallets(customer).items():
        for lot in list(purse.own().lots.values()):
            version = timeline.by_id(lot.version)
            if version is None or lot.ends is None or lot.has_ended(at):
                continue
            is_over = lot.id in book.ended
            if not (lot.pending or lot.active or lot.held or is_over):
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
            if ends is not None and ends <= lot.ends:
                continue
            if not is_over:
                lot.ends, lot.is_touched = ends, True
            elif moves := purse.reinstate(lot.id, ends=ends, at=book.now):
                cause = f"lot:{lot.id}@{at.isoformat()}"
                book.note(Draft(lot.customer, wallet, Act.Kind.REINSTATE, cause, book.now, moves=moves))
                book.ended.discard(lot.id)


def may_change(programme: Programme) -> bool:
    """Whether anything that members do or become can put an end off."""
    by_tier = any(tier.expiry is not None for tier in programme.tiering.tiers)
    return by_tier or any(wallet.expiry.kind == "idle" for wallet in programme.wallets.values())
