"""A mail taken apart: its heads as text and the texts that it carries. Pure, and linear in the size of the mail.

Strangers write what is read here. Python's `email` reads heads and nesting in ways that take quadratic time, gigabytes
or the depth of the stack, so it only ever sees a head that was cut before; bodies are walked line by line.
"""

import base64
import binascii
import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

LONGEST_HEADER = 4_000
"""Bytes of a header that are read; nobody's name, subject or file is longer."""
LONGEST_PARAMETERS = 2_000
LONGEST_REFERENCES = 20_000
LONGEST_LINE = 1_000_000
MOST_PARTS = 200
DEEPEST = 30
"""Parts within parts; mail programs nest three or four."""
LARGEST_TEXTS = 4 * 1024 * 1024
"""Bytes of all texts of a mail, as they are sent; what comes after is not looked at."""
_READ = {
    **dict.fromkeys(
        (
            *("from", "subject", "date", "message-id", "in-reply-to", "return-path", "auto-submitted"),
            *("x-autoreply", "x-autorespond", "x-auto-response-suppress", "precedence", "list-id", "list-unsubscribe"),
        ),
        LONGEST_HEADER,
    ),
    **dict.fromkeys(("content-type", "content-disposition", "content-transfer-encoding"), LONGEST_PARAMETERS),
    "references": LONGEST_REFERENCES,
}
"""Everything else in a head is passed over."""
_NAME = re.compile(rb"([!-9;-~]{1,80})[ \t]*:")
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_HIGH = re.compile(rb"[\x80-\xff]+")
_KOREAN = re.compile(rb"(?:[\xa1-\xa3\xb0-\xc8][\xa1-\xfe])+")
_THAI = re.compile(rb"[\xa1-\xda\xdf-\xfb]+")
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_LETTERS = re.compile(r"utf|iso|cp|koi8|mac|gb|big5|shift|euc|hz|johab|kz|ptcp|tis|latin|ascii|hp")
"""Codecs of letters. Python knows others (punycode, escapes) that no mail is written in, and some are quadratic."""
_CHARSETS = {
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "x-windows-949": "cp949",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "tis620": "cp874",
    "iso-8859-11": "cp874",
    "unicode-1-1-utf-7": "utf-7",
    "iso-8859-8-i": "iso-8859-8",
    "x-unknown": "utf-8",
    "unknown-8bit": "utf-8",
}


class Unreadable(ValueError):
    """No mail that a person or a program of theirs writes."""


@dataclass(slots=True)
class Part:
    """A part of a mail: its head, and its body as it was sent where that is text."""

    head: Message = field(default_factory=Message)
    body: bytearray = field(default_factory=bytearray)

    @property
    def kind(self) -> str:
        """Its type, like text/plain."""
        return self.head.get_content_type()

    @property
    def is_attached(self) -> bool:
        """Whether its sender calls it a file."""
        return self.head.get_content_disposition() == "attachment"

    @property
    def filename(self) -> str:
        """What its sender calls it; empty where it has no name."""
        try:
            name = self.head.get_filename()
        except Exception:  # noqa: BLE001  (parameters raise a dozen things on what they do not know)
            name = ""
        return line(words(str(name))) if name else ""

    def text(self) -> str:
        """Its body as text, whatever its head says it is."""
        raw = bytes(self.body)
        encoding = str(self.head["Content-Transfer-Encoding"] or "").strip().lower()
        if encoding == "quoted-printable":
            raw = binascii.a2b_qp(raw)
        elif encoding == "base64" and not _NO_BASE64.search(raw):
            raw = _base64(raw)
        try:
            charset = self.head.get_content_charset() or ""
        except Exception:  # noqa: BLE001  (a charset that is no header)
            charset = ""
        return clean(decoded(raw, charset))


def parts(raw: bytes) -> list[Part]:
    """The parts of a mail, the mail itself first, then those that hold something; a mail within a mail is one file.
    Raises Unreadable where parts lie in parts without end.
    """
    walk = _Walk()
    lines: io.BytesIO = io.BytesIO(raw if b"\n" in raw else raw.replace(b"\r", b"\n"))
    for one in iter(lambda: lines.readline(LONGEST_LINE), b""):
        walk.see(one)
        if walk.is_over:
            break
    walk.end_head()
    return walk.found


