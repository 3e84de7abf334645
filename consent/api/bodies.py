"""What comes in: the body of a consent, strictly read."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from cdp.core.api.fields import StrictSerializer, WordsField

LONGEST_EVIDENCE = 8000
CONFIRMED = "double_opt_in"
"""In the evidence: that the customer confirmed the grant in a second step of the client's own, and when."""
LARGEST_FILES = 3 * 1024 * 1024
"""Of one statement together, as a body may have 5 MB; staff attach larger ones on the page."""


class StrictBooleanField(serializers.BooleanField):
    """true or false, nothing that looks like it: a consent is not guessed."""

    default_error_messages = {"invalid": _("Must be true or false.")}

    def to_internal_value(self, data: Any) -> bool:
        """The boolean itself."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class EvidenceField(serializers.JSONField):
    """What proves the statement: an object, or a text. Stored sealed."""

    default_error_messages = {
        "shape": _("Must be an object or a text."),
        "empty": _("Say what was shown and chosen, and where."),
        "too_long": _("Must be shorter: 8,000 characters at most."),
        "confirmed": _("Must be an object whose confirmed_at says when, with a zone: 2026-11-20T09:30:00Z."),
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """An object; a text becomes {"text": …}."""
        if isinstance(data, str):
            data = {"text": data.strip()} if data.strip() else {}
        if not isinstance(data, dict):
            self.fail("shape")
        if not data:
            self.fail("empty")
        if len(json.dumps(data, ensure_ascii=False, default=str)) > LONGEST_EVIDENCE:
            self.fail("too_long")
        self._check_confirmed(data)
        return data

    def _check_confirmed(self, data: Mapping[str, Any]) -> None:
        """A proof of a second step says when it was."""
        if CONFIRMED not in data:
            return
        told = data[CONFIRMED]
        text = told.get("confirmed_at") if isinstance(told, Mapping) else None
        try:
            at = parse_datetime(text) if isinstance(text, str) else None
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            self.fail("confirmed")


def confirmed_at(evidence: Mapping[str, Any] | None) -> datetime | None:
    """When the second step was, as evidence that was read says; None where it says nothing of one."""
    return parse_datetime(evidence[CONFIRMED]["confirmed_at"]) if evidence and CONFIRMED in evidence else None


class FileBody(StrictSerializer):
    """A file that proves the statement: PDF, JPEG, PNG, HEIC, MP3, M4A or WAV, told by its content."""

    name = WordsField(max_length=200)
    content = serializers.CharField(
        max_length=LARGEST_FILES * 4 // 3 + 4, help_text="The file in base64. All files of one statement: 3 MB."
    )

    def validate_content(self, value: str) -> bytes:
        """The bytes."""
        try:
            return base64.b64decode(value, validate=True)
        except ValueError as error:
            raise serializers.ValidationError(_("Must be base64.")) from error


class ConsentBody(StrictSerializer):
    """A statement of a customer. A grant needs evidence; a refusal is taken without."""

    customer = serializers.UUIDField()
    purpose = serializers.CharField(max_length=30)
    channel = serializers.CharField(max_length=10)
    granted = StrictBooleanField()
    policy_version = WordsField(max_length=20, help_text="The version of the text that was shown.")
    evidence = EvidenceField(required=False, allow_null=True, default=None)
    double_opt_in = StrictBooleanField(
        required=False,
        default=False,
        help_text="A grant waits until the customer confirms it by a link in a mail (48 hours); the answer is 202."
        " Asked for by itself where the customer's country wants it and `evidence.double_opt_in.confirmed_at` is not"
        " sent.",
    )

    files = FileBody(many=True, required=False, default=list, help_text="Files that prove it, stored sealed.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A grant that nobody could prove is not one."""
        if sum(len(one["content"]) for one in attrs["files"]) > LARGEST_FILES:
            raise serializers.ValidationError({"files": [_("The files are larger than 3 MB together.")]})
        if attrs["granted"] and not attrs.get("evidence"):
            raise serializers.ValidationError({"evidence": [_("A grant needs evidence: what was shown and chosen.")]})
        return attrs
