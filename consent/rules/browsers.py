"""What people call the program and the machine that a browser names itself by: "Chrome · Android"."""

import re

_PROGRAMS = (
    ("LINE", re.compile(r"\bLine/", re.IGNORECASE)),
    ("KakaoTalk", re.compile(r"\bKAKAOTALK\b", re.IGNORECASE)),
    ("Naver", re.compile(r"\bNAVER\(", re.IGNORECASE)),
    ("Facebook", re.compile(r"\bFBA[NV]/", re.IGNORECASE)),
    ("Instagram", re.compile(r"\bInstagram\b", re.IGNORECASE)),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Whale", re.compile(r"\bWhale/")),
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"\bOPR/|\bOpera\b")),
    ("Firefox", re.compile(r"\bFirefox/|\bFxiOS/")),
    ("Chrome", re.compile(r"Chrome/|\bCriOS/")),
    ("Safari", re.compile(r"\bSafari/")),
)
"""The first that fits: most of them name those below as well."""
_MACHINES = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("Mac", re.compile(r"\bMacintosh\b")),
    ("Linux", re.compile(r"\bLinux\b|\bX11\b")),
)


def name(agent: str) -> str:
    """The program and the machine, as far as the text tells; a text that tells neither stays as it is, shortened."""
    found = [
        next((called for called, pattern in known if pattern.search(agent)), "") for known in (_PROGRAMS, _MACHINES)
    ]
    return " · ".join(filter(None, found)) or agent[:60]
