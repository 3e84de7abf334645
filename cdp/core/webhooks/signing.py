"""Headers and signature of a delivery, exactly as the Standard Webhooks specification says.

The signed text is `id.timestamp.body`, the key is what stands in base64 behind `whsec_`, the signature is HMAC-SHA256
in base64 behind `v1,`; several stand with blanks between. Pure: bytes in, bytes out.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
KEY_BYTES = 32
_SHORTEST, _LONGEST = 24, 64


class NoSecret(ValueError):
    """The text is no secret of the specification."""


def new_secret() -> str:
    """A fresh secret in the form in which it is shown."""
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """The key within a secret. Raises NoSecret for anything but `whsec_` and 24 to 64 bytes in base64."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError as error:
        raise NoSecret from error
    if not secret.startswith(PREFIX) or not _SHORTEST <= len(key) <= _LONGEST:
        raise NoSecret
    return key


def headers(*, keys: Sequence[bytes], message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of one attempt; `timestamp` is that of the attempt, in whole seconds.

    While a secret is being changed two keys sign: receivers take a delivery if any of the signatures fits.
    """
    text = f"{message}.{timestamp}.".encode() + body
    made = [base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode() for key in keys]
    signatures = " ".join(f"v1,{signature}" for signature in made)
    return {"webhook-id": message, "webhook-timestamp": str(timestamp), "webhook-signature": signatures}
