"""Uploaded files, sealed while they stream in: no plaintext ever lies on a disk.

A stored upload is a sequence of frames: 4-byte length, then the frame sealed under the hourly key with its position
as context, so frames cannot be swapped or cut off unnoticed (the last frame is empty).
"""

import errno
import io
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict

from cdp.core import ids
from cdp.core.crypto import hourly
from cdp.core.crypto.envelope import Unopenable

FRAME = 256 * 1024
LARGEST = 2 * 1024**3
EVIDENCE = "evidence"
"""The field of forms in which files come that prove what a person said."""
LARGEST_EVIDENCE = 10 * 1024 * 1024
MOST_EVIDENCE = 5
PICTURE = "picture"
DEFINITION = "definition"
LARGEST_OF_SURVEY = 1024 * 1024
PROGRAMME = "programme"
MAILBOX = "mailbox"
LARGEST_MAILBOX = 20 * 1024 * 1024


@dataclass(frozen=True)
class Small:
    """Small files of one field of forms: who may leave them here, how large, how many at once."""

    capability: str
    largest: int
    most: int


SMALL = {
    EVIDENCE: Small("consent.record", LARGEST_EVIDENCE, MOST_EVIDENCE),
    # A picture of a poll, and a questionnaire written elsewhere.
    PICTURE: Small("surveys.edit", LARGEST_OF_SURVEY, 1),
    DEFINITION: Small("surveys.edit", LARGEST_OF_SURVEY, 1),
    # A loyalty programme written elsewhere.
    PROGRAMME: Small("loyalty.edit", LARGEST_OF_SURVEY, 1),
    # Mail of customers, which becomes tickets; what is larger is read by a command.
    MAILBOX: Small("imports", LARGEST_MAILBOX, 1),
}


def path_of(upload: uuid.UUID) -> Path:
    """Where an upload lies."""
    folder: Path = settings.CDP_VAR / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / str(upload)


class SealedWriter:
    """Writes frames. Use `write` with any sizes, then `close`."""

    def __init__(self, upload: uuid.UUID) -> None:
        """Open the file of that upload."""
        self.upload = upload
        self._file = path_of(upload).open("wb")
        self._buffer = bytearray()
        self._position = 0
        self.size = 0

    def write(self, data: bytes) -> None:
        """Take some bytes."""
        self.size += len(data)
        self._buffer += data
        while len(self._buffer) >= FRAME:
            self._frame(bytes(self._buffer[:FRAME]))
            del self._buffer[:FRAME]

    def _frame(self, data: bytes) -> None:
        sealed = hourly.seal(data, context=self.upload.bytes + self._position.to_bytes(8))
        self._file.write(len(sealed).to_bytes(4) + sealed)
        self._position += 1

    def close(self) -> None:
        """Write what is left and the closing frame; closing again does nothing."""
        if self._file.closed:
            return
        if self._buffer:
            self._frame(bytes(self._buffer))
            self._buffer.clear()
        self._frame(b"")
        self._file.close()


class Sink(io.RawIOBase):
    """What an archive is written to: a sealed upload, which cannot go back."""

    def __init__(self, writer: SealedWriter) -> None:
        """Write into that upload."""
        super().__init__()
        self._writer = writer

    def writable(self) -> bool:
        """It is for writing."""
        return True

    def write(self, data: Any) -> int:
        """Seal some bytes."""
        self._writer.write(bytes(data))
        return len(data)


