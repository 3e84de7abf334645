"""The base of all REST views: idempotent writes and the actor behind a request."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.utils import timezone
from rest_framework import status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core import actors, idempotency
from cdp.core.api.authentication import key_of
from cdp.core.api.parsing import TooLarge
from cdp.core.api.problems import MEDIA_TYPE, Problem, conflict
from cdp.core.models import Source

LONGEST_KEY = 255


class ApiViewSet(viewsets.GenericViewSet):
    """A resource. Set `scope`; writes honour `Idempotency-Key` by themselves."""

    scope = ""
    lookup_value_regex = "[0-9a-fA-F-]{36}"
    _claimed: bytes | None = None

    @property
    def actor(self) -> actors.Actor:
        """The API key of this request."""
        return actors.key(key_of(self.request))

    @property
    def source(self) -> Source:
        """The source of the key: facts written with it belong there."""
        return key_of(self.request).source

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After authentication: claim the idempotency key or answer as the first time."""
        super().initial(request, *args, **kwargs)
        key = request.headers.get("Idempotency-Key")
        if not key or request.method in {"GET", "HEAD", "OPTIONS"}:
            return
        if len(key) > LONGEST_KEY:
            raise Problem("invalid_idempotency_key", f"Idempotency-Key is longer than {LONGEST_KEY}.", status_code=400)
        try:
            sent = request._request.body
        except RequestDataTooBig as error:
            raise TooLarge from error
        name = idempotency.name_of(api_key=key_of(request).id, path=request.path, key=f"{request.method} {key}")
        try:
            answer = idempotency.begin(name, body=sent, now=timezone.now())
        except idempotency.KeyReused as error:
            raise conflict("idempotency_key_reused", "This Idempotency-Key was used with another body.") from error
        except idempotency.InProgress as error:
            raise conflict("in_progress", "The first request with this key is still being worked on.") from error
        if answer is not None:
            raise _Repeated(answer)
        self._claimed = name

    def handle_exception(self, exc: Exception) -> Response:
        """A repetition gets the stored answer; everything else becomes a problem."""
        if isinstance(exc, _Repeated):
            response = Response(headers={"Idempotency-Replayed": "true"})
            response.status_code = exc.answer.status
            response.stored = exc.answer.body  # type: ignore[attr-defined]
            return response
        try:
            return super().handle_exception(exc)
        except Exception:
            # A fault of ours: nobody will finish this claim, and the client's next attempt must not wait for it.
            if self._claimed is not None:
                idempotency.abandon(self._claimed)
                self._claimed = None
            raise

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Keep the answer of a claimed request, or give the key back when the fault was ours."""
        response = super().finalize_response(request, response, *args, **kwargs)
        stored = getattr(response, "stored", None)
        if stored is not None:
            response.add_post_render_callback(lambda rendered: _replace(rendered, stored))
        elif self._claimed is not None:
            name, self._claimed = self._claimed, None
            response.add_post_render_callback(lambda rendered: _keep(name, rendered))
        return response


class _Repeated(Exception):
    """Ends the request early with the stored answer."""

    def __init__(self, answer: idempotency.Answer) -> None:
        super().__init__()
        self.answer = answer


def _replace(response: Any, body: bytes) -> None:
    response.content = body
    if body:  # DRF drops the type of an answer that it rendered empty
        is_problem = response.status_code >= status.HTTP_400_BAD_REQUEST
        response.headers["Content-Type"] = MEDIA_TYPE if is_problem else "application/json"


def _keep(name: bytes, response: Any) -> None:
    server_fault = 500
    if response.status_code >= server_fault or response.status_code in {409, 429}:
        idempotency.abandon(name)
    else:
        idempotency.finish(name, idempotency.Answer(response.status_code, response.content))
