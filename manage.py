#!/usr/bin/env python
"""Django's command line, with servers.

Where DATABASE_URL or REDIS_URL is not set, a command that needs them uses the servers of a running `make run`, or
starts the embedded ones for its own duration. They are found before Django reads its settings.
"""

import atexit
import os
import signal
import sys
from pathlib import Path

# Commands that read no data. Everything else gets servers: a needless second is better than a strange error.
SERVERLESS = {
    *("check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages"),
    *("makemigrations", "messages", "spectacular", "startapp", "startproject", "up", "version"),
}
ASKING = {"--help", "-h", "--version"}


def main(argv: list[str]) -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdp.settings")
    if argv[1:2] == ["up"] and not ASKING.intersection(argv):
        from cdp.run import supervisor

        sys.exit(supervisor.main())
    if needs_servers(argv):
        find_servers()
    from django.core.management import execute_from_command_line

    execute_from_command_line(argv)


def needs_servers(argv: list[str]) -> bool:
    """Whether this command reads or writes data."""
    if len(argv) < 2 or ASKING.intersection(argv):
        return False
    return argv[1] not in SERVERLESS or any(word.startswith("--database") for word in argv)


def find_servers() -> None:
    """Set DATABASE_URL and REDIS_URL where they are missing."""
    wants = {"postgres": not os.environ.get("DATABASE_URL"), "valkey": not os.environ.get("REDIS_URL")}
    if not any(wants.values()):
        return
    from cdp.run import embedded, launch

    var = Path(os.environ.get("CDP_VAR") or Path(__file__).with_name("var")).resolve()
    # Asked to end, Python runs no exit functions by itself.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        servers = embedded.use(var, **wants)
    except launch.UnableToStartError as error:
        sys.exit(str(error))
    atexit.register(servers.stop)
    if wants["postgres"]:
        os.environ["DATABASE_URL"] = servers.database_url
    if wants["valkey"]:
        os.environ["REDIS_URL"] = servers.redis_url


if __name__ == "__main__":
    main(sys.argv)
