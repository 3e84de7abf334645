"""Real servers and processes, each test in a directory of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import rmtree

import pytest

from tests import running

ROOT = Path(__file__).parents[2]


@pytest.fixture
def var() -> Iterator[Path]:
    """An empty CDP_VAR that the account `nobody` could pass through."""
    path = Path(tempfile.mkdtemp(prefix="cdp-run-"))
    path.chmod(0o755)
    yield path
    rmtree(path, ignore_errors=True)


@pytest.fixture
def environment(var: Path) -> dict[str, str]:
    """As on a machine where nobody has set anything."""
    drop = ("CDP_", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PYTEST_", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(drop)}
    return {**kept, "CDP_VAR": str(var), "CDP_SAMPLE": "0", "PORT": str(running.quiet_port())}


@pytest.fixture
def run(environment: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a Python program from the root of the repository; whatever is left of it dies with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
