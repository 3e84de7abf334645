"""JSON as it comes in: strict, bounded, with an error that says where it breaks."""

import json
from decimal import Decimal
from typing import IO, Any

from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework import exceptions
from rest_framework.parsers import BaseParser

LARGEST = 5 * 1024 * 1024


class StrictJSONParser(BaseParser):
    """Refuses NaN, duplicate names and NUL characters (PostgreSQL text cannot hold them); numbers are exact."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> Any:
        """The parsed body."""
        request = (parser_context or {}).get("request")
        try:
            raw = stream.read(LARGEST + 1) if request is None else request._request.body
        except RequestDataTooBig as error:
            raise TooLarge from error
        if len(raw) > LARGEST:
            raise TooLarge
        try:
            body = json.loads(raw.decode(), parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_unique)
        except UnicodeDecodeError as error:
            message = _("The body is not UTF-8 (byte %(byte)s).") % {"byte": error.start}
            raise exceptions.ParseError(message) from error
        except json.JSONDecodeError as error:
            message = _("The body is not valid JSON: line %(line)s column %(column)s. (%(reason)s)") % {
                "line": error.lineno,
                "column": error.colno,
                "reason": error.msg,
            }
            raise exceptions.ParseError(message) from error
        except RecursionError as error:
            raise exceptions.ParseError(_("The body is nested too deeply.")) from error
        except ValueError as error:
            raise exceptions.ParseError(str(error)) from error
        if b"\\u0000" in raw and _holds_nul(body):
            raise exceptions.ParseError(_("The body holds a NUL character, which cannot be stored."))
        return body


class TooLarge(exceptions.APIException):
    """413."""

    status_code = 413
    default_detail = _lazy("The body is larger than 5 MB.")
    default_code = "too_large"


def _holds_nul(value: Any) -> bool:
    """Whether any text holds U+0000. Only an escape brings it past the decoder; a backslash before it is innocent."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(name) or _holds_nul(inner) for name, inner in value.items())
    return any(map(_holds_nul, value)) if isinstance(value, list) else False


def _refuse(name: str) -> Any:
    message = _("%(name)s is not JSON.") % {"name": name}
    raise ValueError(message)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        message = _("The name “%(name)s” appears twice in one object.") % {"name": twice}
        raise ValueError(message)
    return found
