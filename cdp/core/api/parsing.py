"""JSON as it comes in: strict, bounded, with an error that says where it breaks."""

import json
import re
from decimal import Decimal
from typing import IO, Any

from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework import exceptions
from rest_framework.parsers import BaseParser

from cdp.core.api import pointers

LARGEST = 5 * 1024 * 1024
MOST_DIGITS = 400
SHOWN = 60
_ESCAPE = re.compile(rb"\\u(0000|[dD][89a-fA-F])")
_UNFIT = re.compile("[\0\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    """Refuses NaN, duplicate names and characters that PostgreSQL's text cannot hold; numbers are exact."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> Any:
        """The parsed body."""
        request = (parser_context or {}).get("request")
        if request is not None and request.headers.get("Content-Encoding", "").strip().lower() not in {"", "identity"}:
            raise Compressed
        try:
            raw = stream.read(LARGEST + 1) if request is None else request._request.body
        except RequestDataTooBig as error:
            raise TooLarge from error
        if len(raw) > LARGEST:
            raise TooLarge
        try:
            body = json.loads(
                raw.decode(),
                parse_int=_whole,
                parse_float=Decimal,
                parse_constant=_refuse,
                object_pairs_hook=_unique,
            )
            # Only an escape brings them past the decoder; a backslash before it is innocent.
            if _ESCAPE.search(raw):
                _refuse_unfit(body)
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
        return body


class TooLarge(exceptions.APIException):
    """413."""

    status_code = 413
    default_detail = _lazy("The body is larger than 5 MB.")
    default_code = "too_large"


class Compressed(exceptions.APIException):
    """415: nothing is unpacked here, so that nobody can make a small body a large one."""

    status_code = 415
    default_detail = _lazy("A compressed body is not taken here; send it without Content-Encoding.")
    default_code = "compressed"


class Unfit(exceptions.ParseError):
    """400: a text in the body, or the name of a member, that cannot be stored, with its place."""

    def __init__(self, detail: str, pointer: str) -> None:
        super().__init__(detail)
        self.errors = [{"pointer": pointer, "detail": detail}]


def _refuse_unfit(value: Any, *place: str | int) -> None:
    """Refuse NUL and halves of surrogate pairs. A name at fault is told by its object: the answer could not hold it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            _refuse_unfit(name, *place)
            _refuse_unfit(inner, *place, name)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            _refuse_unfit(inner, *place, position)
    elif isinstance(value, str) and (found := _UNFIT.search(value)):
        # Spelt only now: in a body of a million sound values the places alone would be work for minutes.
        pointer = "".join(f"/{pointers.escaped(str(step))}" for step in place)
        if found[0] == "\0":
            raise Unfit(_("The body holds a NUL character, which cannot be stored."), pointer)
        message = _("The body holds half of a surrogate pair (U+%(code)s), which is no character; leave it out.")
        raise Unfit(message % {"code": f"{ord(found[0]):04X}"}, pointer)


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        message = _("A number in the body has more than %(most)s digits.") % {"most": MOST_DIGITS}
        raise ValueError(message)
    return int(digits)


def _refuse(name: str) -> Any:
    message = _("%(name)s is not JSON.") % {"name": name}
    raise ValueError(message)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        shown = twice[:SHOWN].encode(errors="replace").decode()  # half a surrogate pair cannot be answered
        message = _("The name “%(name)s” appears twice in one object.") % {"name": shown}
        raise ValueError(message)
    return found
