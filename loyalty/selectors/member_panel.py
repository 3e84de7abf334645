"""What somebody has in the programme, on their page and in their history."""

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cdp.core import panels
from cdp.core.timeline import Entry as Line
from cdp.core.timeline import Question
from loyalty.models import Act, Member
from loyalty.rules.programme import MAIN
from loyalty.selectors import accounts, households, ledger, tiers, versions, wallets
from loyalty.selectors.acts_told import MINUS, Teller
from loyalty.selectors.ledger import Entry

TOLD = (
    Act.Kind.EARN,
    Act.Kind.REDEEM,
    Act.Kind.CAPTURE,
    Act.Kind.RESTORE,
    Act.Kind.REFUND,
    Act.Kind.EXPIRE,
    Act.Kind.ADJUST,
    Act.Kind.OPENING,
)


def panel(question: panels.Question) -> Mapping[str, Any] | None:
    """Balances, tier and what ends next of a member; of others the offer to enrol them, for those who may."""
    member = Member.objects.filter(customer_id=question.customer).first()
    takes_part = member is not None and member.left_at is None
    may_enrol = question.reader.can("customers.edit")
    if not takes_part and not (member or (may_enrol and versions.published())):
        return None
    context: dict[str, Any] = {
        "customer_id": question.customer,
        "takes_part": takes_part,
        "member": member,
        "may_thank": question.reader.can("loyalty.adjust"),
    }
    if member is None or not takes_part:
        return {**context, "may_enrol": may_enrol}
    known = wallets.every()
    rows = []
    for one in accounts.standings(question.customer, at=question.now):
        wallet = known.get(one.wallet.key) or wallets.unknown(one.wallet.key)
        if not (one.balance or one.pending or one.held or one.owed) and one.wallet.key != MAIN:
            continue
        rows.append(
            {
                "balance": wallet.counted(one.balance) if one.balance >= 0 else MINUS + wallet.counted(-one.balance),
                "is_negative": one.balance < 0,
                "owed": wallet.counted(one.owed) if one.owed else "",
                "pending": wallet.counted(one.pending) if one.pending else "",
                "ending": wallet.counted(one.ending) if one.ending else "",
                "last_day": timezone.localdate(one.ends_at - ledger.INSTANT) if one.ends_at else None,
            }
        )
    shared = households.of(question.customer)
    names = [name or _("somebody without a name") for name in shared.names] if shared else []
    return {**context, "rows": rows, "tier": tiers.names(question.now).get(member.tier, ""), "shared_with": names}


def entries(question: Question) -> list[Line]:
    """What came and went, what one purchase brought into several wallets as one entry."""
    rows = Act.objects.filter(customer_id__in=question.customers, kind__in=TOLD).exclude(change=0)
    if question.before is not None:
        rows = rows.filter(at__lt=question.before)
    # Wallets are few: what belongs together is not cut apart but at the very end.
    found = list(rows.order_by("-at", "-id")[: 3 * question.limit])
    groups: dict[tuple[str, str], list[Act]] = {}
    for act in found:
        groups.setdefault((act.kind, act.cause), []).append(act)
    chosen = list(groups.values())[: question.limit]
    return _told(question.customers[0], chosen) if chosen else []


def _told(customer: uuid.UUID, groups: Sequence[Sequence[Act]]) -> list[Line]:
    known = wallets.every()
    firsts = [Entry(some[0].id, some[0], some[0].wallet, change=some[0].change) for some in groups]
    told = Teller(customer, firsts).tell()
    return [
        Line(
            id=f"points:{some[0].id}",
            at=some[0].at,
            kind="points",
            title=f"{_amounts(some, known)} · {one.title}",
            source=some[0].source,
            icon=one.icon,
            data={
                "act": str(some[0].id),
                "what": some[0].kind,
                "changes": {act.wallet: _number(act.change) for act in some},
                "fact": str(some[0].fact_id) if some[0].fact_id else None,
            },
        )
        for some, one in zip(groups, told, strict=True)
    ]


def _amounts(some: Sequence[Act], known: Mapping[str, wallets.Wallet]) -> str:
    order = list(known)
    rows = sorted(some, key=lambda act: order.index(act.wallet) if act.wallet in known else len(order))
    return ", ".join(_signed(known.get(act.wallet) or wallets.unknown(act.wallet), act.change) for act in rows)


def _signed(wallet: wallets.Wallet, change: Decimal) -> str:
    return ("+" if change > 0 else MINUS) + wallet.counted(abs(change))


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