class _Walk:
    """Reads a mail line by line: in a head, in a body that is kept or one that is passed over."""

    def __init__(self) -> None:
        self.found = [Part()]
        self.is_over = False
        self.open: list[bytes] = []  # the boundaries of the parts that are open, the outermost first
        self.depths: dict[bytes, int] = {}
        self.head: list[tuple[str, bytearray]] | None = []
        self.last: bytearray | None = None  # the header that a line that begins with a space goes on with
        self.keeps = False
        self.kept = 0

    def see(self, one: bytes) -> None:
        if self.open and one.startswith(b"--") and self._is_boundary(one):
            return
        if self.head is None:
            if self.keeps:
                body = self.found[-1].body
                body += one[: LARGEST_TEXTS - self.kept]
                self.kept += min(len(one), LARGEST_TEXTS - self.kept)
            return
        if not one.strip():
            if self.head or len(self.found) > 1 or self.last is not None:
                self.end_head()
            return
        if one[:1] in b" \t" and self.last is not None:
            self._add(self.last, one)
            return
        match = _NAME.match(one)
        if match is None:
            if one.startswith((b"From ", b">From ")) and not self.head:
                return
            self.end_head()  # whoever forgets the empty line begins to speak here
            self.see(one)
            return
        name = match.group(1).decode("ascii").lower()
        self.last = bytearray()
        if name in _READ and all(name != known for known, _value in self.head):
            self.head.append((name, self.last))
        self._add(self.last, one[match.end() :])

    def _add(self, value: bytearray, more: bytes) -> None:
        value += more[: LONGEST_REFERENCES + 1 - min(len(value), LONGEST_REFERENCES)]

    def _is_boundary(self, one: bytes) -> bool:
        stripped = one.rstrip()[2:]
        depth, is_end = self.depths.get(stripped), False
        if depth is None and stripped.endswith(b"--"):
            depth, is_end = self.depths.get(stripped[:-2]), True
        if depth is None:
            return False
        self.end_head()
        keep = depth if is_end else depth + 1
        for gone in self.open[keep:]:
            self.depths.pop(gone, None)
        del self.open[keep:]
        self.keeps = False
        if not is_end:
            if len(self.found) > MOST_PARTS:
                self.is_over = True
            self.found.append(Part())
            self.head, self.last = [], None
        return True

    def end_head(self) -> None:
        """What the head says is known: what follows is text, parts, or something to pass over."""
        if self.head is None:
            return
        part = self.found[-1]
        for name, value in self.head:
            raw = bytes(value[-_READ[name] :] if name == "references" else value[: _READ[name]])
            part.head[name] = clean(decoded(b" ".join(raw.split()), ""))
        self.head, self.last = None, None
        if part.head.get_content_maintype() == "multipart":
            boundary = _boundary(part.head)
            if boundary and boundary not in self.depths:
                if len(self.open) >= DEEPEST:
                    raise Unreadable
                self.depths[boundary] = len(self.open)
                self.open.append(boundary)
                self.keeps = False
                return
        self.keeps = part.head.get_content_maintype() == "text" and not part.is_attached


def _boundary(head: Message) -> bytes:
    try:
        return (head.get_boundary() or "").encode("utf-8", "replace").rstrip()
    except Exception:  # noqa: BLE001  (as names of files)
        return b""


def leaves(found: list[Part]) -> Iterator[Part]:
    """Those that hold something themselves."""
    for part in found:
        if part.head.get_content_maintype() != "multipart" or not _boundary(part.head):
            yield part


def header(head: Message, name: str) -> str:
    """A header as it was sent, empty where there is none; see `words`."""
    return str(head[name] or "")


def words(text: str) -> str:
    """A header as people read it: what is encoded in it (RFC 2047) decoded, as far as it is."""
    said: list[str] = []
    place, waiting, charset = 0, b"", ""
    for match in _WORD.finditer(text):
        between = text[place : match.start()]
        language = match.group(1).partition("*")[0].lower()
        raw = _word(match.group(2), match.group(3))
        # Programs cut encoded words anywhere, also in the middle of a letter.
        if waiting and (between.strip() or language != charset):
            said.append(decoded(waiting, charset))
            waiting = b""
        if not place or between.strip():
            said.append(between)
        waiting, charset, place = waiting + raw, language, match.end()
    if waiting:
        said.append(decoded(waiting, charset))
    return clean("".join([*said, text[place:]]))


def _word(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    return _base64(raw) if encoding in "bB" else binascii.a2b_qp(raw, header=True)


def _base64(raw: bytes) -> bytes:
    """Base64, as far as it goes: what is cut off is left out."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    rest = len(kept) % 4
    return base64.b64decode(kept[:-1] if rest == 1 else kept + b"=" * (-len(kept) % 4))


def decoded(raw: bytes, charset: str) -> str:
    """Bytes as text: by the charset they claim where that works, else by the one they look like, else with gaps
    marked.
    """
    claimed = charset.strip().strip("\"'").lower()
    for name in (_CHARSETS.get(claimed, claimed), "utf-8", _looks_like(raw)):
        try:
            if name and not _LETTERS.match(codecs.lookup(name).name):
                continue
            return raw.decode(name) if name else raw.decode("ascii")
        except (LookupError, ValueError):
            continue
    return raw.decode("utf-8", "replace")


def _looks_like(raw: bytes) -> str:
    """What bytes that are no UTF-8 are written in: Korean comes in pairs that begin in the block of syllables, Thai in
    runs of letters of one byte, everything else is Western.
    """
    runs = _HIGH.findall(raw)
    if runs and all(len(run) % 2 == 0 and _KOREAN.fullmatch(run) for run in runs):
        return "cp949"
    if any(len(run) > 1 for run in runs) and all(_THAI.fullmatch(run) for run in runs):
        return "cp874"
    return "windows-1252"


_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")


def clean(text: str) -> str:
    """Without what is no letter: marks that steer machines, and halves of letters, which no database keeps."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def line(text: str) -> str:
    """As one line of a length that a list shows."""
    return " ".join(text.split())[:300]
