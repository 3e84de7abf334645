"""What stores told, for the people who look after it. Nothing sealed is opened for a list of deliveries."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cdp.core import trials
from cdp.core.models import SourceSecret, SourceToken
from commerce.models import HookDelivery, HookTally, StoreNotice

SHOWN = 50
ACCESS = "access"
MOST_ROWS = 500

REASONS: dict[str, str | Promise] = {
    "order_unknown": _("The order of this refund never arrived"),
    "refund_exceeds_order": _("All refunds together would be more than the order came to"),
    "other_currency": _("The refund is in another currency than its order"),
    "too_large": _("An amount is too large"),
    "too_many": _("More lines than an order may have"),
    "below_zero": _("An amount below zero"),
    "missing": _("A value is missing"),
    "too_long": _("A text is longer than can be kept; everything else was taken"),
    "not_a_text": _("This is no text"),
    "not_a_number": _("This is no number"),
    "beyond_scale": _("This rating is above 5; one of another scale names it as best_rating"),
    "in_the_future": _("This date lies in the future."),
    "not_a_time": _("This is no point in time"),
    "without_a_zone": _("A time without a time zone"),
    "not_an_object": _("This has another form than the store documents"),
    "not_a_list": _("This has another form than the store documents"),
    "unknown_currency": _("Unknown currency"),
    "unknown_status": _("Unknown order status"),
    "nothing_refunded": _("A refund must be above zero"),
    "nobody_named": _("The lead names nobody: no e-mail address and no phone number that can be read"),
    "token_missing": _("We have no access token for this platform yet; add it under “Connect”"),
    "token_refused": _("The platform does not accept our access token any more; get a new one and add it"),
    "permission_missing": _("The access token may not read leads; give it that permission and add it again"),
    "lead_gone": _("The platform does not know this lead; it was deleted there, or belongs to another page"),
    "version_retired": _("The platform has retired this version of its interface; an update of this product is needed"),
    "platform_refused": _("The platform refused to give the lead; its code stands beside"),
    "platform_down": _("The platform was out of order for days"),
    "rate_limited": _("The platform let us ask too rarely for days"),
    "no_answer": _("The platform did not answer for days"),
    "not_json": _("The platform answered something that cannot be read"),
    "unreadable_body": _("Too old to be read"),
    "not_written": _("It could not be written; the reason is in the server's log"),
    "review_of_another": _("A review with this number is somebody else's; it stays as it was."),
    "fault": _("A fault of ours; it is in the server's log"),
}


def reason(code: str) -> str | Promise:
    """A reason in words; a code that has none as it is."""
    return REASONS.get(code, code)


def failures() -> list[HookDelivery]:
    """The newest failed deliveries, at most SHOWN."""
    found = HookDelivery.objects.filter(state=HookDelivery.State.FAILED).select_related("source").defer("sealed")
    return list(found.order_by("-id")[:SHOWN])


def waiting() -> dict[str, Any]:
    """How many deliveries wait, and since when the oldest does."""
    found: dict[str, Any] = HookDelivery.objects.filter(state=HookDelivery.State.WAITING).aggregate(
        count=Count("id"), latest=Max("received_at")
    )
    return found


def open_notices() -> list[StoreNotice]:
    """What stores asked for and nobody has closed, oldest first: the due date runs."""
    found = StoreNotice.objects.filter(state=StoreNotice.State.OPEN).select_related("source")
    return list(found.order_by("id")[:SHOWN])


def tallies(*, source: uuid.UUID | None = None) -> Sequence[dict[str, Any]]:
    """By source and topic: how many were written, left aside, failed or of no use to us; of one source or of all."""
    all_of = HookTally.objects.filter(source=source) if source else HookTally.objects.all()
    rows = all_of.values("source__key", "topic").annotate(last_at=Max("last_at"), sent=Sum("count"))
    found = {(row["source__key"], row["topic"]): dict(row) for row in rows.order_by("source__key", "topic")[:MOST_ROWS]}
    for tally in all_of.select_related("source").order_by("source_id", "topic")[: MOST_ROWS * 4]:
        row = found.get((tally.source.key, tally.topic))
        if row is not None:
            row[tally.outcome] = tally.count
    return list(found.values())


def tokens() -> dict[uuid.UUID, str | Promise]:
    """The sources that have an access token, with why their platform does not accept it; empty where it does."""
    found = SourceToken.objects.filter(name=ACCESS).values_list("source_id", "refused_for")[:MOST_ROWS]
    return {source: reason(code) if code else "" for source, code in found}


@dataclass(frozen=True, slots=True)
class State:
    """How a connection stands. `kind`: told (facts arrive), failing (the newest could not be used), unsigned (the
    newest did not fit the secret), tried (our address was tried, nothing was told) or silent.
    """

    kind: str
    at: dt.datetime | None
    topic: str = ""
    reason: str | Promise = ""
    topics: Sequence[dict[str, Any]] = ()


def state(
    secret: SourceSecret, *, rows: Sequence[dict[str, Any]] | None = None, failed: Sequence[HookDelivery] | None = None
) -> State:
    """What came last from the source of that secret, and how often each topic came. `rows` are its tallies and
    `failed` its newest failures, where the caller has them already.
    """
    key = secret.source.key
    tried, unsigned = (trials.last(what, source_key=key) for what in (trials.TRIED, trials.UNSIGNED))
    # What did not fit an earlier secret says nothing of this one.
    unsigned = unsigned if unsigned and unsigned > secret.set_at else None
    rows = tallies(source=secret.source_id) if rows is None else rows
    newest = max(rows, key=lambda row: row["last_at"], default=None)
    if unsigned and unsigned > max(filter(None, [newest and newest["last_at"], tried]), default=secret.set_at):
        return State("unsigned", unsigned, topics=rows)
    if newest is None:
        return State("tried", tried) if tried else State("silent", None)
    if failed is None:
        all_of = HookDelivery.objects.filter(source=secret.source_id, state=HookDelivery.State.FAILED)
        failed = list(all_of.defer("sealed").order_by("-id")[:1])
    worst = failed[0] if failed else None
    if worst and worst.handled_at and worst.handled_at >= newest["last_at"]:
        return State("failing", worst.handled_at, worst.topic, reason(worst.reason), rows)
    return State("told", newest["last_at"], newest["topic"], topics=rows)


def find_connected(key: str) -> SourceSecret | None:
    """The secret of that source without what it is; None where the source is not connected."""
    return SourceSecret.objects.select_related("source").defer("wrapped").filter(source__key=key).first()


def connected() -> list[SourceSecret]:
    """The sources that may send, with the day their secret was set."""
    return list(SourceSecret.objects.select_related("source").defer("wrapped").order_by("source__key")[:MOST_ROWS])
