"""manage.py brings its servers along."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import manage
from cdp.run import embedded

Run = Callable[..., subprocess.Popen[str]]
WHERE = "from django.db import connection as c; print(c.cursor().execute('SELECT current_database()').fetchone()[0])"


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        ([], False),
        (["help"], False),
        (["check"], False),
        (["check", "--database", "default"], True),
        (["makemessages", "-l", "th"], False),
        (["migrate"], True),
        (["migrate", "--help"], False),
        (["import_file", "orders", "a.csv"], True),
    ],
)
def test_only_commands_that_touch_data_get_servers(words: list[str], needed: bool) -> None:
    assert manage.needs_servers(["manage.py", *words]) is needed


@pytest.mark.long
def test_a_command_without_data_starts_nothing(var: Path, run: Run) -> None:
    done = run("manage.py", "check")
    _, errors = done.communicate(timeout=180)
    assert done.returncode == 0, errors
    assert not (var / "pg").exists()


@pytest.mark.parametrize(
    ("name", "value"), [("CDP_CURRENCY", "BATH"), ("CDP_SHOP_COUNTRY", "ZZZ"), ("EMAIL_URL", "smpt://x")]
)
def test_a_misspelt_setting_is_refused_at_the_start(
    environment: dict[str, str], run: Run, name: str, value: str
) -> None:
    environment[name] = value
    done = run("manage.py", "check")
    _, errors = done.communicate(timeout=180)
    assert done.returncode != 0
    assert f"ImproperlyConfigured: {name}" in errors


@pytest.mark.long
def test_a_command_has_servers_for_its_own_duration(var: Path, run: Run) -> None:
    done = run("manage.py", "shell", "--no-imports", "-c", WHERE)
    said, errors = done.communicate(timeout=180)
    assert said.strip().splitlines()[-1:] == ["cdp"], errors
    assert embedded.running(var) is None
    assert not (var / "pg" / "postmaster.pid").exists()


@pytest.mark.long
def test_two_commands_share_one_set_of_servers(var: Path, run: Run) -> None:
    servers = embedded.start(var, durable=False)
    try:
        done = run("manage.py", "shell", "--no-imports", "-c", WHERE)
        said, errors = done.communicate(timeout=180)
        assert said.strip().splitlines()[-1:] == ["cdp"], errors
        assert embedded.database_answers(servers.database_url)
    finally:
        servers.stop()
