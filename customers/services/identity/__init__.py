"""Who is it? Deterministic identity resolution, many people at a time.

resolving  the decision: which customer each person is, pure over what was read (see `deciding`)
deciding   limits, priorities, shared phones, conflicts
writing    new customers by COPY, changes of known ones set-wise
"""

from customers.services.identity.resolving import Outcome, Resolution, find, resolve_many

__all__ = ["Outcome", "Resolution", "find", "resolve_many"]
