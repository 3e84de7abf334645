"""Unmodified clients of other vendors, installed by their own package managers into folders that are thrown away."""

import http.server
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests import running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("clients")


@pytest.fixture(scope="session")
def shop() -> Iterator[running.Shop]:
    with running.shop() as found:
        yield found


@pytest.fixture(scope="session")
def python_with(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """An interpreter that has the package named, and nothing of ours."""
    made: dict[str, Path] = {}

    def make(package: str) -> Path:
        if package not in made:
            folder = tmp_path_factory.mktemp("client")
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            python = folder / "bin" / "python"
            subprocess.run([str(python), "-m", "pip", "install", "--quiet", package], check=True)
            made[package] = python
        return made[package]

    return make


@pytest.fixture(scope="session")
def node_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the clients for Node and browsers."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("There is no npm on this machine.")
    folder = tmp_path_factory.mktemp("node")
    (folder / "package.json").write_text('{"private": true}')
    words = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    packages = ["@segment/analytics-node", "@segment/analytics-next"]
    subprocess.run([npm, *words, *packages], cwd=folder, check=True)
    return folder


@pytest.fixture
def storefront(node_packages: Path, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A website of its own origin that serves a folder with the browser client in it: (folder, address)."""
    shutil.copytree(node_packages / "node_modules/@segment/analytics-next/dist/umd", tmp_path / "lib")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield tmp_path, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
