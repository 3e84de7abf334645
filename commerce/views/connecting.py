"""The staff page /hooks/connect/: name and secret of a store or platform make its addresses."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core import actors
from cdp.core.views.access import requires
from commerce.forms.connecting import ConnectForm
from commerce.services import connecting


@requires("settings")
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest) -> HttpResponse:
    """Connect a store or platform; the next page shows the address to give to it."""
    form = ConnectForm(
        request.POST if request.method == "POST" else None, initial={"vendor": request.GET.get("vendor", "")}
    )
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        try:
            connecting.connect(
                name=given["name"],
                secret=given["secret"],
                vendor=given["vendor"],
                token=given["token"],
                consent_box=given["consent_box"],
                actor=actors.staff(request.user),  # type: ignore[arg-type]
                now=timezone.now(),
            )
        except connecting.UnableToConnect as problem:
            form.add_error(problem.field, str(problem))
        else:
            messages.success(request, _("It is connected. Give it the address below."))
            return redirect("commerce:stores")
    return render(request, "commerce/connect.html", {"form": form}, status=422 if form.errors else 200)
