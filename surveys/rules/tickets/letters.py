"""Reading mail as people send it: who wrote, what, in answer to what. Pure; faults of the mail never raise.

Mail is written by thousands of programs, and many of them lie: about the charset, about the encoding, about what is
text. What cannot be read as it says is read as it looks; what cannot be read at all is replaced and never dropped.
"""

import datetime as dt
import email.errors
import email.header
import email.utils
import hashlib
import html
import html.parser
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from email.policy import default

LONGEST = 200_000
"""Letters of one mail that are looked at."""
MOST_PARTS = 200
MOST_REFERENCES = 50
_HIGH = re.compile(rb"[\x80-\xff]+")
_KOREAN = re.compile(rb"(?:[\xa1-\xa3\xb0-\xc8][\xa1-\xfe])+")
_THAI = re.compile(rb"[\xa1-\xda\xdf-\xfb]+")
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
_ID = re.compile(r"<[^<>\s]{1,400}>")
_QUOTE_HEADS = (
    re.compile(
        r"^\s*-{2,}\s*(original message|forwarded message|원본 메시지|전달된 메시지|ข้อความต้นฉบับ|ข้อความที่ส่งต่อ)\s*-{2,}",
        re.IGNORECASE,
    ),
    re.compile(r"^\s*On .{5,200} wrote:\s*$", re.IGNORECASE),
    re.compile(r"^.{0,200}(님이 작성|작성함)\s*:\s*$"),
    re.compile(r"^.{0,200}เขียน(?:ว่า)?\s*:\s*$"),
    re.compile(r"^\s*_{20,}\s*$"),
)
_HEADER_LINE = re.compile(
    r"^\s*(from|sent|to|subject|보낸 사람|보낸 날짜|받는 사람|제목|จาก|ส่งเมื่อ|ถึง|หัวเรื่อง)\s*:", re.IGNORECASE
)
_AUTOMATIC_SENDERS = re.compile(
    r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?(?:[+-].*)?|notifications?)@", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as it is told. `number` is its Message-ID (one made of what it says where it has none), `answers` what
    it is in answer to, the nearest first. `automatic`: why it is nobody's question ("" where somebody wrote it).
    """

    number: str
    answers: tuple[str, ...]
    address: str
    name: str
    to: tuple[str, ...]
    subject: str
    text: str
    quoted: str
    files: tuple[str, ...]
    at: dt.datetime | None
    automatic: str


def read(raw: bytes) -> Letter:
    """A mail from its bytes."""
    return of(email.message_from_bytes(raw, policy=default))


def of(message: Message) -> Letter:
    """A mail from a parsed message, by Python's newer policy or the older one of mailboxes."""
    name, address = _address(_header(message, "From"))
    said, files = _parts(message)
    text, quoted = split(said)
    references = _ID.findall(_header(message, "References"))[-MOST_REFERENCES:]
    answers = [*_ID.findall(_header(message, "In-Reply-To")), *reversed(references)]
    number = next(iter(_ID.findall(_header(message, "Message-ID"))), "")
    at = _moment(_header(message, "Date"))
    return Letter(
        number=number or _made_up(address, _header(message, "Date"), said),
        answers=tuple(dict.fromkeys(one for one in answers if one != number)),
        address=address,
        name=name,
        to=tuple(found for _name, found in email.utils.getaddresses([_header(message, "To"), _header(message, "Cc")]))[
            :50
        ],
        subject=_line(_header(message, "Subject")),
        text=text,
        quoted=quoted,
        files=files,
        at=at,
        automatic=_automatic(message, address),
    )


