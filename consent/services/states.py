"""The latest word per purpose and channel, derived from the ledger.

The state is the greatest record by (time, refusal before grant, id). Each write only ever raises it, so the order in
which records arrive, and two writers at once, make no difference. Who was more than one record before a merge is judged
by `consent.rules.words` over the whole lineage, because records never move; that needs the whole ledger of the person,
so their writers come one after the other (`standing.queue`).
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from django.db import connection

from consent.models import ConsentRecord, ConsentState
from consent.rules import words
from consent.rules.ledger import EXPIRED, SAYS_YES, YES
from consent.selectors.purposes import SPECIAL
from customers.selectors import merges

_LATEST = """
SELECT DISTINCT ON (customer_id, purpose, channel)
    id, customer_id, purpose, channel, status IN {yes} AS is_granted, status, at, id AS record_id,
    CASE WHEN status = 'expired' THEN method ELSE '' END AS ended_by
FROM consent_consentrecord AS said
WHERE customer_id = ANY(%(customers)s) AND status <> 'retracted' {only} AND NOT EXISTS (
    SELECT 1 FROM consent_consentrecord AS back WHERE back.customer_id = said.customer_id AND back.retracts = said.id
)
ORDER BY customer_id, purpose, channel, at DESC, (status IN {yes}), id DESC
"""
_RAISE = (
    "INSERT INTO consent_consentstate AS state (id, customer_id, purpose, channel, is_granted, status, at, record_id,"
    " ended_by)"
    + _LATEST
    + """
ON CONFLICT (customer_id, purpose, channel) DO UPDATE SET
    is_granted = EXCLUDED.is_granted, status = EXCLUDED.status, at = EXCLUDED.at, record_id = EXCLUDED.record_id,
    ended_by = EXCLUDED.ended_by
WHERE (EXCLUDED.at, NOT EXCLUDED.is_granted, EXCLUDED.record_id)
    > (state.at, NOT state.is_granted, state.record_id)
"""
)
# A special detail stands as long as its consent: here, where every change of a state passes, also by merging.
_DROP = """
DELETE FROM consent_specialdetail detail
WHERE customer_id = ANY(%s) AND NOT EXISTS (
    SELECT 1 FROM consent_consentstate state
    WHERE state.customer_id = detail.customer_id AND state.purpose = %s AND state.is_granted
)
"""


def advance(*, written_ids: Collection[uuid.UUID], customers: Collection[uuid.UUID]) -> None:
    """Take new records of these customers into the state, in one statement.

    Call it in their transaction, behind `standing.hold`, and behind `standing.queue` for those who were in a merge.
    """
    if not written_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _RAISE.format(only="AND id = ANY(%(records)s)", yes=SAYS_YES),
            {"customers": sorted(customers), "records": list(written_ids)},
        )
    if trees := merges.trees(customers):
        _judge(trees)
    _drop_special(customers)


def rebuild(customers: Collection[uuid.UUID]) -> None:
    """Derive the states of these customers anew from the ledger: after a merge, a restore, or a doubt.

    An absorbed customer has none: the survivor's stands for both. The caller holds their rows, as a merge does.
    """
    wanted = sorted(customers)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM consent_consentstate WHERE customer_id = ANY(%s)", [wanted])
        cursor.execute("SELECT id FROM customers_customer WHERE id = ANY(%s) AND merged_into IS NULL", [wanted])
        standing = sorted(customer for (customer,) in cursor.fetchall())
        cursor.execute(_RAISE.format(only="", yes=SAYS_YES), {"customers": standing})
    if trees := merges.trees(standing):
        _judge(trees)
    _drop_special(wanted)


def _drop_special(customers: Collection[uuid.UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DROP, [sorted(customers), SPECIAL])


def derived(customers: Collection[uuid.UUID]) -> list[ConsentState]:
    """The states that the ledger gives for these people, who stand for themselves; nothing is written."""
    trees = merges.trees(customers)
    alone = sorted(set(customers) - trees.keys())
    with connection.cursor() as cursor:
        cursor.execute(_LATEST.format(only="", yes=SAYS_YES), {"customers": alone})
        names = ("id", "customer_id", "purpose", "channel", "is_granted", "status", "at", "record_id", "ended_by")
        found = [ConsentState(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    return found + (_judged(trees) if trees else [])


def _judge(trees: Mapping[uuid.UUID, Sequence[merges.Joined]]) -> None:
    """Write the states of people who were in a merge."""
    # Only a rebuild, which empties the slots first, can find one without a word: all that was said there is retracted.
    ConsentState.objects.bulk_create(
        _judged(trees),
        update_conflicts=True,
        unique_fields=["customer", "purpose", "channel"],
        update_fields=["is_granted", "status", "at", "record_id", "ended_by"],
    )


def _judged(trees: Mapping[uuid.UUID, Sequence[merges.Joined]]) -> list[ConsentState]:
    """The states of people who were in a merge: one read of all their records, slot by slot."""
    involved = {customer: _involved(customer, joined) for customer, joined in trees.items()}
    said: dict[uuid.UUID, dict[tuple[str, str], list[words.Said]]] = defaultdict(lambda: defaultdict(list))
    status: dict[uuid.UUID, str] = {}
    ended_by: dict[uuid.UUID, str] = {}
    everybody = {who for people in involved.values() for who in people}
    records = list(ConsentRecord.objects.filter(customer_id__in=everybody).defer("evidence"))
    retracted = {record.retracts for record in records}
    for record in records:
        if record.status == ConsentRecord.Status.RETRACTED or record.id in retracted:
            continue
        status[record.id] = record.status
        ended_by[record.id] = record.method if record.status == EXPIRED else ""
        said[record.customer_id][record.purpose, record.channel].append(
            words.Said(record.at, record.status in YES, record.id, record.status == EXPIRED)
        )
    states = []
    for customer, joined in sorted(trees.items()):
        history = [words.Merge(one.survivor, one.absorbed, one.at, one.until) for one in joined]
        speakers = [who for who in involved[customer] if who in said]
        for purpose, channel in sorted({slot for who in speakers for slot in said[who]}):
            spoken = {who: said[who].get((purpose, channel), []) for who in speakers}
            word = words.last(customer, spoken, history)
            if word is not None:
                states.append(
                    ConsentState(
                        customer_id=customer,
                        purpose=purpose,
                        channel=channel,
                        is_granted=word.granted,
                        status=status[word.id],
                        ended_by=ended_by[word.id],
                        at=word.at,
                        record_id=word.id,
                    )
                )
    return states


def _involved(customer: uuid.UUID, joined: Sequence[merges.Joined]) -> set[uuid.UUID]:
    return {customer, *(who for one in joined for who in (one.survivor, one.absorbed))}
