"""What Django's error pages and reports may show of the program at the moment of a fault: never a key.

The pages appear with DEBUG on only, but are copied into tickets and chats all the same.
"""

from types import FrameType
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

SECRET_MODULES = ("cdp.core.crypto", "cdp.core.keys", "cdp.core.source_secrets", "cdp.run.keys", "cryptography")
"""Where variables are keys: nothing of them is shown."""


class KeylessFilter(SafeExceptionReporterFilter):
    """Hides the variables of whatever handles keys, and every other variable in which a key of this process stands."""

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> Any:
        """Name and value of each variable of a frame."""
        found = super().get_traceback_frame_variables(request, tb_frame)
        if str(tb_frame.f_globals.get("__name__", "")).startswith(SECRET_MODULES):
            return [(name, self.cleansed_substitute) for name, _value in found]
        secrets = _secrets()
        return [(name, self.cleansed_substitute if _holds(value, secrets) else value) for name, value in found]


def _secrets() -> list[str]:
    ring = (part.partition(":")[2].rstrip("=") for part in settings.CDP_ENCRYPTION_KEYS.split(","))
    return [secret for secret in (*ring, settings.SECRET_KEY) if secret]


def _holds(value: object, secrets: list[str]) -> bool:
    try:
        shown = repr(value)
    except Exception:  # noqa: BLE001  (a broken repr is shown as such by the page itself)
        return False
    return any(secret in shown for secret in secrets)
