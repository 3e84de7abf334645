"""Handing the shop's tablet to a customer, and the page that takes it back."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from cdp.core.views.access import requires, staff_of
from cdp.web import handing, kiosk
from cdp.web.forms.kiosk import HandOverForm, UnlockForm


def start_address(form: str, language: str) -> str:
    """The page that hands the tablet over, with its answers chosen."""
    return f"{reverse('web:kiosk-start')}?{urlencode({'form': form, 'language': language})}"


@requires("kiosk")
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """`/kiosk/`: says what will happen, then locks this browser and opens the form."""
    now = timezone.now()
    if request.method != "POST":
        initial = {"form": "signup", "language": (get_language() or "en")[:2], **request.GET.dict()}
        return render(request, "web/kiosk/start.html", {"form": HandOverForm(initial=initial, at=now)})
    given = HandOverForm(request.POST, at=now)
    if not given.is_valid():
        return render(request, "web/kiosk/start.html", {"form": given}, status=422)
    chosen = given.cleaned_data
    tablet = handing.hand_over(
        request,
        form=chosen["form"],
        language=chosen["language"],
        back=chosen["back"],
        user=staff_of(request),
        at=now,
    )
    response = redirect(tablet.form_address(chosen["form"]))
    add_never_cache_headers(response)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: HttpRequest) -> HttpResponse:
    """`/kiosk/unlock/`: back to work by a password; nobody who waits stays on it for long."""
    held, tablet = kiosk.locked(request), kiosk.of(request)
    if held is None or tablet is None:
        return redirect("web:home")
    given = UnlockForm(request.POST if request.method == "POST" else None)
    if given.is_valid():
        try:
            return redirect(handing.take_back(request, held, at=timezone.now(), **given.cleaned_data))
        except handing.UnableToUnlock as unable:
            given.add_error("password", str(unable))
    context = {
        "form": given,
        "kiosk": tablet,
        "home_url": tablet.form_address(held.form),
        "holder": handing.holder_name(held),
    }
    response = render(request, "web/kiosk/unlock.html", context, status=422 if given.is_bound else 200)
    add_never_cache_headers(response)
    return response
