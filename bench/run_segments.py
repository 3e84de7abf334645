"""Segments and metrics at N customers."""

import sys
from pathlib import Path

from bench import place
from bench.report import Report


def main(customers: int, target: Path) -> None:
    """Measure."""
    report = Report()
    with place.scratch():
        from bench import segments

        segments.run(report, customers=customers)
    report.write(target)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