def split(text: str) -> tuple[str, str]:
    """What somebody wrote, and what their program quoted below. A quote with an answer below it stays where it is."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for place, line in enumerate(lines):
        is_head = any(pattern.search(line) for pattern in _QUOTE_HEADS) or (
            bool(_HEADER_LINE.match(line))
            and sum(bool(_HEADER_LINE.match(one)) for one in lines[place : place + 6]) >= 3
        )
        # Some programs break the line that says who wrote when.
        is_head = is_head or (
            place + 1 < len(lines)
            and any(pattern.search(f"{line} {lines[place + 1]}") for pattern in _QUOTE_HEADS[1:2])
        )
        if is_head and not _answers_below(lines[place + 1 :]):
            return _trimmed(lines[:place]), "\n".join(lines[place:]).strip()
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith(">")):
        end -= 1
    if any(line.lstrip().startswith(">") for line in lines[end:]):
        return _trimmed(lines[:end]), "\n".join(lines[end:]).strip()
    return text.strip(), ""


_ANSWERED = re.compile(r"^\s*((re|fwd?|aw|wg|sv|답장|회신|전달|ตอบกลับ|ส่งต่อ)\s*(\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE)


def topic(subject: str) -> str:
    """A subject without what programs put before it when they answer."""
    return _ANSWERED.sub("", subject).strip()


def _answers_below(lines: Sequence[str]) -> bool:
    """Whether somebody wrote between or below quoted lines: everything is theirs then."""
    quoted = [line.lstrip().startswith(">") for line in lines]
    if not any(quoted):
        return False
    last = max(place for place, is_quoted in enumerate(quoted) if is_quoted)
    first = quoted.index(True)
    own = [line for line, is_quoted in zip(lines[first:last], quoted[first:last], strict=True) if not is_quoted]
    return any(line.strip() for line in own) or sum(len(line.strip()) for line in lines[last + 1 :]) > 0


def _trimmed(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip()


def _header(message: Message, name: str) -> str:
    """A header as text, whatever stands in it."""
    try:
        value = message[name]
    except Exception:  # noqa: BLE001  (the parser of headers raises a dozen things on what it does not know)
        value = next((raw for key, raw in message.raw_items() if key.lower() == name.lower()), "")
    if value is None:
        return ""
    text = str(value)
    if "\ufffd" in text or _has_surrogates(text):  # bytes in no charset at all, as some programs send them
        raw = next((found for key, found in message.raw_items() if key.lower() == name.lower()), text)
        text = decoded(str(raw).encode("utf-8", "surrogateescape"), "")
    if "=?" in text:
        text = _decoded_words(text)
    return _clean(text.encode("utf-8", "replace").decode("utf-8", "replace"))


def _decoded_words(text: str) -> str:
    try:
        parts = email.header.decode_header(text)
    except (email.errors.HeaderParseError, ValueError, LookupError):
        return text
    return "".join(part if isinstance(part, str) else decoded(part, charset or "") for part, charset in parts)


def _has_surrogates(text: str) -> bool:
    return any("\udc80" <= letter <= "\udcff" for letter in text)


def decoded(raw: bytes, charset: str) -> str:
    """Bytes as text: by the charset they claim where that works, else by the one they look like, else with gaps
    marked.
    """
    claimed = charset.strip().strip("\"'").lower()
    for name in (_CHARSETS.get(claimed, claimed), "utf-8", _looks_like(raw)):
        try:
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


def _clean(text: str) -> str:
    return "".join(letter for letter in text if letter in "\n\t" or ord(letter) >= 32)


def _line(text: str) -> str:
    return " ".join(text.split())[:300]


def _address(text: str) -> tuple[str, str]:
    """Name and address of whoever wrote; both empty where there is none."""
    name, address = next(iter(email.utils.getaddresses([text])), ("", ""))
    if "@" not in address:
        found = re.search(r"[^\s<>\"',;]+@[^\s<>\"',;]+", text)
        address = found.group(0) if found else ""
    return _line(name)[:200], address.strip().casefold()[:254]


def _moment(text: str) -> dt.datetime | None:
    """When it was written; None where nothing or nonsense stands there."""
    try:
        found = email.utils.parsedate_to_datetime(text)
        return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def _made_up(address: str, date: str, text: str) -> str:
    """A number of what it says, so that the same mail read again is the same."""
    content = f"{address}\n{date}\n{text}".encode("utf-8", "replace")
    return f"<{hashlib.sha256(content).hexdigest()[:40]}@no-message-id>"


def _automatic(message: Message, address: str) -> str:
    """Why nobody wrote this by hand (RFC 3834, delivery reports, mailing lists); "" where somebody did."""
    if message.get_content_type() == "multipart/report":
        return "bounce"
    if _header(message, "Return-Path").strip() == "<>":
        return "bounce"
    submitted = _header(message, "Auto-Submitted").strip().lower()
    if submitted and submitted != "no":
        return "auto"
    if _header(message, "X-Autoreply") or _header(message, "X-Autorespond"):
        return "auto"
    if _header(message, "Precedence").strip().lower() in {"bulk", "junk", "list", "auto_reply"}:
        return "bulk"
    if _header(message, "List-Id") or _header(message, "List-Unsubscribe"):
        return "bulk"
    if _AUTOMATIC_SENDERS.match(address):
        return "auto"
    return ""


def _parts(message: Message) -> tuple[str, tuple[str, ...]]:
    """The text of a mail (of HTML where there is no plain one) and the names of its files."""
    plain: list[str] = []
    rich: list[str] = []
    files: list[str] = []
    for part in _leaves(message):
        kind = part.get_content_type()
        name = _filename(part)
        is_file = part.get_content_disposition() == "attachment" or (name and not kind.startswith("text/"))
        if is_file or not kind.startswith("text/"):
            files.append(name or kind)
        elif kind == "text/html":
            rich.append(as_text(_body(part)))
        else:
            plain.append(_body(part))
    said = "\n\n".join(text for text in plain if text.strip()) or "\n\n".join(text for text in rich if text.strip())
    return _clean(said)[:LONGEST].strip(), tuple(dict.fromkeys(files))


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something; a mail within a mail is one file."""
    waiting, seen = [message], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        inner = part.get_payload()
        if part.get_content_type() == "message/rfc822" or not isinstance(inner, list):
            yield part
        else:
            waiting = [*(one for one in inner if isinstance(one, Message)), *waiting]


