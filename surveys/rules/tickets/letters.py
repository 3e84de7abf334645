"""Reading mail as people send it: who wrote, what, in answer to what. Pure.

Mail is written by thousands of programs, and many of them lie: about the charset, about the encoding, about what is
text. What cannot be read as it says is read as it looks; what cannot be read at all is replaced and never dropped.
Strangers write it too: whatever it is, reading it takes time and memory by its size and nothing more.
"""

import datetime as dt
import email.utils
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message

from surveys.rules.tickets import mime, page_words
from surveys.rules.tickets.mime import Unreadable, header

__all__ = ["Letter", "Unreadable", "read", "split", "topic"]

LONGEST = 200_000
"""Letters of one mail that are looked at."""
LONGEST_HEAD = 1_000
"""No line that says who wrote when is longer."""
MOST_REFERENCES = 50
MOST_REMARKS = 20
EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
"""What is dated earlier comes from a clock that was never set: it says nothing."""
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
_AUTOMATIC_SUBJECT = re.compile(
    r"^\s*(automatic reply|auto[- ]?reply|out of office|자동 ?회신|자동 ?응답|(?:การ)?ตอบกลับอัตโนมัติ)\s*:", re.IGNORECASE
)
"""Of Exchange, whose notes of absence may say of themselves only that nobody is to answer them automatically."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as it is told. `number` is its Message-ID (one made of what it says where it has none), `answers` what
    it is in answer to, the nearest first. `own` is a number of what it says, for one that bears another's number.
    `automatic`: why it is nobody's question ("" where somebody wrote it).
    """

    number: str
    own: str
    answers: tuple[str, ...]
    address: str
    name: str
    subject: str
    text: str
    quoted: str
    files: tuple[str, ...]
    at: dt.datetime | None
    automatic: str


def read(raw: bytes) -> Letter:
    """A mail from its bytes. Raises Unreadable where it is nothing that is written by hand or by a mail program."""
    found = mime.parts(raw)
    head = found[0].head
    name, address = _address(header(head, "From"))
    said, files = _held(found)
    text, quoted = split(said)
    references = _ID.findall(header(head, "References"))[-MOST_REFERENCES:]
    answers = [*_ID.findall(header(head, "In-Reply-To"))[:MOST_REFERENCES], *reversed(references)]
    number = next(iter(_ID.findall(header(head, "Message-ID"))), "")
    date = header(head, "Date")
    own = _made_up(number, address, date, said)
    return Letter(
        number=number or own,
        own=own,
        answers=tuple(dict.fromkeys(one for one in answers if one != number)),
        address=address,
        name=name,
        subject=mime.line(mime.words(header(head, "Subject"))),
        text=text,
        quoted=quoted,
        files=files,
        at=_moment(date),
        automatic=_automatic(head, address),
    )


