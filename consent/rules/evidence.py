"""What may be kept as evidence, told by the bytes themselves: names and types that a browser sends prove nothing.

Only formats that a viewer shows and nothing runs: no HTML, no SVG, no office files, no archives.
"""

from dataclasses import dataclass

LARGEST = 10 * 1024 * 1024
MOST = 5
"""Files of one statement."""
LONGEST_NAME = 200
_BOXES = 64
"""So far into a file its brands may stand."""
_HEIC = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})
_M4A = frozenset({b"M4A ", b"M4B ", b"mp42", b"mp41", b"isom", b"iso2", b"3gp4", b"3gp5"})


@dataclass(frozen=True, slots=True)
class Kind:
    """A format: the type it is served as, the ending of its name, and whether it is heard rather than seen."""

    key: str
    media_type: str
    ending: str
    is_sound: bool = False


KINDS = {
    kind.key: kind
    for kind in (
        Kind("pdf", "application/pdf", "pdf"),
        Kind("jpeg", "image/jpeg", "jpg"),
        Kind("png", "image/png", "png"),
        Kind("heic", "image/heic", "heic"),
        Kind("mp3", "audio/mpeg", "mp3", is_sound=True),
        Kind("m4a", "audio/mp4", "m4a", is_sound=True),
        Kind("wav", "audio/wav", "wav", is_sound=True),
    )
}
ACCEPT = ".pdf,.jpg,.jpeg,.png,.heic,.mp3,.m4a,.wav"
"""For the browser's chooser."""


def kind_of(content: bytes) -> Kind | None:
    """What a file is by its content; None for what is not kept."""
    key = _key(content)
    return KINDS[key] if key else None


def _key(content: bytes) -> str:
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return "pdf"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return "png"
    if content[4:8] == b"ftyp":
        length = min(int.from_bytes(content[:4]), _BOXES)
        brands = {content[8:12], *(content[at : at + 4] for at in range(16, length, 4))}
        return "heic" if brands & _HEIC else "m4a" if content[8:12] in _M4A and b"vide" not in content else ""
    if content.startswith(b"RIFF") and content[8:12] == b"WAVE":
        return "wav"
    return "mp3" if _is_mp3(content) else ""


def _is_mp3(content: bytes) -> bool:
    """Behind an ID3v2 tag, or at once, a frame of MPEG layer III whose next frame begins where it ends."""
    at = 0
    if content.startswith(b"ID3") and len(content) > 10:
        size = content[6:10]
        if max(size) > 0x7F:
            return False
        at = 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3])
    length = _frame(content[at : at + 4])
    return bool(length) and bool(_frame(content[at + length : at + length + 4]))


_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_BITRATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_BITRATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def _frame(head: bytes) -> int:
    """The length of an MPEG layer III frame by its four bytes; 0 where it is none (ISO 11172-3, 13818-3)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0 or head[1] & 0x06 != 0x02:
        return 0
    version, bits, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version not in _RATES or bits in {0, 15} or rate == 3:
        return 0
    samples = 144 if version == 3 else 72
    speed = (_BITRATES_1 if version == 3 else _BITRATES_2)[bits] * 1000
    return samples * speed // _RATES[version][rate] + (head[2] >> 1 & 1)
