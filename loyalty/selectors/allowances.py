"""How much a colleague may still give and take alone today: by wallet, over everything they did by hand."""

import uuid
from datetime import datetime, time
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from cdp.core import ids
from cdp.core.models import Role, User
from customers.selectors import lineage
from loyalty.models import Act, WalletType
from loyalty.rules.programme import MAIN, Staff
from loyalty.rules.purse import ZERO
from loyalty.selectors import accounts, by_staff, versions


def limit(user: User, wallet: str, *, at: datetime) -> Decimal:
    """How much of a wallet they may give or take alone in a day: points as the programme says, stamps as it says of
    stamps, and money what so many points are worth (the same number, where points have no price).
    """
    version, kind = versions.in_force(at), accounts.wallet(wallet)
    staff = version.programme.staff if version else Staff()
    is_clerk = user.role == Role.CLERK
    if kind is not None and kind.kind == WalletType.Kind.STAMPS:
        return staff.clerk_stamps if is_clerk else staff.stamps
    points = staff.clerk if is_clerk else staff.alone
    if kind is None or not kind.currency:
        return points
    each = version.programme.wallet(MAIN).worth if version else None
    return points if each is None else points * each


def used(user: User, wallet: str, *, at: datetime, but: str = "") -> Decimal:
    """How much of it they gave and took since midnight of the shop's clock; without what a second person approved, what
    of it they took back themselves, and the act of the cause `but`. By the index of acts of staff.
    """
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(at), time()))
    acts = Act.objects.filter(
        actor_kind="staff", actor_id=user.id, kind=Act.Kind.ADJUST, wallet=wallet, id__gte=ids.floor(midnight)
    )
    told = acts.filter(Q(details=None) | ~Q(details__has_key="approved_by")).exclude(cause=but)
    found = {act: (cause, abs(change)) for act, cause, change in told.values_list("id", "cause", "change")}
    whole = ZERO
    for cause, amount in found.values():
        # What somebody else did and they took back is given or taken by them; what they did themselves never was.
        undone = found.get(uuid.UUID(cause.removeprefix("reversed:"))) if cause.startswith("reversed:") else None
        whole += -undone[1] if undone else amount
    return whole


def left(user: User, wallet: str, *, at: datetime, but: str = "") -> Decimal:
    """What of the day's limit is left."""
    return max(limit(user, wallet, at=at) - used(user, wallet, at=at, but=but), ZERO)


def left_for_reversal(user: User, act: Act, *, at: datetime) -> Decimal:
    """How much they may take back alone: of what they did today themselves as much as they may do at all."""
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(at), time()))
    is_theirs = act.actor_kind == "staff" and act.actor_id == user.id and act.id >= ids.floor(midnight)
    return limit(user, act.wallet, at=at) if is_theirs else left(user, act.wallet, at=at)


def is_own(user: User, customer: uuid.UUID) -> bool:
    """Whether that customer is who asks: their own account is a colleague's to decide."""
    own = by_staff.own_accounts([user.id]).get(user.id, set())
    return not own.isdisjoint(lineage.everybody([customer])) if own else False
