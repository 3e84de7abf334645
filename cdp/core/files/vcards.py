"""vCards 2.1, 3.0 and 4.0, as telephones and mail programs write them.

Read by our own few lines: the files of the field mix versions, fold lines in three ways, hide texts in quoted-printable
of any charset and carry photographs longer than the rest of the file, none of which the libraries we looked at read in
a stream. A card becomes a row under the names of our own fields; a second address or number gets a column of its own.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from cdp.core.files import encodings, problems, records, source, surveys

NAMES = (
    "uid", "name", "given_name", "family_name", "nickname", "email", "email 2", "phone", "phone 2", "street", "city",
    "province", "postcode", "country", "company", "job_title", "birth_date", "gender", "language", "tags", "note",
    "url",
)  # fmt: skip
LONGEST_LINE = 1 << 16
_LINE = re.compile(
    r"(?:[\w-]+\.)?(?P<name>[\w-]+)(?P<parameters>(?:;(?:[^\":;]|\"[^\"]*\")*)*):(?P<value>.*)", re.DOTALL
)
_PARAMETER = re.compile(r';((?:[^";]|"[^"]*")*)')
_SPLIT = re.compile(r"(?<!\\)(?:\\\\)*;")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
# Cards are sorted out by what they are for: the number that people carry comes first, a fax never.
_RANKS = {"pref": -4, "cell": -2, "mobile": -2, "iphone": -2, "fax": 9, "pager": 8, "video": 3, "work": 0, "home": 0}
_UNWANTED = 5
_GENDERS = {"m": "male", "f": "female", "o": "other"}


class _Property(NamedTuple):
    name: str
    parameters: dict[str, list[str]]
    value: str


class VCards:
    """One card after the other."""

    key = "vcard"

    def recognises(self, head: bytes) -> bool:
        """Whether the first line begins a card."""
        name = encodings.marked(head) or "latin-1"
        start = head[:400].decode(name, errors="ignore").removeprefix("\ufeff").removeprefix("\xef\xbb\xbf")
        return start.lstrip()[:11].upper() == "BEGIN:VCARD"

    def header(self, stream: BinaryIO, options: surveys.Options) -> surveys.Header:
        """The names are always the same."""
        return surveys.Header(NAMES, 0, 1, 0, encodings.of(stream, options.encoding))

    def rows(
        self,
        stream: BinaryIO,
        names: tuple[str, ...],
        data_line: int,
        report: records.Report,
    ) -> Iterator[records.type_of_record]:
        """A row for each card, its line being that of BEGIN:VCARD; a card that never ends is refused."""
        encoding = self.header(stream, surveys.Options()).encoding
        card: list[_Property] | None = None
        begun = 0
        for line, text in _unfolded(_lines(stream, encoding)):
            upper = text[:12].upper()
            if upper.startswith("BEGIN:VCARD"):
                if card is not None:
                    report(problems.RowProblem(begun, "no_vcard", rejected=True))
                card, begun = [], line
            elif upper.startswith("END:VCARD") and card is not None:
                found = _row(card)
                card = None
                yield begun, [found.get(name, "") for name in names]
            elif card is not None and (read := _property(text)):
                card.append(read)
        if card is not None:
            report(problems.RowProblem(begun, "no_vcard", rejected=True))


def _lines(stream: BinaryIO, encoding: str) -> Iterator[tuple[int, str]]:
    """Physical lines with their numbers, without line ends."""
    stream.seek(0)
    decoder = source.decoder(encoding)
    number = 0
    for block in source.texts(source.blocks(stream), decoder):
        for text in source.lines(block):
            number += 1
            yield number, text.rstrip("\r\n")


def _unfolded(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Logical lines: what is folded with a blank (3.0, 4.0) or with = at its end (quoted-printable) put together."""
    number, text, soft = 0, "", False
    for line, raw in lines:
        if soft:
            text, soft = text[:-1] + raw, raw.endswith("=")
        elif raw[:1] in {" ", "\t"} and number:
            # Photographs are not wanted, however long they are.
            text = text + raw[1:] if len(text) < LONGEST_LINE else text
        else:
            if text:
                yield number, text
            number, text = line, raw
            soft = raw.endswith("=") and "QUOTED-PRINTABLE" in raw.partition(":")[0].upper()
    if text:
        yield number, text


