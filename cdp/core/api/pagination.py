"""Cursor pages by id. The cursor is sealed and carries the filters, so that next links hold nothing readable."""

import json
import uuid
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core.api.problems import Problem, invalid, invalid_places
from cdp.core.crypto import tokens

LARGEST = 500
SIZE = OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": LARGEST})
"""For addresses that page in their own way."""


class SealedCursorPagination(BasePagination):
    """`?cursor=&page_size=` over querysets ordered by a UUIDv7 id, newest first unless `ascending`.

    A page costs the same at any depth. `page_size` is 1 to 500.
    """

    default_size = 50
    largest = LARGEST
    id_field = "id"

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """One page of rows."""
        self.request = request
        self.size = self._size(request)
        cursor = self._cursor(request)
        backwards = cursor.get("d") == "p"
        order, edge = f"-{self.id_field}", cursor.get("id")
        if edge:
            side = "gt" if backwards else "lt"
            queryset = queryset.filter(**{f"{self.id_field}__{side}": uuid.UUID(edge)})
        rows = list(queryset.order_by(self.id_field if backwards else order)[: self.size + 1])
        more = len(rows) > self.size
        rows = rows[: self.size]
        if backwards:
            rows.reverse()
        self.has_next = more if not backwards else True
        self.has_previous = (more if backwards else bool(edge)) and bool(rows)
        self.rows = rows
        return rows

    def _size(self, request: Request) -> int:
        raw = request.query_params.get("page_size", str(self.default_size))
        readable = raw.isascii() and raw.isdigit() and len(raw) <= len(str(self.largest))
        if not readable or not 1 <= int(raw) <= self.largest:
            raise invalid("page_size", _("Must be 1 to %(largest)s.") % {"largest": self.largest})
        return int(raw)

    def _cursor(self, request: Request) -> dict[str, Any]:
        text = request.query_params.get("cursor")
        if not text:
            return {}
        cursor = self._opened(text)
        if cursor.get("l", request._request.path) != request._request.path:
            raise invalid("cursor", _("The cursor belongs to another list."))
        return cursor

    @classmethod
    def _opened(cls, text: str) -> dict[str, Any]:
        try:
            return dict(json.loads(tokens.read("cursor", text)))
        except tokens.BadToken as error:
            message = _("The cursor is not one of ours; start again without it.")
            raise Problem("invalid_cursor", message, status_code=400) from error

    @classmethod
    def filters(cls, request: Request) -> dict[str, str]:
        """The filters of a list, from the query or from inside its cursor; views read filters through this.

        The filters of the first page hold for all pages: saying them again is fine, saying others is a 422, because
        such a page would be neither the next one of that list nor the first of another.
        """
        told = {name: str(value) for name, value in request.query_params.items() if name not in {"cursor", "page_size"}}
        text = request.query_params.get("cursor")
        if not text:
            return told
        kept = {name: str(value) for name, value in cls._opened(text).get("q", {}).items()}
        detail = _("This contradicts the cursor, which keeps the filters of its first page; leave one of them out.")
        faults = [{"pointer": name, "detail": detail} for name in sorted(told) if told[name] != kept.get(name)]
        if faults:
            raise invalid_places(faults)
        return kept

    def _link(self, direction: str, edge: Any) -> str:
        path = self.request._request.path
        payload = {"d": direction, "id": str(edge), "q": self.filters(self.request), "l": path}
        cursor = tokens.make("cursor", json.dumps(payload).encode())
        return f"{settings.CDP_BASE_URL}{path}?cursor={cursor}&page_size={self.size}"

    def get_paginated_response(self, data: Any) -> Response:
        """`{"results", "next", "previous"}`."""
        rows = self.rows
        return Response(
            {
                "results": data,
                "next": self._link("n", getattr(rows[-1], self.id_field)) if rows and self.has_next else None,
                "previous": self._link("p", getattr(rows[0], self.id_field)) if self.has_previous else None,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """For the OpenAPI document."""
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"results": schema, "next": link, "previous": link},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """For the OpenAPI document."""
        return [
            {"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}},
            {"name": SIZE.name, "in": SIZE.location, "required": False, "schema": SIZE.type},
        ]
