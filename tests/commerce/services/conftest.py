"""An importer."""

import pytest

from tests.importing import Importer


@pytest.fixture
def imports(db, tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)
