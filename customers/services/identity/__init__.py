"""Who is it? Deterministic identity resolution, many people at a time.

resolving  the decision: which customer each person is, pure over what was read (see `deciding`)
deciding   limits, priorities, shared phones, conflicts
batches    people with their keys, and perhaps rows, made beforehand
fresh      the rows of a new customer, spelt before it is known who is new
writing    new customers by COPY, changes of known ones set-wise
"""

from customers.services.identity.batches import (
    PACKED,
    Batch,
    Keys,
    collected,
    dropped,
    gather,
    packed,
    prepare,
    prepare_alike,
    unpacked,
)
from customers.services.identity.fresh import Maker
from customers.services.identity.resolving import (
    Foresight,
    IdentityConflict,
    Outcome,
    Resolution,
    UnableToResolve,
    find,
    forgotten,
    keys_of,
    look_up,
    resolve_batch,
    resolve_many,
)
from customers.services.suppressions import Suppressed, Teller

__all__ = [
    "PACKED",
    "Batch",
    "Foresight",
    "IdentityConflict",
    "Keys",
    "Maker",
    "Outcome",
    "Resolution",
    "Suppressed",
    "Teller",
    "UnableToResolve",
    "collected",
    "dropped",
    "find",
    "forgotten",
    "gather",
    "keys_of",
    "look_up",
    "packed",
    "prepare",
    "prepare_alike",
    "resolve_batch",
    "resolve_many",
    "unpacked",
]
