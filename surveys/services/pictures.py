"""Pictures of polls: files of the shop's own, named by what is in them."""

import datetime as dt
import hashlib

from django.utils.translation import gettext as _

from cdp.core.actors import Actor
from surveys.models import Picture

LARGEST = 1024 * 1024
_PNG, _JPEG, _WEBP = "image/png", "image/jpeg", "image/webp"


class UnableToKeep(Exception):
    """It is no picture that can be shown; the message says why, for staff."""


def keep(content: bytes | None, *, actor: Actor, at: dt.datetime) -> str:
    """The name of the picture; the same file is kept once. Raises UnableToKeep."""
    if content is None or len(content) > LARGEST:
        raise UnableToKeep(_("The picture is too large: one megabyte is the most."))
    mime = kind_of(content)
    if not mime:
        raise UnableToKeep(_("Only pictures in PNG, JPEG or WebP can be shown."))
    key = hashlib.sha256(content).hexdigest()
    by = f"{actor.kind}:{actor.id}" if actor.id else actor.kind
    Picture.objects.get_or_create(key=key, defaults={"mime": mime, "data": content, "added_at": at, "added_by": by})
    return key


def kind_of(content: bytes) -> str:
    """The type by the first and last bytes, whatever its name says; empty for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and b"IEND" in content[-16:]:
        return _PNG
    if content.startswith(b"\xff\xd8\xff") and content.rstrip(b"\x00").endswith(b"\xff\xd9"):
        return _JPEG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP" and len(content) >= int.from_bytes(content[4:8], "little"):
        return _WEBP
    return ""
