"""`/voice/interviews/quotes/`: what was said, by theme, and asking whether one of it may be shown."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core import context as access
from cdp.core.views.access import NotForRole, actor_of, requires, staff_of
from customers.selectors import profiles
from surveys.forms.interviews import AskForm, ThemesForm
from surveys.models import Participant, Quote
from surveys.rules.interviews import codes
from surveys.selectors.interviews import guides, shown, talks
from surveys.selectors.texts import readings
from surveys.services.interviews import holding, testimonials
from surveys.services.interviews.holding import UnableToHold
from surveys.services.interviews.testimonials import UnableToShow
from surveys.views.voice import interviews
from surveys.views.voice import interviews_frame as frame


@requires("customers.reveal")
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Quotes of a theme, the newest first, with all themes beside."""
    filters, chips = interviews.read_filters(request)
    page = talks.quotes(filters, before=talks.Place.read(request.GET.get("older", "")))
    now = timezone.now()
    known = frame.names(one.owner for one in page.rows)
    titles = guides.titles({one.guide for one in page.rows})
    praised = shown.of_quotes([one.id for one in page.rows], at=now)
    felt = readings.of("quote", [one.id for one in page.rows])
    access.show({one.owner for one in page.rows if one.owner})
    context = {
        **frame.context(request, "quotes"),
        "rows": [
            {
                "said": one,
                "by": _by(one, known),
                "question": guides.asked(one.guide, one.version, one.question),
                "title": titles.get(one.guide, ""),
                "shown": praised.get(one.id),
                "felt": felt.get(one.id),
            }
            for one in page.rows
        ],
        "themes": [
            {"theme": theme, "count": count, "active": theme == filters.theme} for theme, count in talks.themes()
        ],
        "older_url": interviews.older(request, page.older),
        "chips": chips,
        "filters": interviews.filter_lists(),
        "given": {name: request.GET.get(name, "") for name in ("guide", "theme")},
        "kept_customer": request.GET.get("customer", ""),
    }
    return render(request, "voice/quotes.html", context)


def _by(said: talks.Said, known: dict[uuid.UUID, profiles.Profile]) -> str:
    return _("Nameless") if said.owner is None else frame.named(known.get(said.owner), in_full=True)


@requires("customers.reveal")
@require_http_methods(["GET", "POST"])
def quote(request: HttpRequest, quote: uuid.UUID) -> HttpResponse:
    """One quote: what it is about, and asking whether everybody may read it."""
    row = Quote.objects.filter(id=quote).first()
    if row is None:
        raise Http404
    (said,) = talks.opened([row])
    now, act = timezone.now(), request.POST.get("act", "")
    if request.method == "POST" and not staff_of(request).can("customers.edit"):
        raise NotForRole("customers.edit")
    known = frame.names([said.owner])
    name = known[said.owner].name if said.owner in known else ""
    coded = ThemesForm(request.POST if act == "code" else None, initial={"themes": ", ".join(said.themes)})
    asked = AskForm(request.POST if act == "ask" else None, initial={"words": said.words, "name": name})
    try:
        if act == "code" and coded.is_valid():
            holding.code(quote=row.id, themes=codes.codes(coded.cleaned_data["themes"]))
            messages.success(request, _("Saved"))
            return redirect("voice:quote", row.id)
        if act == "ask" and asked.is_valid():
            made = testimonials.ask(quote=row.id, **asked.cleaned_data, actor=actor_of(request), at=now)
            return redirect("voice:testimonial", made.id)
        if act == "remove":
            holding.remove_quote(quote=row.id, actor=actor_of(request), at=now)
            messages.success(request, _("The quote is removed."))
            return redirect("voice:quotes")
    except UnableToShow as unable:
        asked.add_error(None, str(unable))
    except UnableToHold as unable:
        coded.add_error(None, str(unable))
    if said.owner is not None:
        access.show([said.owner])
    people = Participant.objects.filter(interview_id=row.interview_id, seat__gt=0).count()
    context = {
        **frame.context(request, "quotes"),
        "said": said,
        "by": _by(said, known) if said.owner is not None or people == 1 else f"{_('Nameless')} · {said.seat}",
        "question": guides.asked(said.guide, said.version, said.question),
        "shown": shown.of_quotes([row.id], at=now).get(row.id),
        "coded": coded,
        "asked": asked,
        "themes": talks.suggested(),
        "may_hold": staff_of(request).can("customers.edit"),
    }
    return render(request, "voice/quote.html", context, status=422 if coded.errors or asked.errors else 200)
