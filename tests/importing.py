"""Imports for tests: a text becomes a file, goes through the same engine as the command, and its report comes back."""

import dataclasses
import itertools
from pathlib import Path
from typing import Any

import pytest

from cdp.core.actors import SYSTEM
from cdp.core.imports import registry, running
from cdp.core.models import Job

_numbers = itertools.count()


class Importer:
    """Imports texts as files of one folder; `chunk` makes the chunks of a kind small."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.patch = folder, patch
        self.job: Job

    def chunk(self, kind: str, size: int) -> None:
        """Let chunks of `kind` have `size` rows."""
        self.patch.setitem(registry._kinds, kind, dataclasses.replace(registry.get(kind), chunk=size))

    def file(self, content: str | bytes) -> Path:
        """A new file."""
        path = self.folder / f"{next(_numbers)}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def begin(self, kind: str, content: str | bytes | Path, **how: Any) -> Job:
        """A job for the content, not run yet."""
        path = content if isinstance(content, Path) else self.file(content)
        how = {"source": "shop", "mapping": None, "dry_run": False, "actor": SYSTEM, **how}
        self.job = running.begin(kind=kind, path=path, **how)
        return self.job

    def __call__(self, kind: str, content: str | bytes | Path, **how: Any) -> dict[str, Any]:
        """Import; the report in the form of the contract."""
        self.job = running.finish(self.begin(kind, content, **how), lambda done, total: None)
        return running.report(self.job)

    def problems(self) -> list[tuple[int, str, str]]:
        """Line, column and code of what was rejected."""
        return [(one["line"], one["column"], one["code"]) for one in running.report(self.job)["rejected"]]

    def remarks(self) -> set[str]:
        """The codes of all warnings."""
        return {one["code"] for one in running.report(self.job)["warnings"]}
