"""Reduces public postcode data to what the rules ask: postcode → province and district, for Thailand and Korea.

    scripts/postcodes.py GEOTHAI_FOLDER KOZIP_JSON

GEOTHAI_FOLDER is the unpacked package geothai (PyPI), KOZIP_JSON the file new_zip.json of the package kozip (PyPI).
Run by hand when the posts change their codes; the two small tables it writes are committed.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

TARGET = Path(__file__).parents[1] / "customers" / "rules" / "postcodes"
_THAILAND = """\
# Thailand: districts (number|Thai|English; the first two digits are the province), then the districts of each postcode.
# Reduced by scripts/postcodes.py from geothai 3.2.1 (code MIT; data CC BY 4.0: GeoThai/data, Pongsakorn Thipayanate;
# Department of Provincial Administration, Thailand Post, thailand-geography-json by Joe Takara, MIT).
"""
_KOREA = """\
# Korea: first|last postcode of a run with the same district|province,district of it (several with ; between).
# Reduced by scripts/postcodes.py from kozip 1.1.4 (MIT; the public postcode file of Korea Post, November 2021).
"""


def main(geothai: Path, kozip: Path) -> None:
    """Write both tables."""
    (TARGET / "thailand.txt").write_text(_THAILAND + _thailand(geothai / "_data"), "utf-8")
    (TARGET / "korea.txt").write_text(_KOREA + _korea(kozip), "utf-8")


def _thailand(folder: Path) -> str:
    districts = json.loads((folder / "districts.json").read_text("utf-8"))
    found: dict[str, set[str]] = defaultdict(set)
    for code, _thai, _english, postcodes in json.loads((folder / "subdistricts.json").read_text("utf-8")):
        for postcode in postcodes.split():
            found[postcode].add(code[:4])
    names = ["|".join(row) for row in sorted(districts)]
    return "\n".join([*names, "", *(f"{code}|{','.join(sorted(found[code]))}" for code in sorted(found))]) + "\n"


def _korea(path: Path) -> str:
    """The file is far too large for json.loads; its lines are told apart by how far they are indented."""
    found: dict[str, set[str]] = defaultdict(set)
    code = province = ""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            depth = len(line) - len(line.lstrip(" "))
            name = line.split('"')[1] if '"' in line else ""
            if depth == 4 and name:
                code = name
            elif depth == 8 and name:
                province = name
            elif depth == 12 and '"' in line:  # Sejong has no districts: an empty name
                found[code].add(f"{province},{name}")
    runs: list[list[str]] = []
    for code in sorted(found):
        places = ";".join(sorted(found[code]))
        if runs and runs[-1][2] == places:
            runs[-1][1] = code
        else:
            runs.append([code, code, places])
    return "\n".join("|".join(run) for run in runs) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
