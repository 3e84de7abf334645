"""A real mail server, a running shop and the files of the story."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import running
from tests.chaos import story


@pytest.fixture
def mail() -> Iterator[running.MailServer]:
    server = running.MailServer()
    yield server
    server.stop()


@pytest.fixture
def shop(mail: running.MailServer) -> Iterator[running.Shop]:
    with running.shop(email_url=mail.url) as found:
        yield found


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return story.write_files(tmp_path)