def _property(text: str) -> _Property | None:
    match = _LINE.fullmatch(text)
    if match is None:
        return None
    parameters: dict[str, list[str]] = {}
    for part in _PARAMETER.findall(match["parameters"]):
        name, equals, value = part.partition("=")
        # Version 2.1 writes TEL;CELL;WORK and means TYPE.
        key, told = (name.strip().upper(), value) if equals else ("TYPE", name)
        parameters.setdefault(key, []).extend(piece.strip().lower() for piece in told.strip('"').split(","))
    value = match["value"]
    if parameters.get("ENCODING") == ["quoted-printable"] or "quoted-printable" in parameters.get("TYPE", ()):
        value = _printed(value, parameters.get("CHARSET", ["utf-8"])[0])
    return _Property(match["name"].upper(), parameters, value)


def _printed(value: str, charset: str) -> str:
    raw = quopri.decodestring(value.encode(errors="replace"))
    try:
        return raw.decode(encodings.known(charset))
    except (UnicodeDecodeError, problems.FileProblem):
        return raw.decode(encodings.guess(raw), errors="replace")


def _row(card: list[_Property]) -> dict[str, str]:
    found: dict[str, str] = {}
    ranked: dict[str, list[_Property]] = {"TEL": [], "EMAIL": [], "ADR": []}
    for entry in card:
        if entry.name in ranked:
            if _rank(entry) < _UNWANTED:
                ranked[entry.name].append(entry)
        elif entry.name == "BDAY" and "X-APPLE-OMIT-YEAR" in entry.parameters:
            continue  # 1604 stands for a year that nobody told
        elif (read := _READERS.get(entry.name)) and (value := read(entry.value)):
            found.setdefault(_NAMES[entry.name], value)
    for entry in card:
        if entry.name == "N":
            family, given, *_rest = (*map(_plain, _parts(entry.value)), "", "")
            found.update({"given_name": given, "family_name": family})
    for name, field in (("TEL", "phone"), ("EMAIL", "email")):
        values = [_address(entry.value) for entry in sorted(ranked[name], key=_rank)]
        found |= dict(zip((field, f"{field} 2"), dict.fromkeys(filter(None, values)), strict=False))
    # Of addresses for the same use the fuller one: some programs write all of it into the street.
    for entry in sorted(ranked["ADR"], key=lambda entry: (_rank(entry), -sum(map(bool, _parts(entry.value)))))[:1]:
        _box, extra, street, city, province, postcode, country = (*map(_plain, _parts(entry.value)), *[""] * 7)[:7]
        found |= {
            "street": " ".join(filter(None, [street, extra])), "city": city, "province": province,
            "postcode": postcode, "country": country,
        }  # fmt: skip
    return found


def _rank(entry: _Property) -> float:
    kinds = entry.parameters.get("TYPE", [])
    preferred = 0.0
    if "PREF" in entry.parameters:  # 4.0 counts them from 1 to 100
        told = entry.parameters["PREF"][0]
        preferred = -4 + (min(int(told), 100) / 101 if told.isdecimal() else 0)
    return preferred + sum(_RANKS.get(kind, 0) for kind in kinds)


def _address(value: str) -> str:
    text = _plain(value)
    for scheme in ("tel:", "mailto:"):
        if text.lower().startswith(scheme):
            text = text[len(scheme) :].partition(";")[0]
    return text


def _parts(value: str) -> list[str]:
    """The parts between semicolons that are not escaped."""
    parts, start = [], 0
    for match in _SPLIT.finditer(value):
        parts.append(value[start : match.end() - 1])
        start = match.end()
    return [*parts, value[start:]]


def _plain(value: str) -> str:
    text = _ESCAPE.sub(lambda match: " " if match[1] in "nN" else match[1], value)
    return " ".join(text.replace("\r", " ").replace("\n", " ").split())


def _listed(value: str) -> str:
    return ", ".join(filter(None, map(_plain, re.split(r"(?<!\\),", value))))


def _birthday(value: str) -> str:
    """A day without a year (--0203) is no date of birth."""
    text = _plain(value).partition("T")[0]
    return "" if text.startswith("--") else text


_NAMES = {
    "UID": "uid", "FN": "name", "NICKNAME": "nickname", "ORG": "company", "TITLE": "job_title", "BDAY": "birth_date",
    "GENDER": "gender", "LANG": "language", "CATEGORIES": "tags", "NOTE": "note", "URL": "url",
}  # fmt: skip
_READERS = dict.fromkeys(_NAMES, _plain) | {
    "ORG": lambda value: _plain(_parts(value)[0]),
    "BDAY": _birthday,
    "CATEGORIES": _listed,
    "GENDER": lambda value: _GENDERS.get(value[:1].lower(), ""),
}
