"""Who is it? Deterministic identity resolution, many people at a time.

resolving  the decision: which customer each person is, pure over what was read (see `deciding`)
deciding   limits, priorities, shared phones, conflicts
writing    new customers by COPY, changes of known ones set-wise
"""

from customers.services.identity.resolving import (
    IdentityConflict,
    Outcome,
    Resolution,
    UnableToResolve,
    find,
    keys_of,
    look_up,
    resolve_many,
)

__all__ = [
    "IdentityConflict",
    "Outcome",
    "Resolution",
    "UnableToResolve",
    "find",
    "keys_of",
    "look_up",
    "resolve_many",
]
