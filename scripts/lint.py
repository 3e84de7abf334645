#!/usr/bin/env python3
"""`make lint`: every check of the source, one after the other, all of them even when one fails."""

import base64
import contextlib
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
sys.path.insert(0, str(ROOT))

from cdp.run import embedded  # noqa: E402  only now can it be found


def main() -> int:
    failed = []
    # A throw-away database, because Django compares the migrations with it (and waits long for one that is not there).
    with tempfile.TemporaryDirectory() as var, contextlib.closing(_Servers(Path(var))) as servers:
        environment = production_like(var, servers.database_url)
        manage = [str(BIN / "python"), "manage.py"]
        for name, command in (
            ("style", [str(BIN / "ruff"), "check", "."]),
            ("format", [str(BIN / "ruff"), "format", "--check", "."]),
            ("tree", [str(BIN / "python"), "scripts/lint_tree.py"]),
            ("architecture", [str(BIN / "lint-imports")]),
            ("migrations", [*manage, "makemigrations", "--check", "--dry-run"]),
            ("deployment", [*manage, "check", "--deploy", "--fail-level", "WARNING"]),
            ("types", [str(BIN / "mypy")]),
        ):
            start = time.monotonic()
            answer = subprocess.run(
                command,
                cwd=ROOT,
                env=environment,
                text=True,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                check=False,
            )
            ok = answer.returncode == 0
            print(f"{'ok    ' if ok else 'FAILED'} {name} ({time.monotonic() - start:.1f} s)", flush=True)
            if not ok:
                failed.append(name)
                print(answer.stdout, answer.stderr, sep="\n", flush=True)
    print(f"lint: {'failed: ' + ', '.join(failed) if failed else 'all passed'}")
    return 1 if failed else 0


class _Servers:
    def __init__(self, var: Path) -> None:
        var.chmod(0o711)
        self._servers = embedded.start(var, valkey=False, durable=False)
        self.database_url = self._servers.database_url

    def close(self) -> None:
        self._servers.stop()


def production_like(var: str, database_url: str) -> dict[str, str]:
    """An environment as in a real deployment, so that the deployment checks judge what people will run."""
    keep = {name: value for name, value in os.environ.items() if not name.startswith("CDP_")}
    return {
        **keep,
        "CDP_VAR": var,
        "CDP_BASE_URL": "https://shop.example.com",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "CDP_ENCRYPTION_KEYS": f"lint:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "DATABASE_URL": database_url,
        "REDIS_URL": "redis://127.0.0.1:1",
    }


if __name__ == "__main__":
    sys.exit(main())
