"""Which encoding a file is in, for the region where we live.

General detectors guess Korean for short Thai files and Cyrillic for short Korean ones. We know better what to expect:
UTF-8 or UTF-16 with or without a mark, Thai as Windows-874, Korean as CP949 or Johab, else Western, and only then the
general detector. A legacy guess is a contest: each candidate decodes the same bytes, and the share of characters that
make sense in its script decides (a Thai vowel sign stands on a consonant, common Korean syllables are the 2,350 of
KS X 1001, an accented Latin letter stands among plain ones).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

import charset_normalizer

from cdp.core.files import problems, source

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark starts with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 1 << 16
_GOOD_ENOUGH = 0.85
_WIDE = (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2))

_THAI = re.compile(
    # a leading vowel with its consonant, or a consonant; then signs above, below and tone; then a following vowel
    r"(?:[\u0e40-\u0e44]?[\u0e01-\u0e2e][\u0e31\u0e34-\u0e3a]?[\u0e47-\u0e4e]{0,2}[\u0e30\u0e32\u0e33\u0e45]?"
    r"|(?<=[\u0e01-\u0e5b])[\u0e2f\u0e46\u0e30]|[\u0e3f\u0e50-\u0e59])"
)
_ACCENTED = re.compile(r"(?:(?<=[A-Za-z])[À-ÖØ-öø-ÿŒœŠšŽžŸ]|[À-ÖØ-öø-ÿŒœŠšŽžŸ](?=[A-Za-z]))")
_TYPOGRAPHY = re.compile(r"[€£¥©®°·½–—‘’“”…™\u00a0´]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3000-\u3002]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")


def known(name: str) -> str:
    """The codec's own name for an encoding that somebody chose. Unknown or binary codecs are a FileProblem."""
    try:
        info = codecs.lookup(name.strip())
        "".encode(info.name)
        codecs.getincrementaldecoder(info.name)
    except (LookupError, TypeError, ValueError) as error:
        raise problems.FileProblem("unknown_encoding") from error
    # The mark is cut off by the source, and the plain codecs say where the bytes lie.
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le", "ascii": "utf-8"}.get(
        info.name, info.name
    )


def marked(head: bytes) -> str | None:
    """The encoding that a byte order mark tells, or the one that the rhythm of NUL bytes tells."""
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    if b"\0" not in head[:4096]:
        return None
    for name, width in _WIDE:
        piece = head[: 4096 - 4096 % width][: len(head) - len(head) % width]
        try:
            text = piece.decode(name)
        except UnicodeDecodeError:
            continue
        # Text has line ends and separators, and few NULs once it is decoded rightly.
        if re.search(r"[\n\r,;\t|]", text) and text.count("\0") <= len(text) / 100 and _plausible(text):
            return name
    return None


def guess(head: bytes) -> str:
    """The encoding of bytes that are not plain ASCII and have no mark."""
    # First, for Thai in UTF-8 makes sense as Windows-874 too, if one does not mind the sense.
    if _utf8(head) or _mostly_utf8(head):
        return "utf-8"
    sample = _telling(head)
    scored = [(score, -order, name) for order, (name, score) in enumerate(_contest(sample))]
    best = max(scored)
    if best[0] >= _GOOD_ENOUGH:
        return best[2]
    found = charset_normalizer.from_bytes(sample).best()
    if found is not None and best[0] < 0.5:
        return known(found.encoding)
    return best[2]


class Guessing:
    """A decoder that makes up its mind at the first byte that is not plain ASCII, wherever in the file that is."""

    def __init__(self) -> None:
        self.encoding = "utf-8"
        self._decoder: source.Decoder | None = None

    def decode(self, data: bytes, final: bool = False, /) -> str:  # noqa: FBT001, FBT002 - the shape of codecs
        if self._decoder is None:
            if data.isascii():
                return data.decode("ascii")
            self.encoding = guess(data)
            self._decoder = source.decoder(self.encoding)
        return self._decoder.decode(data, final)


def _contest(sample: bytes) -> list[tuple[str, float]]:
    """Candidates with the share of their non-ASCII characters that make sense; the earlier wins a tie."""
    return [
        ("cp874", _share(sample, "cp874", _thai)),
        ("cp949", _share(sample, "cp949", _korean)),
        ("johab", _share(sample, "johab", _korean)),
        ("cp932", _share(sample, "cp932", _japanese)),
        ("cp1252", _share(sample, "cp1252", _western)),
    ]


def _share(sample: bytes, encoding: str, judge: Callable[[str], float]) -> float:
    text = sample.decode(encoding, errors=source.ERRORS)
    strange = _NOT_ASCII.findall(text)
    if not strange:
        return 0.0
    return judge(text) / len(strange)


def _thai(text: str) -> float:
    return sum(map(len, _THAI.findall(text))) + 0.5 * len(_TYPOGRAPHY.findall(text))


def _korean(text: str) -> float:
    good = 0.0
    for run in _HANGUL.findall(text):
        for syllable in run:
            # EUC-KR holds exactly the common syllables; CP949 and Johab hold all 11,172.
            good += 1.0 if _common(syllable) else 0.2
    return good


def _common(syllable: str) -> bool:
    try:
        # A syllable outside KS X 1001 is refused, or spelled out in eight bytes.
        return len(syllable.encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False


def _japanese(text: str) -> float:
    kana = len(_JAPANESE.findall(text))
    ideographs = len(re.findall(r"[\u4e00-\u9fff]", text))
    # Kanji without any kana is far more often something else misread.
    return kana + min(ideographs, 2 * kana)


def _western(text: str) -> float:
    return len(_ACCENTED.findall(text)) + 0.9 * len(_TYPOGRAPHY.findall(text))


def _telling(head: bytes) -> bytes:
    """The lines that hold non-ASCII bytes, up to a sample's size: the others tell nothing."""
    parts = []
    size = 0
    for line in head.splitlines(keepends=True):
        if not line.isascii():
            parts.append(line)
            size += len(line)
            if size > _SAMPLE:
                break
    # The last line may be cut in the middle of a character.
    return b"".join(parts[:-1] if len(parts) > 1 and size > _SAMPLE else parts)


def _utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(head: bytes) -> bool:
    """UTF-8 with a few broken bytes in it, which are then rows to report and not another encoding."""
    text = head.decode("utf-8", errors=source.ERRORS)
    broken = text.count(source.MARK)
    sound = len(_NOT_ASCII.findall(text)) - broken
    return sound > 10 * broken


def _plausible(text: str) -> bool:
    plain = len(re.findall(r"[\t\r\n\x20-\x7e\u00a0-\u017f\u0e00-\u0e7f\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3]", text))
    return plain > 0.9 * len(text)
