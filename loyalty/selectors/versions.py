"""Which version of the programme holds when. Published ones never change, so what was read once is kept."""

import hashlib
import json
import uuid
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from loyalty.models import ProgrammeVersion, WalletType
from loyalty.rules import programme as rules
from loyalty.rules.programme import Programme


@dataclass(frozen=True, slots=True)
class Version:
    """A published version, read."""

    id: uuid.UUID
    number: int
    starts_at: datetime
    programme: Programme


class Timeline:
    """All published versions; of two that start at the same moment the later number holds."""

    def __init__(self, versions: Sequence[Version]) -> None:
        """See `published`."""
        self.versions = sorted(versions, key=lambda version: (version.starts_at, version.number))
        self._starts = [version.starts_at for version in self.versions]
        self._by_id = {version.id: version for version in versions}

    def __bool__(self) -> bool:
        """Whether there is a programme at all."""
        return bool(self.versions)

    @property
    def starts_at(self) -> datetime:
        """When the first one began. Only where there is one."""
        return self._starts[0]

    def at(self, moment: datetime) -> Version | None:
        """The one in force at a moment; None before the first."""
        place = bisect_right(self._starts, moment)
        return self.versions[place - 1] if place else None

    def by_id(self, version: uuid.UUID | None) -> Version | None:
        """That one; None for none and for one that is not published."""
        return self._by_id.get(version) if version else None


def published() -> Timeline:
    """Every version that was published. One query without the definitions that are known here already."""
    rows = ProgrammeVersion.objects.filter(published_at__isnull=False).values_list("id", "number", "starts_at")
    return Timeline([Version(row, number, starts_at, _programme(row)) for row, number, starts_at in rows if starts_at])


def in_force(at: datetime) -> Version | None:
    """The version that holds at a moment."""
    return published().at(at)


def draft() -> ProgrammeVersion | None:
    """What is being worked on, if anything is."""
    return ProgrammeVersion.objects.filter(published_at__isnull=True).first()


def mark(draft: ProgrammeVersion | None) -> str:
    """A short name of what a draft says now, so that nobody overwrites what they have not seen; empty for none."""
    if draft is None:
        return ""
    return hashlib.sha256(json.dumps(draft.definition, sort_keys=True).encode()).hexdigest()[:16]


def digits() -> dict[str, int]:
    """How finely each wallet counts: points and stamps whole, money as its currency does."""
    return {wallet.key: wallet.digits for wallet in WalletType.objects.all()}


@lru_cache(maxsize=64)
def _programme(version: uuid.UUID) -> Programme:
    return rules.read(ProgrammeVersion.objects.values_list("definition", flat=True).get(id=version))
