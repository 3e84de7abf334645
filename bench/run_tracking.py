"""The tracking door and the inbox behind it.

Single events by 32 clients against a Django view that only answers, on the same server with the settings of `make run`;
batches of 100 and the way from the inbox to facts against COPY commits of the same 100 rows on as many connections.
The reference has no middleware and its rows come ready-made: it is what nobody could beat by much.
"""

import base64
import contextlib
import itertools
import json
import multiprocessing
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import load, place
from bench.report import Report
from cdp.run import launch, programs

CLIENTS = 32
SECONDS = 3.0
ROUNDS = 3
BATCH = 100
USERS = 5000
PROCESSES = 2
DRAIN_SECONDS = 15.0
_counter = itertools.count()


def main(_customers: int, target: Path) -> None:
    """Measure."""
    report = Report()
    with place.scratch() as var:
        from cdp.core import api_keys
        from cdp.core.models import Source

        source = Source.objects.create(key="bench-web", name="Bench")
        key = api_keys.create_write_key(source)
        _single(report, var, key)
        reference = _batches(report, var, key)
        _drain(report, reference)
    report.write(target)


def _single(report: Report, var: Path, key: str) -> None:
    bare, door = [], []
    with server("bench.bare:application", var) as bare_port, server("cdp.wsgi:application", var) as door_port:
        for _ in range(ROUNDS):
            bare.append(_rate(bare_port, _singles(key)))
            door.append(_rate(door_port, _singles(key)))
    rate, reference = statistics.median(door), statistics.median(bare)
    note = f"{rate:,.0f} durable events/s by {CLIENTS} clients; bare view {reference:,.0f}/s"
    report.speedup("tracking single", rate=rate, reference=reference, target=0.5, note=note)


def _batches(report: Report, var: Path, key: str) -> float:
    copies, door = [], []
    with server("cdp.wsgi:application", var) as port:
        for _ in range(ROUNDS):
            copies.append(_copies())
            door.append(_rate(port, _hundreds(key)) * BATCH)
    rate, reference = statistics.median(door), statistics.median(copies)
    note = f"{rate:,.0f} durable events/s; COPY of {BATCH} rows {reference:,.0f}/s"
    report.speedup("tracking batches of 100", rate=rate, reference=reference, target=0.6, note=note)
    return reference


def _drain(report: Report, reference: float) -> None:
    from django.utils import timezone

    from customers.services import buckets
    from events.services import draining

    buckets.ensure()
    draining.drain(now=timezone.now())  # the first one makes partitions and people
    stored, started = 0, time.perf_counter()
    with contextlib.closing(draining.work_off(now=timezone.now)) as batches:
        for done in batches:
            stored += done.stored if done else 0
            if time.perf_counter() - started > DRAIN_SECONDS:
                break
    rate = stored / (time.perf_counter() - started)
    note = f"{rate:,.0f} events/s by one worker, {USERS:,} people"
    report.speedup("inbox → resolved events", rate=rate, reference=reference, target=0.2, note=note)


# --- Asking -----------------------------------------------------------------------------------------------------


def _rate(port: int, request: Callable[[int], bytes]) -> float:
    load.run(port, request, clients=CLIENTS, seconds=1.0, first=next(_counter) * 10_000_000)
    answers, took = load.run(port, request, clients=CLIENTS, seconds=SECONDS, first=next(_counter) * 10_000_000)
    return answers / took


def _event(number: int) -> dict[str, Any]:
    return {
        "type": "track",
        "event": "Product Viewed",
        "userId": f"user-{number % USERS}",
        "messageId": f"bench-{number:012d}",
        "timestamp": "2026-11-20T08:15:30.123Z",
        "properties": {
            "product_id": f"p-{number % 300}",
            "sku": "A-1",
            "price": 12.5,
            "currency": "THB",
            "quantity": 1,
        },
        "context": {"library": {"name": "bench", "version": "1"}, "page": {"path": "/serum", "title": "Serum"}},
        "integrations": {},
    }


def _head(key: str, path: str, length: int) -> bytes:
    basic = base64.b64encode(f"{key}:".encode()).decode()
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {basic}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def _singles(key: str) -> Callable[[int], bytes]:
    before, after = _around(json.dumps(_event(0)).encode())
    head = _head(key, "/v1/track", len(before) + len(after) + 12)
    return lambda number: b"%b%b%012d%b" % (head, before, number, after)


def _hundreds(key: str) -> Callable[[int], bytes]:
    parts = [_around(json.dumps(_event(number)).encode()) for number in range(BATCH)]
    size = sum(len(before) + len(after) + 12 for before, after in parts) + BATCH - 1
    head = _head(key, "/v1/batch", size + len(b'{"batch":[]}'))
    users = [part[0] for part in parts]

    def request(number: int) -> bytes:
        events = [b"%b%012d%b" % (users[n], number * BATCH + n, parts[n][1]) for n in range(BATCH)]
        return b'%b{"batch":[%b]}' % (head, b",".join(events))

    return request


def _around(raw: bytes) -> tuple[bytes, bytes]:
    before, _, after = raw.partition(b"bench-")
    return before + b"bench-", after[12:]


# --- Servers and the reference of COPY -----------------------------------------------------------------------------


@contextlib.contextmanager
def server(application: str, var: Path) -> Iterator[int]:
    """The web server as `make run` starts it, serving another application if told; its port."""
    port = launch.free_port()
    child = programs.web({}, host="127.0.0.1", port=port)
    command = [application if word == "cdp.wsgi:application" else word for word in child.command()]
    environment = {**os.environ, "PORT": str(port), "CDP_VAR": str(var), "LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait(port, process)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # nothing of it is needed any more, whatever its workers do
        process.wait()


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/track", data=b"{}", timeout=5).close()
            return
        except urllib.error.HTTPError:
            return  # it answers, that is enough
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the web server did not start")


def _copies() -> float:
    """Rows a second: as many connections as clients, spread over as many processes as the server has workers."""
    url = os.environ["DATABASE_URL"]
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bench_event")
        connection.execute(
            "CREATE TABLE bench_event (id uuid PRIMARY KEY, source_id uuid, received_at timestamptz, event text)"
        )
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        return sum(pool.starmap(_copy_rows, [(url, CLIENTS // PROCESSES, SECONDS)] * PROCESSES))


def _copy_rows(url: str, connections: int, seconds: float) -> float:
    import psycopg

    rows = [json.dumps(_event(number)) for number in range(BATCH)]
    source = uuid.uuid4()
    counts = [0] * connections
    opened = [psycopg.connect(url, autocommit=True) for _ in range(connections)]
    started = time.perf_counter()

    def work(place: int) -> None:
        while time.perf_counter() - started < seconds:
            lines = "".join([f"{uuid.uuid4()}\t{source}\t2026-11-20 08:15:30+00\t{row}\n" for row in rows])
            with opened[place].cursor() as cursor, cursor.copy("COPY bench_event FROM STDIN") as copy:
                copy.write(lines)
            counts[place] += BATCH

    threads = [threading.Thread(target=work, args=[place]) for place in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    for connection in opened:
        connection.close()
    return sum(counts) / took


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
