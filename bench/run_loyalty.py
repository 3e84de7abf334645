"""Points for N customers' orders, and redemptions by 32 tills."""

import itertools
import json
import statistics
import sys
from pathlib import Path

from bench import load, place
from bench.report import Report
from bench.run_tracking import server

TILLS = 32
KEYS = 8
SECONDS = 15.0


def main(customers: int, target: Path) -> None:
    """Measure. Every fifth customer is a member with five orders: as many orders as customers."""
    report = Report()
    with place.scratch() as var:
        from bench import loyalty

        loyalty.run(report, customers=max(customers // loyalty.ORDERS, 1000))
        _redemptions(report, var)
    report.write(target)


def _redemptions(report: Report, var: Path) -> None:
    """Everything a till's call does over HTTP: key, rate limit, lock, ledger, answer. Each redeems of somebody else."""
    from django.utils import timezone

    from bench import loyalty
    from cdp.core import api_keys
    from cdp.core.actors import SYSTEM
    from cdp.core.models import Source

    now = timezone.now()
    keys = [
        api_keys.create(
            name=f"Till {n}", scopes=["*"], source=Source.objects.create(key=f"till-{n}"), actor=SYSTEM, at=now
        )
        for n in range(KEYS)
    ]  # as several stores have them: one key answers 200 calls a second
    people = loyalty.wealthy(20_000)
    numbers = itertools.count()

    def redeem(_number: int) -> bytes:
        number = next(numbers)
        body = json.dumps({"points": 1, "external_id": f"sale-{number}"}).encode()
        return (
            f"POST /api/v1/loyalty/accounts/{people[number % len(people)]}/redeem HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {keys[number % KEYS][1]}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    times: list[float] = []
    with server("cdp.wsgi:application", var) as port:
        load.run(port, redeem, clients=TILLS, seconds=3.0, status=201)
        answers, took = load.run(port, redeem, clients=TILLS, seconds=SECONDS, status=201, times=times)
    median, p95 = statistics.median(times), statistics.quantiles(times, n=20)[18]
    note = f"p95 of {answers:,} by {TILLS} tills, {answers / took:,.0f}/s; half within {median * 1000:.0f} ms"
    report.bound("redemption over HTTP", seconds=p95, target=0.5, note=note)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
