"""The column type of sealed values, so that code, checks and the privacy map know which columns are sealed."""

from typing import Any

from django.db import models


class SealedField(models.BinaryField):
    """Bytes made by `envelope.seal`. Opening is explicit (`subjects.Keyring.open`), never a side effect of reading."""

    description = "A sealed personal value"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Never editable as it stands; empty means there is no value."""
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, *_: Any) -> bytes | None:
        """Plain bytes instead of a memoryview."""
        return None if value is None else bytes(value)
