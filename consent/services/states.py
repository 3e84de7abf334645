"""The latest word per purpose and channel, derived from the ledger.

The state is the greatest record by (time, refusal before grant, id). Each write only ever raises it, so the order in
which records arrive, and two writers at once, make no difference. Who was more than one record before a merge is judged
by `consent.rules.words` over the whole lineage, because records never move.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from django.db import connection

from consent.models import ConsentRecord, ConsentState
from consent.rules import words
from customers.selectors import merges

_RAISE = """
INSERT INTO consent_consentstate AS state (id, customer_id, purpose, channel, is_granted, status, at, record_id)
SELECT DISTINCT ON (customer_id, purpose, channel)
    id, customer_id, purpose, channel, status = 'given', status, at, id
FROM consent_consentrecord
WHERE customer_id = ANY(%(customers)s) {only}
ORDER BY customer_id, purpose, channel, at DESC, (status = 'given'), id DESC
ON CONFLICT (customer_id, purpose, channel) DO UPDATE SET
    is_granted = EXCLUDED.is_granted, status = EXCLUDED.status, at = EXCLUDED.at, record_id = EXCLUDED.record_id
WHERE (EXCLUDED.at, NOT EXCLUDED.is_granted, EXCLUDED.record_id)
    > (state.at, NOT state.is_granted, state.record_id)
"""


def advance(*, written_ids: Collection[uuid.UUID], customers: Collection[uuid.UUID]) -> None:
    """Take new records of these customers into the state, in one statement. Call it in their transaction."""
    if not written_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _RAISE.format(only="AND id = ANY(%(records)s)"),
            {"customers": sorted(customers), "records": list(written_ids)},
        )
    if trees := merges.trees(customers):
        _judge(trees)


def rebuild(customers: Collection[uuid.UUID]) -> None:
    """Derive the states of these customers anew from the ledger: after a merge, a restore, or a doubt.

    An absorbed customer has none: the survivor's stands for both.
    """
    wanted = sorted(customers)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM consent_consentstate WHERE customer_id = ANY(%s)", [wanted])
        cursor.execute("SELECT id FROM customers_customer WHERE id = ANY(%s) AND merged_into IS NULL", [wanted])
        standing = sorted(customer for (customer,) in cursor.fetchall())
        cursor.execute(_RAISE.format(only=""), {"customers": standing})
    if trees := merges.trees(standing):
        _judge(trees)


def _judge(trees: Mapping[uuid.UUID, Sequence[merges.Joined]]) -> None:
    """Write the states of people who were in a merge: one read of all their records, one delete, one insert."""
    involved = {*trees, *(who for joined in trees.values() for one in joined for who in (one.survivor, one.absorbed))}
    said: dict[tuple[str, str], dict[uuid.UUID, list[words.Said]]] = defaultdict(lambda: defaultdict(list))
    status: dict[uuid.UUID, str] = {}
    for record in ConsentRecord.objects.filter(customer_id__in=involved).defer("evidence"):
        granted = record.status == ConsentRecord.Status.GIVEN
        status[record.id] = record.status
        said[record.purpose, record.channel][record.customer_id].append(words.Said(record.at, granted, record.id))
    states = []
    for customer, joined in trees.items():
        history = [words.Merge(one.survivor, one.absorbed, one.at, one.until) for one in joined]
        for (purpose, channel), spoken in said.items():
            word = words.last(customer, spoken, history)
            if word is not None:
                states.append(
                    ConsentState(
                        customer_id=customer,
                        purpose=purpose,
                        channel=channel,
                        is_granted=word.granted,
                        status=status[word.id],
                        at=word.at,
                        record_id=word.id,
                    )
                )
    ConsentState.objects.filter(customer_id__in=list(trees)).delete()
    ConsentState.objects.bulk_create(states)
