"""Forgetting what is kept long enough, and proving the ledgers, at N customers."""

import sys
from pathlib import Path

from bench import place
from bench.report import Report


def main(customers: int, target: Path) -> None:
    """Measure."""
    report = Report()
    with place.scratch():
        from bench import keeping

        keeping.run(report, customers=customers)
    report.write(target)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
