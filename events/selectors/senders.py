"""Who may send through the tracking door: sources with a write key, their origins and limits."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

from cdp.core.models import Source
from events.models import SourceLimits
from events.rules.tracking import Limits


class Known(NamedTuple):
    """A source as the door needs it."""

    id: uuid.UUID
    key: str
    origins: frozenset[str]
    limits: Limits
    must_ask: bool = False  # silence is no consent
    refuses: bool = False  # what nobody allowed is not taken


def by_digest() -> dict[bytes, Known]:
    """Every source with a write key, by the digest of that key. Sources are few: this is two small reads."""
    allowed = limits()
    rows = Source.objects.filter(write_key_digest__isnull=False).values_list(
        "id", "key", "allowed_origins", "write_key_digest", "consent_mode", "without_consent"
    )
    return {
        bytes(digest): Known(
            id,
            key,
            frozenset(origin.rstrip("/") for origin in origins),
            allowed[id],
            must_ask=mode == "require",
            refuses=without == "refuse",
        )
        for id, key, origins, digest, mode, without in rows
        if digest is not None
    }


def limits(sources: Collection[uuid.UUID] | None = None) -> Mapping[uuid.UUID, Limits]:
    """What each source may send, or each of these: its own limits, or the usual ones."""
    own = SourceLimits.objects.all() if sources is None else SourceLimits.objects.filter(source_id__in=sources)
    rows = own.values_list("source_id", "event_bytes", "body_bytes", "batch_events")
    return defaultdict(Limits, {source: Limits(*told) for source, *told in rows})