def split(text: str) -> tuple[str, str]:
    """What somebody wrote, and what their program quoted below. A quote with an answer below it stays where it is."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    is_answered = _answered_below(lines)
    for place, line in enumerate(lines):
        is_head = _is_head(line) or (
            bool(_HEADER_LINE.match(line))
            and sum(bool(_HEADER_LINE.match(one)) for one in lines[place : place + 6]) >= 3
        )
        # Some programs break the line that says who wrote when.
        is_head = is_head or (
            place + 1 < len(lines)
            and len(line) + len(lines[place + 1]) < LONGEST_HEAD
            and any(pattern.search(f"{line} {lines[place + 1]}") for pattern in _QUOTE_HEADS[1:2])
        )
        if is_head and not is_answered[place + 1]:
            return _trimmed(lines[:place]), "\n".join(lines[place:]).strip()
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith(">")):
        end -= 1
    if any(line.lstrip().startswith(">") for line in lines[end:]):
        return _trimmed(lines[:end]), "\n".join(lines[end:]).strip()
    return text.strip(), ""


def _is_head(line: str) -> bool:
    return len(line) < LONGEST_HEAD and any(pattern.search(line) for pattern in _QUOTE_HEADS)


_ANSWERED = re.compile(r"^\s*((re|fwd?|aw|wg|sv|답장|회신|전달|ตอบกลับ|ส่งต่อ)\s*(\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE)


def topic(subject: str) -> str:
    """A subject without what programs put before it when they answer."""
    return _ANSWERED.sub("", subject).strip()


def _answered_below(lines: Sequence[str]) -> list[bool]:
    """For each line, and for the end: whether somebody wrote between or below the lines that are quoted from there on.
    Everything is theirs then. Counted once, from the end.
    """
    found = [False] * (len(lines) + 1)
    has_quote = has_answer = said = False
    for place in range(len(lines) - 1, -1, -1):
        if lines[place].lstrip().startswith(">"):
            has_answer = has_answer or said  # what stands below this one
            has_quote = True
        elif lines[place].strip():
            said = True
        found[place] = has_quote and has_answer
    return found


def _trimmed(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip()


def _address(text: str) -> tuple[str, str]:
    """Name and address of whoever wrote; both empty where there is none."""
    plain = text if text.count("(") < MOST_REMARKS else text.replace("(", " ")  # remarks in remarks recurse
    name, address = next(iter(email.utils.getaddresses([plain])), ("", ""))
    if "@" not in address:
        address = next((one for one in re.split(r"[\s<>\"',;]+", text) if "@" in one.strip("@")), "")
    return mime.line(mime.words(name))[:200], address.strip().casefold()[:254]


def _moment(text: str) -> dt.datetime | None:
    """When it was written; None where nothing or nonsense stands there."""
    try:
        found = email.utils.parsedate_to_datetime(text[:200])
        at = (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return at if at >= EARLIEST else None


def _made_up(number: str, address: str, date: str, text: str) -> str:
    """A number of what it says, so that the same mail read again is the same."""
    content = "\n".join([*([number] if number else []), address, date, text]).encode("utf-8", "replace")
    return f"<{hashlib.sha256(content).hexdigest()[:40]}@no-message-id>"


def _automatic(head: Message, address: str) -> str:
    """Why nobody wrote this by hand (RFC 3834, delivery reports, mailing lists); "" where somebody did."""
    if head.get_content_type() == "multipart/report":
        return "bounce"
    if header(head, "Return-Path").strip() == "<>":
        return "bounce"
    submitted = header(head, "Auto-Submitted").strip().lower()
    if submitted and submitted != "no":
        return "auto"
    suppresses = bool(header(head, "X-Auto-Response-Suppress"))
    is_absence = suppresses and _AUTOMATIC_SUBJECT.match(mime.words(header(head, "Subject")))
    if is_absence or header(head, "X-Autoreply") or header(head, "X-Autorespond"):
        return "auto"
    if header(head, "Precedence").strip().lower() in {"bulk", "junk", "list", "auto_reply"}:
        return "bulk"
    if header(head, "List-Id") or header(head, "List-Unsubscribe"):
        return "bulk"
    if _AUTOMATIC_SENDERS.match(address):
        return "auto"
    return ""


def _held(found: list[mime.Part]) -> tuple[str, tuple[str, ...]]:
    """The text of a mail (of HTML where there is no plain one) and the names of its files."""
    plain: list[str] = []
    rich: list[str] = []
    files: list[str] = []
    for part in mime.leaves(found):
        kind, name = part.kind, part.filename
        if part.is_attached or not kind.startswith("text/"):
            files.append(name or kind)
        elif kind == "text/html":
            rich.append(page_words.as_text(part.text()))
        else:
            plain.append(part.text())
    said = "\n\n".join(text for text in plain if text.strip()) or "\n\n".join(text for text in rich if text.strip())
    return said[:LONGEST].strip(), tuple(dict.fromkeys(files))
