"""Small files of the kinds that prove what somebody said."""

import struct
import zlib


def _chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + bytes(64) + b"\xff\xd9"
PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\x00\x80"))
    + _chunk(b"IEND", b"")
)
HEIC = b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic" + bytes(64)
_FRAME = b"\xff\xfb\x90\x00".ljust(417, b"\x00")  # 128 kbit/s, 44.1 kHz: 417 bytes
MP3 = b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10) + _FRAME * 3
M4A = b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A isom" + bytes(64)
WAV = b"RIFF\x2c\x00\x00\x00WAVEfmt " + bytes(28) + b"data\x00\x00\x00\x00"
ALL = {"pdf": PDF, "jpeg": JPEG, "png": PNG, "heic": HEIC, "mp3": MP3, "m4a": M4A, "wav": WAV}