class SealedReader(io.RawIOBase):
    """Reads an upload as a plain byte stream. Raises Unopenable when it was altered, cut or its key is gone."""

    def __init__(self, upload: uuid.UUID) -> None:
        """Open the file of that upload."""
        super().__init__()
        self._upload = upload
        self._file = path_of(upload).open("rb")
        self._position = 0
        self._frame = b""
        self._ended = False
        self._place = 0
        self._frames: list[int] = []

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def seekable(self) -> bool:
        """Any place can be gone to: all frames but the last hold equally much."""
        return True

    def seek(self, place: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place of the plain bytes."""
        wanted = place + {io.SEEK_SET: 0, io.SEEK_CUR: self.tell()}.get(whence, 0)
        if whence == io.SEEK_END:
            wanted = place + self._size()
        if wanted < 0:
            raise OSError(errno.EINVAL, "a place before the first byte")
        self._go(wanted // FRAME)
        skipped = wanted - self._position * FRAME
        if skipped and not self._ended:
            self._load()
            self._frame = self._frame[skipped:]
        self._place = wanted
        return wanted

    def tell(self) -> int:
        """The place of the next byte."""
        return self._place

    def _size(self) -> int:
        """How many plain bytes there are: full frames but the last one before the closing frame."""
        last = max(0, len(self._offsets()) - 2)
        self._go(last)
        self._load()
        return last * FRAME + len(self._frame)

    def _go(self, frame: int) -> None:
        """Make this frame the next one to be opened; behind the end it is the closing one."""
        offsets = self._offsets()
        self._position = min(frame, len(offsets) - 1)
        self._file.seek(offsets[self._position])
        self._frame, self._ended = b"", False

    def _offsets(self) -> list[int]:
        """Where the frames lie, the closing one last."""
        if not self._frames:
            end = self._file.seek(0, io.SEEK_END)
            place = 0
            while place < end:
                self._frames.append(place)
                self._file.seek(place)
                place += 4 + int.from_bytes(self._file.read(4))
        return self._frames or [0]

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with the next bytes; 0 at the end."""
        if not self._frame and not self._ended:
            self._load()
        size = min(len(buffer), len(self._frame))
        buffer[:size] = self._frame[:size]
        self._frame = self._frame[size:]
        self._place += size
        return size

    def _load(self) -> None:
        head = self._file.read(4)
        if len(head) < 4:
            raise Unopenable("the stored upload is cut off")
        sealed = self._file.read(int.from_bytes(head))
        self._frame = hourly.open_(sealed, context=self._upload.bytes + self._position.to_bytes(8))
        self._position += 1
        self._ended = not self._frame

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def open_(upload: uuid.UUID) -> BinaryIO:
    """A buffered stream of an upload's plain bytes."""
    return io.BufferedReader(SealedReader(upload), FRAME)


def delete(upload: uuid.UUID) -> None:
    """Remove an upload; it is no fault when it is gone already."""
    path_of(upload).unlink(missing_ok=True)


def forget_old(*, now: datetime) -> int:
    """Remove uploads that nobody imported and whose keys are gone. Returns how many."""
    edge = (now - hourly.KEPT).timestamp()
    old = [path for path in path_of(uuid.UUID(int=0)).parent.iterdir() if path.stat().st_mtime < edge]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


class SeveralFiles(Exception):
    """A request brought more files than one."""


class SealedUpload(UploadedFile):
    """What request.FILES holds: the id of a stored upload, its name and size."""

    def __init__(self, upload: uuid.UUID, name: str | None, size: int) -> None:
        """Describe a stored upload."""
        super().__init__(file=io.BytesIO(), name=name, size=size)
        self.upload = upload


class SealedUploadHandler(FileUploadHandler):
    """Django's upload handler that seals each chunk as it arrives.

    Only people who may import leave files here, and small ones by the names of SMALL whoever does what they are for:
    every form could carry a file, and strangers must not fill the disk.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        """Nothing has come in yet."""
        super().__init__(request)
        self._writers: list[SealedWriter] = []
        self._smalls: Counter[str] = Counter()
        self._largest = LARGEST

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file, or pass over one that nobody asked for."""
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        name = self.field_name or ""
        kind = SMALL.get(name)
        if user is None or not user.is_authenticated or not user.can(kind.capability if kind else "imports"):
            raise SkipFile
        self._smalls[name] += 1
        if kind and self._smalls[name] > kind.most:
            raise SkipFile
        self._largest = kind.largest if kind else LARGEST
        self._writers.append(SealedWriter(ids.uuid7()))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Seal one chunk; refuse a file that is too large before it fills the disk. Of a small one the form says so."""
        if start + len(raw_data) <= self._largest:
            self._writers[-1].write(raw_data)
        elif self._largest == LARGEST:
            self.upload_interrupted()
            raise StopUpload(connection_reset=True)

    def file_complete(self, file_size: int) -> SealedUpload:
        """End a file."""
        self._writers[-1].close()
        return SealedUpload(self._writers[-1].upload, self.file_name, file_size)

    def upload_interrupted(self) -> None:
        """The request broke off: nothing of it stays, neither the half-written file nor those before it."""
        for writer in self._writers:
            writer.close()
            delete(writer.upload)
        self._writers.clear()


def small(files: MultiValueDict[str, UploadedFile], field: str = EVIDENCE) -> list[tuple[str, bytes | None]]:
    """The files of a field of SMALL, name and content; None for one that is larger than it may be. They are taken out
    of the store, so each is read once.
    """
    found = []
    for file in files.getlist(field):
        if not isinstance(file, SealedUpload):
            continue
        content = None
        if (file.size or 0) <= SMALL[field].largest:
            with open_(file.upload) as stream:
                content = stream.read()
        delete(file.upload)
        found.append((file.name or "", content))
    return found


def only(files: MultiValueDict[str, UploadedFile]) -> SealedUpload | None:
    """The one file of a request, or None. Raises SeveralFiles; none of them is kept then."""
    found = [file for name in files for file in files.getlist(name) if isinstance(file, SealedUpload)]
    if len(found) > 1:
        for file in found:
            delete(file.upload)
        raise SeveralFiles
    return found[0] if found else None
