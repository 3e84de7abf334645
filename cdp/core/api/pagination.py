"""Cursor pages by id. The cursor is sealed and carries the filters, so that next links hold nothing readable."""

import json
import uuid
from typing import Any

from django.conf import settings
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core.api.problems import Problem
from cdp.core.crypto import tokens


class SealedCursorPagination(BasePagination):
    """`?cursor=&page_size=` over querysets ordered by a UUIDv7 id, newest first unless `ascending`.

    A page costs the same at any depth. `page_size` is 1 to 500.
    """

    default_size = 50
    largest = 500
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
            raise Problem(
                "invalid",
                "The request has invalid values.",
                errors=[{"pointer": "page_size", "detail": f"Must be 1 to {self.largest}."}],
            )
        return int(raw)

    def _cursor(self, request: Request) -> dict[str, str]:
        text = request.query_params.get("cursor")
        if not text:
            return {}
        try:
            cursor = json.loads(tokens.read("cursor", text))
        except tokens.BadToken as error:
            raise Problem(
                "invalid_cursor", "The cursor is not one of ours; start again without it.", status_code=400
            ) from error
        # The filters of the first page hold for all pages, whatever the link is called with.
        query = request.query_params.copy()
        for name, value in cursor.get("q", {}).items():
            query.setdefault(name, value)
        request._request.GET = query  # type: ignore[assignment]
        return cursor

    @staticmethod
    def filters(request: Request) -> dict[str, str]:
        """The query's filters, also those that came inside a cursor; views read filters through this."""
        found = {
            name: str(value) for name, value in request.query_params.items() if name not in {"cursor", "page_size"}
        }
        text = request.query_params.get("cursor")
        if text:
            try:
                found = json.loads(tokens.read("cursor", text)).get("q", {}) | found
            except tokens.BadToken:
                return found
        return found

    def _link(self, direction: str, edge: Any) -> str:
        payload = {"d": direction, "id": str(edge), "q": self.filters(self.request)}
        cursor = tokens.make("cursor", json.dumps(payload).encode())
        path = self.request._request.path
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
            {
                "name": "page_size",
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": self.largest},
            },
        ]
