"""The OpenAPI document: tags, the header of safe repetition, problems and examples, the same for every resource."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from cdp.core.api.problems import MEDIA_TYPE, TITLES

Endpoint = tuple[str, str, str, Any]
PREFIX = "/api/v1/"
PERSON = (f"{PREFIX}customers/{{", f"{PREFIX}loyalty/accounts/{{")
"""How addresses of one person begin: whoever was erased is gone at each of them."""
JSON = "application/json"
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
PARAMETERS = {
    "cursor": "Where the page begins: taken from `next` or `previous` of another page. It keeps the filters.",
    "page_size": "How many on a page, 1 to 500.",
}
KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Your name for this write, at most 255 characters. Same key and body: the first answer again, for 24"
    " hours; same key, other body: 409.",
)
EXAMPLES: Mapping[int, tuple[str, list[dict[str, str]]]] = {
    400: ("malformed", []),
    401: ("not_authenticated", []),
    403: ("permission_denied", []),
    404: ("not_found", []),
    409: ("idempotency_key_reused", []),
    410: ("erased", []),
    413: ("too_large", []),
    415: ("unsupported_media_type", []),
    422: ("invalid", [{"pointer": "/placed_at", "detail": "This field is required."}]),
    429: ("throttled", []),
}


def without_last_slash(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Addresses as the documentation writes them: the optional last slash of the router left out."""
    return [(path.rstrip("/"), pattern, method, view) for path, pattern, method, view in endpoints]


@dataclass(frozen=True)
class Example:
    """What a call looks like; a view names them by action in `examples`, tests hold them to document and API."""

    request: Any = None
    response: Any = None
    later: Any = None  # the answer of 202, where there is one beside the usual


class ProblemFault(serializers.Serializer[Any]):
    """One place that is wrong."""

    pointer = serializers.CharField(
        allow_blank=True, help_text="JSON pointer into the body, or the name of a parameter; empty for the whole."
    )
    detail = serializers.CharField(help_text="What is wrong there, in the reader's language.")


class ProblemAnswer(serializers.Serializer[Any]):
    """An error after RFC 9457. Some codes have members of their own beside these."""

    type = serializers.CharField(help_text="`urn:cdp:problem:CODE`")
    title = serializers.CharField(help_text="The kind of error in words.")
    status = serializers.IntegerField(help_text="The HTTP status again.")
    detail = serializers.CharField(help_text="What is wrong and how to mend it, in the reader's language.")
    code = serializers.CharField(help_text="For programs; never changes with the language.")
    errors = ProblemFault(many=True)  # type: ignore[assignment]


def page(*results: Any) -> dict[str, Any]:
    """The example of a page."""
    return {"results": list(results), "next": None, "previous": None}


class ResourceSchema(AutoSchema):
    """A resource in the OpenAPI document."""

    view: Any

    def get_tags(self) -> list[str]:
        """The resource that is spoken of."""
        return [self.view.scope] if getattr(self.view, "scope", "") else super().get_tags()

    @property
    def _is_write(self) -> bool:
        return self.method in WRITES and self.view.action not in getattr(self.view, "reads_by_post", ())

    def get_override_parameters(self) -> Any:
        """Every write takes an idempotency key; pages explain themselves."""
        parameters = [*super().get_override_parameters()]
        return [*parameters, KEY] if self._is_ours and self._is_write else parameters

    def _get_parameters(self) -> Any:
        found = super()._get_parameters()
        for parameter in found:
            if words := PARAMETERS.get(parameter["name"]):
                parameter.setdefault("description", words)
        return found

    @property
    def _is_ours(self) -> bool:
        return self.path.startswith(PREFIX)

    def _example(self) -> Example:
        examples: Mapping[str, Example] = getattr(self.view, "examples", {})
        return examples.get(self.view.action) or Example()

    def _get_request_body(self, direction: Any = "request") -> Any:
        body = super()._get_request_body(direction)
        example = self._example().request
        if body and example is not None:
            body["content"][JSON]["example"] = example
        return body

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        found = super()._get_response_bodies(direction)
        if not self._is_ours:
            return found
        shown = self._example()
        for code, response in found.items():
            content = response.get("content", {}).get(JSON)
            example = shown.later if code == "202" and shown.later is not None else shown.response
            if content and code < "300" and example is not None:
                content["example"] = example
        for status in self._problems():
            found.setdefault(str(status), {"description": str(TITLES[status])})
        problem = self.resolve_serializer(ProblemAnswer, "response")
        for code, response in found.items():
            if code >= "400":
                response["content"] = {MEDIA_TYPE: _problem(int(code), problem)}
        return dict(sorted(found.items()))

    def _problems(self) -> set[int]:
        """The errors this call may answer with, beside those it names itself."""
        codes = {401, 403, 422, 429}
        if "{" in self.path:
            codes.add(404)
        if self.path.startswith(PERSON):
            codes.add(410)
        if self._is_write:
            codes.add(409)
        if self.method in {"POST", "PUT", "PATCH"}:
            codes |= {400, 413, 415}
        if any(parameter["name"] == "cursor" for parameter in self._get_parameters()):
            codes.add(400)
        return codes


def _problem(code: int, component: ResolvedComponent) -> dict[str, Any]:
    named, errors = EXAMPLES.get(code, ("error", []))
    example = {
        "type": f"urn:cdp:problem:{named}",
        "title": str(TITLES[code]),
        "status": code,
        "detail": "The request has invalid values." if errors else "What is wrong and how to mend it.",
        "code": named,
        "errors": errors,
    }
    return {"schema": component.ref, "example": example}
