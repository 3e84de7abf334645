"""A database of its own for one benchmark: embedded servers in a directory that is removed afterwards."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cdp.run import embedded


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Servers, settings and an empty migrated database; Django is ready inside."""
    var = Path(tempfile.mkdtemp(prefix="cdp-bench-"))
    var.chmod(0o755)
    for name in [name for name in os.environ if name.startswith("CDP_") or name in {"DATABASE_URL", "REDIS_URL"}]:
        del os.environ[name]
    servers = embedded.start(var)
    os.environ |= {
        "CDP_VAR": str(var),
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "DJANGO_SETTINGS_MODULE": "cdp.settings",
        "LOG_LEVEL": "ERROR",
    }
    try:
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield var
    finally:
        servers.stop()
        shutil.rmtree(var, ignore_errors=True)
