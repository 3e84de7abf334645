#!/usr/bin/env python3
"""`make lint`: every check of the source, one after the other, all of them even when one fails. Needs no server."""

import base64
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"


def main() -> int:
    failed = []
    with tempfile.TemporaryDirectory() as var:
        environment = production_like(var)
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


def production_like(var: str) -> dict[str, str]:
    """An environment as in a real deployment, so that the deployment checks judge what people will run."""
    keep = {name: value for name, value in os.environ.items() if not name.startswith("CDP_")}
    return {
        **keep,
        "CDP_VAR": var,
        "CDP_BASE_URL": "https://shop.example.com",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "CDP_ENCRYPTION_KEYS": f"lint:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "DATABASE_URL": "postgres://cdp:cdp@127.0.0.1:1/cdp",
        "REDIS_URL": "redis://127.0.0.1:1",
        # Without a database Django cannot compare the applied migrations and says so; only the files are looked at.
        "PYTHONWARNINGS": "ignore:Got an error checking a consistent migration history:RuntimeWarning",
    }


if __name__ == "__main__":
    sys.exit(main())
