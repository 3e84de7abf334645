"""A process beside this one: what it makes comes through, and neither outlives the other."""

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from cdp.core import apart
from cdp.core.files.problems import FileProblem


def test_what_is_made_comes_in_order_from_another_process():
    with apart.running(lambda: ((os.getpid(), number) for number in range(3))) as found:
        pids, numbers = zip(*found, strict=True)
    assert numbers == (0, 1, 2)
    assert set(pids) != {os.getpid()}


def test_its_exceptions_come_through_after_what_it_made():
    def make() -> Iterator[int]:
        yield 1
        raise FileProblem("damaged_file")

    got = []
    with pytest.raises(FileProblem) as caught, apart.running(make) as found:
        got.extend(found)
    assert (got, caught.value.code) == ([1], "damaged_file")


def test_one_that_is_killed_is_told():
    def make() -> Iterator[int]:
        yield 1
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(apart.Died), apart.running(make) as found:
        list(found)


def test_large_pieces_come_whole():
    with apart.running(lambda: iter([b"x" * 5_000_000])) as found:
        assert list(map(len, found)) == [5_000_000]


def test_works_where_pipes_cannot_be_widened(monkeypatch):
    monkeypatch.delattr(apart.fcntl, "F_SETPIPE_SZ")  # as on macOS
    with apart.running(lambda: iter([b"x" * 5_000_000])) as found:
        assert list(map(len, found)) == [5_000_000]


def test_it_ends_when_nobody_wants_more():
    with apart.running(lambda: iter(os.getpid, None)) as found:
        pid = next(found)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.django_db
def test_it_inherits_no_database_connection_and_leaves_ours_open():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ours = cursor.fetchone()

    def make() -> Iterator[tuple[list[str], bool]]:
        files = [str(Path(f"/proc/self/fd/{number}").readlink()) for number in range(3, 1000) if _is_open(number)]
        yield files, connection.connection is None

    with apart.running(make) as found:
        [(files, is_forgotten)] = found
    assert not [file for file in files if file.startswith("socket:")]
    assert is_forgotten
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() == ours


def _is_open(number: int) -> bool:
    return Path(f"/proc/self/fd/{number}").is_symlink()


def test_it_ends_with_a_parent_that_is_killed():
    code = (
        "import django, itertools, os\n"
        "from cdp.core import apart\n"
        "with apart.running(lambda: ((os.getpid(), bytes(100_000)) for _ in itertools.count())) as found:\n"
        "    print(next(found)[0], flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "cdp.settings"}
    parent = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, timeout=60, check=False)
    # Its output only ends once the process beside it, which holds the same file, has ended as well.
    assert parent.returncode == -signal.SIGKILL
    assert int(parent.stdout) != os.getpid()


def test_it_is_one_piece_ahead_at_most(tmp_path):
    def make() -> Iterator[bytes]:
        for number in itertools.count():
            (tmp_path / str(number)).touch()
            yield bytes(4_000_000)

    with apart.running(make) as found:
        next(found)
        next(found)
        assert len(list(tmp_path.iterdir())) <= 3
