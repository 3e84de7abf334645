"""Strict parts of request bodies: nothing unknown, nothing guessed, every fault with its pointer."""

import difflib
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar, NoReturn

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from cdp.core import moments
from cdp.core.files import values

_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_MOST_HINTS, _LONGEST_HINTED = 20, 60
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


# Refuses members that it does not know. (No docstring: it would become the description of every body.)
class StrictSerializer(serializers.Serializer[Any]):
    answered: ClassVar[frozenset[str]] = frozenset()
    """Members of an answer that a client may send back; they change nothing."""

    def to_internal_value(self, data: Any) -> Any:
        """The validated members; every fault at once."""
        if self.answered and _is_map(data):
            data = {name: value for name, value in data.items() if name not in self.answered}
        unknown = _unknown(data, self.fields) if _is_map(data) else {}
        try:
            found = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if isinstance(error.detail, dict):
                raise serializers.ValidationError({**error.detail, **unknown}) from error
            raise
        if unknown:
            raise serializers.ValidationError(unknown)
        return found


class ChoiceField(serializers.ChoiceField):
    """One of a few words; whoever sends another one is told which there are."""

    default_error_messages = {"invalid_choice": _("“{input}” is none of these: {known}.")}

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        """Raise the fault, with the words there are."""
        if "input" in kwargs:
            kwargs["input"] = str(kwargs["input"])[:_LONGEST_HINTED]
        super().fail(key, known=", ".join(str(one) for one in self.choices), **kwargs)


class MomentField(serializers.DateTimeField):
    """An RFC 3339 time. The zone is required: a storefront that leaves it out means some zone that nobody knows."""

    default_error_messages = {
        "not_rfc3339": _("Write the time with its zone as in RFC 3339, like 2026-11-21T14:30:00+07:00."),
        "out_of_range": _("The year must lie between 1900 and 2199."),
    }

    def to_internal_value(self, value: Any) -> datetime:
        """The aware moment."""
        if not isinstance(value, str) or not _RFC3339.fullmatch(value):
            self.fail("not_rfc3339")
        try:
            moment = datetime.fromisoformat(_microseconds(value.upper()))
        except ValueError:
            self.fail("not_rfc3339")
        if not moments.EARLIEST <= moment.year <= moments.LATEST:
            self.fail("out_of_range")
        # PostgreSQL reads no offset beyond 15:59, and ISO 8601 knows them up to 23:59.
        return moment.astimezone(UTC)


class ExactField(serializers.DecimalField):
    """A decimal as JSON number or string, plain ASCII digits; never rounded, never NaN."""

    def to_internal_value(self, data: Any) -> Decimal:
        """The exact number."""
        if isinstance(data, bool) or not isinstance(data, str | int | float | Decimal):
            self.fail("invalid")
        if isinstance(data, str) and not _NUMBER.fullmatch(data.strip()):
            self.fail("invalid")
        return super().to_internal_value(data)


class MoneyField(ExactField):
    """An amount: up to 14 digits before the point and 4 after it."""

    def __init__(self, **kwargs: Any) -> None:
        """Digits are the same everywhere."""
        super().__init__(max_digits=18, decimal_places=4, **kwargs)


class CurrencyField(serializers.CharField):
    """An ISO 4217 code that is or was money in this century."""

    default_error_messages = {"unknown_currency": _("This is no ISO 4217 currency code; write one such as THB.")}

    def to_internal_value(self, data: Any) -> str:
        """The code in capitals."""
        code = super().to_internal_value(data).upper()
        if code not in values.currencies():
            self.fail("unknown_currency")
        return code


class WordsField(serializers.CharField):
    """A text that may be left out, empty or null; all three are the empty text."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        """`max_length` is the size of the column."""
        super().__init__(max_length=max_length, required=False, allow_blank=True, allow_null=True, default="", **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The text."""
        return super().run_validation(data) or ""


def _unknown(data: Mapping[Any, Any], known: Collection[str]) -> dict[str, list[str]]:
    """What is said of each member that is not known; the first ones hear which one comes near, for a body has room for
    half a million names.
    """
    names = [str(name) for name in data if name not in known]
    told = {name: [str(_("Unknown field."))] for name in names}
    for name in names[:_MOST_HINTS]:
        if len(name) <= _LONGEST_HINTED and (near := difflib.get_close_matches(name, known, n=1)):
            told[name] = [_("Unknown field. Did you mean %(known)s?") % {"known": near[0]}]
    return told


def _is_map(data: Any) -> bool:
    return isinstance(data, dict)


def _microseconds(text: str) -> str:
    """Python reads six decimals of a second at most; RFC 3339 allows any number."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


class RawField(serializers.Field[Any, Any, Any, Any]):
    """Whatever was sent, to be read later."""

    def to_internal_value(self, data: Any) -> Any:
        return data
