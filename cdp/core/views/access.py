"""Who may open a page: the one decorator that every staff view wears, and who it let in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from cdp.core import access, actors
from cdp.core.models import User

View = Callable[..., HttpResponseBase]


class NotForRole(PermissionDenied):
    """The page is for other roles; `capability` says which."""

    def __init__(self, capability: str) -> None:
        """Keep what is missing."""
        super().__init__(capability)
        self.capability = capability


def requires(capability: str) -> Callable[[View], View]:
    """Let in staff whose role has `capability` (`cdp.core.access`).

    Strangers go to the log-in page and come back; staff without it get the 403 page. A part that htmx asks for answers
    401 to somebody whose session ended, and the page reloads itself: a log-in form inside a table helps nobody.
    Raises KeyError on import for a capability that does not exist.
    """
    access.CAPABILITIES[capability]  # a misspelt one must not wait for its first visitor

    def decorate(view: View) -> View:
        guarded = login_required(_checked(view, capability))

        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated and request.headers.get("HX-Request") == "true":
                return HttpResponse(status=401)
            return guarded(request, *args, **kwargs)

        wrapper.capability = capability  # type: ignore[attr-defined]  # the permission matrix reads it
        return wrapper

    return decorate


def staff_of(request: HttpRequest) -> User:
    """Whom `requires` let in. Only for views that wear it."""
    assert isinstance(request.user, User), "`requires` let in staff only"  # noqa: S101
    return request.user


def actor_of(request: HttpRequest) -> actors.Actor:
    """The same person as the one who does what the page does."""
    return actors.staff(staff_of(request))


def _checked(view: View, capability: str) -> View:
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not staff_of(request).can(capability):
            raise NotForRole(capability)
        return view(request, *args, **kwargs)

    return wrapper
