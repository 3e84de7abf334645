"""A lock belongs to a process for as long as it lives."""

from pathlib import Path

from cdp.run import launch


def test_a_lock_is_refused_while_somebody_else_holds_it(tmp_path: Path) -> None:
    first, second = launch.Lock(tmp_path / "lock"), launch.Lock(tmp_path / "lock")
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()


def test_readers_share_a_lock_and_keep_a_writer_out(tmp_path: Path) -> None:
    readers = [launch.Lock(tmp_path / "lock") for _ in range(2)]
    writer = launch.Lock(tmp_path / "lock")
    assert all(reader.acquire(shared=True) for reader in readers)
    assert not writer.acquire()
    for reader in readers:
        reader.release()
    assert writer.acquire()
    writer.release()
