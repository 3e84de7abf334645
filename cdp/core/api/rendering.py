"""JSON as it goes out. A time has one form at every address: RFC 3339 in the shop's zone with its offset."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder


class Encoder(JSONEncoder):
    """DRF's own cuts raw times to milliseconds and writes UTC, unlike the fields of its serializers."""

    def default(self, obj: Any) -> Any:
        """`2026-11-20T16:30:00+07:00`; a fraction of a second stands where there is one, so nothing is lost."""
        if isinstance(obj, datetime):
            return timezone.localtime(obj).isoformat()
        return super().default(obj)


class Renderer(JSONRenderer):
    """What every view answers with. DATETIME_FORMAT is None, so the times of serializers come here too."""

    encoder_class = Encoder
