"""Is it well? `python -m cdp.run.health web|beat` for health checks of containers; the supervisor asks here too."""

import http.client
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

BEAT_SILENT = 600.0
"""Beat writes its schedule every three minutes; silent for longer than this many seconds, it hangs."""


def web_answers(port: int, base_url: str, *, path: str = "/healthz", host: str = "127.0.0.1") -> bool:
    """Whether the web server answers 200 there. Asked by the public name, because it refuses others."""
    # http.client, because urllib would ask a proxy named in the environment.
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": urlsplit(base_url).netloc})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def beat_is_alive(var: Path) -> bool:
    """Whether beat has written its schedule lately."""
    now = time.time()
    return any(now - file.stat().st_mtime < BEAT_SILENT for file in var.glob("celerybeat-schedule*"))


def main(argv: list[str]) -> int:
    """0 when what is named is well."""
    if argv[1:] == ["web"]:
        port = int(os.environ.get("PORT") or 8000)
        return not web_answers(port, os.environ.get("CDP_BASE_URL", "http://127.0.0.1"), path="/readyz")
    if argv[1:] == ["beat"]:
        return not beat_is_alive(Path(os.environ["CDP_VAR"]))
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