def _filename(part: Message) -> str:
    try:
        name = part.get_filename()
    except Exception:  # noqa: BLE001  (as headers: whatever is wrong with the name, the mail is read)
        name = ""
    return _line(_clean(_decoded_words(str(name)))) if name else ""


def _body(part: Message) -> str:
    try:
        raw = part.get_payload(decode=True)
    except Exception:  # noqa: BLE001  (broken transfer encodings)
        raw = None
    if not isinstance(raw, bytes):
        return str(part.get_payload() or "") if not isinstance(part.get_payload(), list) else ""
    try:
        charset = part.get_content_charset() or ""
    except Exception:  # noqa: BLE001  (a charset that is no header)
        charset = ""
    return decoded(raw, charset)


class _Text(html.parser.HTMLParser):
    """The words of a page: blocks become lines, what is not shown is left out, quotes get a mark."""

    BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "hr", "blockquote"})
    HIDDEN = frozenset({"script", "style", "head", "title", "template"})

    def __init__(self) -> None:
        """Nothing yet."""
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0
        self.quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins a line."""
        if tag in self.HIDDEN:
            self.hidden += 1
        if tag == "blockquote":
            self.quotes += 1
        if tag in self.BLOCKS:
            self._new_line()

    def handle_endtag(self, tag: str) -> None:
        """And ends one."""
        if tag in self.HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        if tag == "blockquote":
            self.quotes = max(0, self.quotes - 1)
        if tag in self.BLOCKS:
            self._new_line()

    def handle_data(self, data: str) -> None:
        """What is shown."""
        if not self.hidden:
            text = re.sub(r"[ \t\r\n\xa0]+", " ", data)
            if text.strip() or (self.parts and not self.parts[-1].endswith("\n")):
                self.parts.append(text.lstrip() if not self.parts or self.parts[-1].endswith(("\n", "> ")) else text)

    def _new_line(self) -> None:
        self.parts.append("\n" + "> " * min(self.quotes, 3))


def as_text(page: str) -> str:
    """The words of an HTML page; broken HTML is read as far as it goes."""
    reader = _Text()
    try:
        reader.feed(page[: LONGEST * 5])
        reader.close()
    except (AssertionError, ValueError):
        return html.unescape(re.sub(r"<[^>]*>", " ", page)).strip()
    lines = [line.rstrip() for line in "".join(reader.parts).split("\n")]
    kept = [line for place, line in enumerate(lines) if line.strip(" >") or (place and lines[place - 1].strip(" >"))]
    return "\n".join(kept).strip()
