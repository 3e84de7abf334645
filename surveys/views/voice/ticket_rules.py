"""`/voice/tickets/rules/`: when somebody is there to answer, and how quickly."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core.views.access import actor_of, requires
from surveys.forms import ticket_rules as forms
from surveys.selectors.tickets import ruling
from surveys.services.tickets import ruling as writing


@requires("steward")
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """The form; saving counts anew what is due."""
    known = ruling.current()
    if request.method == "POST":
        form = forms.RulesForm(request.POST)
        if form.is_valid():
            try:
                writing.save(
                    week=form.week,
                    holidays=form.cleaned_data["holidays"],
                    minutes=form.minutes,
                    own_addresses=form.cleaned_data["own_addresses"],
                    actor=actor_of(request),
                    at=timezone.now(),
                )
            except writing.UnableToSave as problem:
                form.add_error(problem.field if problem.field in form.fields else None, str(problem.reason))
            else:
                messages.success(request, _("Saved. Open tickets are counted anew in a moment."))
                return redirect("voice:tickets")
    else:
        form = forms.RulesForm(initial=forms.beginning(known))
    context = {"form": form, "zone": known.zone, "is_usual": known.is_usual}
    return render(request, "voice/ticket_rules.html", context, status=422 if form.errors else 200)
