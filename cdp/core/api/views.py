"""The base of all REST views: idempotent writes and the actor behind a request."""

import contextlib
from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rest_framework import status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from cdp.core import actors, idempotency
from cdp.core.api.authentication import key_of
from cdp.core.api.parsing import TooLarge
from cdp.core.api.problems import MEDIA_TYPE, Problem, conflict, invalid_places
from cdp.core.models import Source

LONGEST_KEY = 255
PAGE = frozenset({"cursor", "page_size"})


class ApiViewSet(viewsets.GenericViewSet):
    """A resource. Set `scope`; writes honour `Idempotency-Key` by themselves.

    `queries` names what may stand in the query string of each action; those in `pages` also take the cursor and size
    of a page. Anything else is refused, because a filter that is misspelt and ignored answers with everybody.
    """

    scope = ""
    queries: ClassVar[Mapping[str, frozenset[str]]] = {}
    pages: ClassVar[frozenset[str]] = frozenset({"list"})
    lookup_value_regex = "[0-9a-fA-F-]{36}"
    # Without OPTIONS, which would describe forms that we do not have: the OpenAPI document tells everything.
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    _claimed: bytes | None = None
    _leaves_work = False

    @property
    def actor(self) -> actors.Actor:
        """The API key of this request."""
        return actors.key(key_of(self.request))

    @property
    def source(self) -> Source:
        """The source of the key: facts written with it belong there."""
        return key_of(self.request).source

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer; under an idempotency key the claim, the work and the stored answer commit together or not at all."""
        with contextlib.ExitStack() as self._together:
            response: Any = super().dispatch(request, *args, **kwargs)
            if self._claimed is not None:
                _keep(self._claimed, response.render(), leaves_work=self._leaves_work)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After authentication: refuse unknown parameters, claim the idempotency key or answer as the first time."""
        super().initial(request, *args, **kwargs)
        self._refuse_unknown_parameters(request)
        key = request.headers.get("Idempotency-Key")
        if not key or request.method in {"GET", "HEAD", "OPTIONS"}:
            return
        if len(key) > LONGEST_KEY:
            message = _("Idempotency-Key is longer than %(most)s characters.") % {"most": LONGEST_KEY}
            raise Problem("invalid_idempotency_key", message, status_code=400)
        try:
            sent = request._request.body
        except RequestDataTooBig as error:
            raise TooLarge from error
        name = idempotency.name_of(api_key=key_of(request).id, path=request.path, key=f"{request.method} {key}")
        # Not around the whole request: authentication notes the use of the key, and nobody must wait for that row.
        self._together.enter_context(transaction.atomic())
        try:
            answer = idempotency.begin(name, body=sent, now=timezone.now())
        except idempotency.KeyReused as error:
            raise conflict("idempotency_key_reused", _("This Idempotency-Key was used with another body.")) from error
        except idempotency.InProgress as error:
            raise conflict("in_progress", _("The first request with this key is still being worked on.")) from error
        except idempotency.AnswerLost as error:
            message = _("The first request with this key was carried out, but its answer cannot be read any more.")
            raise conflict("answer_lost", message) from error
        if answer is not None:
            raise _Repeated(answer)
        self._claimed = name

    def _refuse_unknown_parameters(self, request: Request) -> None:
        action = getattr(self, "action", None)
        if action is None:  # the method is not there: 405 says more
            return
        is_page = action in self.pages and self.pagination_class is not None
        known = self.queries.get(action, frozenset()) | (PAGE if is_page else frozenset())
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            detail = _("Unknown parameter; known are %(known)s.") if known else _("This address takes no parameters.")
            detail %= {"known": ", ".join(sorted(known))}
            raise invalid_places([{"pointer": name, "detail": detail} for name in unknown])
        # No text of PostgreSQL holds one; a filter by it would be a fault of ours. Cursors are judged by their reader.
        holding = sorted(name for name in known - PAGE if "\0" in "".join(request.query_params.getlist(name)))
        if holding:
            detail = _("A NUL character cannot be stored, so nothing has it; leave it out.")
            raise invalid_places([{"pointer": name, "detail": detail} for name in holding])

    def handle_exception(self, exc: Exception) -> Response:
        """A repetition gets the stored answer; everything else becomes a problem."""
        if not isinstance(exc, _Repeated):
            self._leaves_work = isinstance(exc, Problem) and exc.leaves_work
            return super().handle_exception(exc)
        response = Response(headers={"Idempotency-Replayed": "true"})
        response.status_code = exc.answer.status
        response.stored = exc.answer  # type: ignore[attr-defined]
        return response

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Put the stored answer into place."""
        response = super().finalize_response(request, response, *args, **kwargs)
        stored = getattr(response, "stored", None)
        if stored is not None:
            response.add_post_render_callback(lambda rendered: _replace(rendered, stored))
        return response


class _Repeated(Exception):
    """Ends the request early with the stored answer."""

    def __init__(self, answer: idempotency.Answer) -> None:
        super().__init__()
        self.answer = answer


def _replace(response: Any, stored: idempotency.Answer) -> None:
    response.content = stored.body
    if stored.language:
        response.headers["Content-Language"] = stored.language
    if stored.body:  # DRF drops the type of an answer that it rendered empty
        is_problem = response.status_code >= status.HTTP_400_BAD_REQUEST
        response.headers["Content-Type"] = MEDIA_TYPE if is_problem else "application/json"


def _keep(name: bytes, response: Any, *, leaves_work: bool) -> None:
    server_fault = 500
    if response.status_code >= server_fault or response.status_code in {409, 429}:
        # The key is free again, so nothing may stay that the next attempt would do a second time.
        if leaves_work:
            idempotency.abandon(name)
        else:
            transaction.set_rollback(True)
    else:
        language = translation.get_language() or ""
        idempotency.finish(name, idempotency.Answer(response.status_code, response.content, language))
