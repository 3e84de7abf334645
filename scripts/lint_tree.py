#!/usr/bin/env python3
"""Reads every file of the repository for what must not be in it: hosts of packages, paths of one machine, work left
undone, files too long to read. Standard library only.

The words it looks for are put together here, so that it does not find itself.
"""

import configparser
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 500
CODE = {".py", ".html", ".css", ".js", ".sh", ".sql", ".md", ".txt", ".yml", ".toml"}
DATA = re.compile(
    r"(^|/)(data|migrations|fixtures)/|\.lock$|^package-lock\.json$|icons\.txt$|(^|/)postcodes/\w+\.txt$"
    r"|^CHANGELOG\.md$"  # it grows for ever
)

UNDONE = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "Not" + "ImplementedError"]) + r")\b")
MACHINE = re.compile(
    r"(?<![\w.${}*/-])/(" + "|".join(["wo" + "rk", "ro" + "ot", "tm" + "p", "op" + "t", "ho" + "me"]) + r")/\w"
)
PUBLIC_HOSTS = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "yarn" + "pkg.com"]


def main() -> int:
    hosts = re.compile("|".join(re.escape(host) for host in [*PUBLIC_HOSTS, *configured_hosts()]))
    found = [f"{path.relative_to(ROOT)}{fault}" for path in files() for fault in faults(path, hosts)]
    print(*found, sep="\n")
    return 1 if found else 0


def files() -> Iterator[Path]:
    """What is in the repository or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607  wherever git is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in sorted(filter(None, listed.split("\0"))):
        path = ROOT / name
        if path.is_file() and not path.is_symlink():
            yield path


def faults(path: Path, hosts: re.Pattern[str]) -> Iterator[str]:
    """Each fault as `:line: what`."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return  # a picture or a spreadsheet
    for number, line in enumerate(lines, 1):
        for what, pattern in (("work left undone", UNDONE), ("path of a machine", MACHINE), ("package host", hosts)):
            hit = pattern.search(line)
            if hit:
                yield f":{number}: {what}: {hit.group()}"
    relative = path.relative_to(ROOT).as_posix()
    if len(lines) > LONGEST and path.suffix in CODE and not DATA.search(relative):
        yield f":{len(lines)}: longer than {LONGEST} lines"


def configured_hosts() -> set[str]:
    """The hosts this machine gets its packages from, whatever they are called."""
    addresses = [value for name, value in os.environ.items() if re.search(r"INDEX|REGISTRY", name, re.IGNORECASE)]
    for place in (Path("/etc/pip.conf"), Path.home() / ".config/pip/pip.conf", Path.home() / ".pip/pip.conf"):
        config = configparser.ConfigParser(interpolation=None)
        try:
            config.read(place)
        except configparser.Error:
            continue
        addresses += [value for section in config.sections() for _, value in config.items(section)]
    npmrc = Path.home() / ".npmrc"
    if npmrc.exists():
        addresses += re.findall(r"https?://\S+", npmrc.read_text())
    words = [word for address in addresses for word in address.split()]
    names = {urlsplit(word).hostname for word in words if word.startswith(("http://", "https://"))}
    return {name for name in names if name and name not in {"localhost", "127.0.0.1"}}


if __name__ == "__main__":
    sys.exit(main())
