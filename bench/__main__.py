"""`make bench`: the speed budget, measured against references in the same run on the same machine.

python -m bench [--customers N] [--only tracking,import,pages,segments,keeping,results,sentiment,loyalty]
(default: 1,000,000 customers, everything)

Each part has servers of its own in a directory that is removed afterwards.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

PARTS = ("tracking", "import", "pages", "segments", "keeping", "results", "sentiment", "loyalty")
ROOT = Path(__file__).parents[1]


def main() -> int:
    """Run the parts, each in a process of its own, so that none warms the caches of another."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--only", default=",".join(PARTS))
    options = parser.parse_args()
    var = Path(os.environ.get("CDP_VAR") or ROOT / "var")
    var.mkdir(parents=True, exist_ok=True)
    found: list[str] = []
    failed = 0
    for part in options.only.split(","):
        target = var / f"bench-{part}.json"
        words = [sys.executable, "-m", f"bench.run_{part}", str(options.customers), str(target)]
        failed += subprocess.run(words, cwd=ROOT, check=False).returncode != 0
        if target.exists():
            found.append(target.read_text().strip()[1:-1].strip())
            target.unlink()
    (var / "bench.json").write_text("[\n " + ",\n ".join(found) + "\n]\n")
    print(f"written to {var.name}/bench.json")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
