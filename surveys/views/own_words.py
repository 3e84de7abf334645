"""The shop's own words of an invitation: written side by side, seen as they are sent."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core.views.access import actor_of, requires
from surveys.forms.own_words import OwnWordsForm
from surveys.selectors import letters
from surveys.services import own_words as service
from surveys.services.publishing import UnableToChange
from surveys.views import frame


@requires("surveys.edit")
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, survey: str) -> HttpResponse:
    """`/surveys/{slug}/ask/words/`."""
    row, now = frame.survey_of(survey), timezone.now()
    if not row.version:
        raise Http404
    form = OwnWordsForm(
        request.POST if request.method == "POST" else None, words=row.letter, ready=letters.ready_words(row)
    )
    if request.method == "POST" and form.is_valid():
        try:
            service.save(survey=row.id, words=form.words(), actor=actor_of(request), at=now)
        except UnableToChange as unable:
            form.add_error(None, str(unable))
        else:
            messages.success(request, _("Saved"))
            return redirect("surveys:own-words", row.slug)
    context = {**frame.context(request, row, "ask"), "form": form, "letters": letters.previews(row, row.letter)}
    return render(request, "surveys/own_words.html", context, status=422 if form.errors else 200)
