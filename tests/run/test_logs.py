"""The lines of the children."""

from pathlib import Path

import pytest

from cdp.run import logs


def test_a_line_that_arrives_in_pieces_is_shown_once_and_whole(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = logs.Output(tmp_path)
    for piece in (b"one\ntw", b"o", b"\nthree"):
        output.feed("web", piece)
    assert capfd.readouterr().err == "web      | one\nweb      | two\n"
    output.flush("web")
    assert capfd.readouterr().err == "web      | three\n"
    assert (tmp_path / "web.log").read_bytes() == b"one\ntwo\nthree\n"


def test_standard_output_is_left_to_the_promised_lines(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    logs.Output(tmp_path).line("web", b"something")
    assert capfd.readouterr().out == ""


def test_a_log_file_stays_small_and_old_lines_are_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LARGEST_FILE", 100)
    file = logs.LogFile(tmp_path / "web.log")
    for number in range(100):
        file.write(f"line {number}".encode())
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["web.log", "web.log.1", "web.log.2", "web.log.3"]
    assert all(path.stat().st_size <= 120 for path in tmp_path.iterdir())
    assert "line 99" in "".join((tmp_path / name).read_text() for name in ("web.log", "web.log.1"))
