"""The public sign-up form."""

import redis
import structlog
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core import addresses
from cdp.web import signup
from cdp.web.forms.signup import SignupForm
from customers.services import identity

log = structlog.get_logger("signup")
MOST_PER_HOUR = 30


@require_http_methods(["GET", "POST"])
def form(request: HttpRequest) -> HttpResponse:
    """Show the form, take it, say thank you. A robot gets the thanks and nothing else."""
    filled = SignupForm(request.POST or None)
    if request.method == "POST":
        if filled.is_robot:
            return redirect("web:signup-done")
        if not _may(request):
            answer = render(request, "web/signup/busy.html", status=429)
            answer.headers["Retry-After"] = "3600"
            return answer
        if filled.is_valid():
            if _take(filled):
                return redirect("web:signup-done")
            filled.add_error(None, _("Others are joining at this very moment. Please press the button once more."))
            return render(request, "web/signup/form.html", {"form": filled}, status=503)
    status = 422 if filled.is_bound else 200
    return render(request, "web/signup/form.html", {"form": filled}, status=status)


def _take(filled: SignupForm) -> bool:
    """Take a filled form; False when others who write the same person were faster again and again."""
    try:
        signup.take(
            filled.person,
            chosen=filled.chosen(),
            shown=filled.shown(),
            language=translation.get_language() or "en",
            now=timezone.now(),
        )
    except identity.UnableToResolve:
        log.warning("a sign-up lost every race")
        return False
    return True


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """The same words for everybody, so that nobody learns who was known before."""
    return render(request, "web/signup/done.html")


def _may(request: HttpRequest) -> bool:
    """A bound on sign-ups from one address. Without the cache everybody may."""
    key = f"signup:{addresses.of_client(request)}"
    try:
        cache.add(key, 0, timeout=3600)
        return int(cache.incr(key)) <= MOST_PER_HOUR
    except (redis.RedisError, ValueError):
        log.warning("sign-ups are not counted: no answer from the cache")
        return True
