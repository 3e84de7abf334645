"""Which keys point at rows of these customers: merging, un-merging and erasing take them along."""

import uuid
from collections.abc import Collection

from surveys.models import Invitation, Response, RewardClaim


def of_responses(customers: Collection[uuid.UUID]) -> dict[bytes, uuid.UUID]:
    """Digest → customer, of the secrets by which responses are gone on with."""
    return _of(Response, "key_digest", customers)


def of_invitations(customers: Collection[uuid.UUID]) -> dict[bytes, uuid.UUID]:
    """Digest → customer, of the secrets in links."""
    return _of(Invitation, "key_digest", customers)


def of_claims(customers: Collection[uuid.UUID]) -> dict[bytes, uuid.UUID]:
    """Digest → customer, of the codes that were brought."""
    return _of(RewardClaim, "code_digest", customers)


def _of(
    model: type[Response | Invitation | RewardClaim], column: str, customers: Collection[uuid.UUID]
) -> dict[bytes, uuid.UUID]:
    rows = model._default_manager.filter(customer_id__in=customers, **{f"{column}__isnull": False})
    return {bytes(digest): customer for digest, customer in rows.values_list(column, "customer_id")}
