"""`/voice/interviews/testimonials/`: what was asked, allowed, shown and taken back; and one of them with its link."""

import datetime as dt
import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core import context as access
from cdp.core import qr, receipts
from cdp.core.views.access import NotForRole, actor_of, requires, staff_of
from consent.forms.evidence import given
from consent.rules import evidence as evidence_rules
from consent.services import recording
from surveys.forms.interviews import SignForm
from surveys.models import Testimonial
from surveys.selectors import links
from surveys.selectors.interviews import shown
from surveys.services.interviews import testimonials
from surveys.services.interviews.testimonials import UnableToShow
from surveys.views.voice import interviews_frame as frame

NEEDED = {"show": "surveys.edit", "hide": "surveys.edit", "sign": "consent.record", "back": "consent.record"}
"""What each button of the page asks for."""


@requires("customers.view")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All of them by state. Words that nobody allowed yet are read by whoever may read quotes."""
    state = request.GET.get("state", "")
    state = state if state in Testimonial.State.values else ""
    rows = shown.listed(state=state, before=_place(request.GET.get("older", "")), at=timezone.now())
    page, more = rows[: shown.PAGE], len(rows) > shown.PAGE
    known = frame.names(one.customer for one in page)
    in_full = bool(staff_of(request).can("customers.reveal"))
    access.show({one.customer for one in page})
    kept = {"state": state} if state else {}
    context = {
        **frame.context(request, "testimonials"),
        "rows": [
            {
                "shown": one,
                "person": known.get(one.customer),
                "is_readable": in_full or one.held in (Testimonial.State.ALLOWED, Testimonial.State.PUBLISHED),
            }
            for one in page
        ],
        "states": [
            {
                "url": "?" + urlencode({"state": code} if code else {}),
                "label": label,
                "active": code == state,
            }
            for code, label in [("", pgettext("testimonials", "All")), *Testimonial.State.choices]
        ],
        "is_filtered": bool(state),
        "older_url": "?" + urlencode({**kept, "older": f"{page[-1].asked_at.isoformat()}_{page[-1].id}"})
        if more
        else "",
        "embed": links.testimonials_script(),
        "wall_url": links.testimonials(),
    }
    return render(request, "voice/testimonials.html", context)


def _place(text: str) -> tuple[dt.datetime, uuid.UUID] | None:
    at, _dash, row = text.partition("_")
    try:
        moment = dt.datetime.fromisoformat(at)
        return (moment, uuid.UUID(row)) if moment.tzinfo is not None else None
    except ValueError:
        return None


@requires("customers.view")
@require_http_methods(["GET", "POST"])
def testimonial(request: HttpRequest, testimonial: uuid.UUID) -> HttpResponse:
    """One of them: the link for its person, a yes on paper, showing it, taking it down."""
    user, now, act = staff_of(request), timezone.now(), request.POST.get("act", "")
    if request.method == "POST" and not user.can(NEEDED.get(act, "consent.record")):
        raise NotForRole(NEEDED.get(act, "consent.record"))
    row = Testimonial.objects.filter(id=testimonial).first()
    if row is None:
        raise Http404
    form = SignForm(request.POST if act == "sign" else None, initial={"at": timezone.localtime(now)})
    token_text, is_used, files = request.POST.get("form_token", ""), False, []
    error = ""
    try:
        if act in {"show", "hide"}:
            testimonials.publish(testimonial=row.id, is_shown=act == "show", actor=actor_of(request), at=now)
            told = _("Everybody can read it now.") if act == "show" else _("Nobody reads it any more.")
            messages.success(request, told)
            return redirect("voice:testimonial", row.id)
        if act == "back":
            testimonials.take_back(testimonial=row.id, way="staff", actor=actor_of(request), at=now)
            messages.success(request, _("It is written down; nobody reads it."))
            return redirect("voice:testimonial", row.id)
        if act == "sign":
            files = given(request)
            if form.is_valid():
                testimonials.sign(
                    testimonial=row.id,
                    way=form.cleaned_data["way"],
                    said_at=form.moment(now),
                    files=files,
                    token=receipts.read_token(token_text, recording.FORM, now=now),
                    actor=actor_of(request),
                    now=now,
                )
                messages.success(request, _("Written into the ledger"))
                return redirect("voice:testimonial", row.id)
    except UnableToShow as unable:
        error = str(unable)
    except testimonials.Gone as gone:
        raise Http404 from gone
    except receipts.Stale:
        error, is_used = _("This page was saved before or stood open for too long. Please save once more."), True
    (one,) = shown.opened([row], at=now)
    access.show([row.customer_id])
    link = testimonials.link(row)
    may_read = bool(user.can("customers.reveal")) or one.held in ("allowed", "published")
    context = {
        **frame.context(request, "testimonials"),
        "shown": one,
        "row": row,
        "person": frame.names([row.customer_id]).get(row.customer_id),
        "may_read": may_read,
        "link": link if user.can("consent.record") else "",
        "code": qr.svg(link) if user.can("consent.record") and one.held == "asked" else "",
        "form": form,
        "token": receipts.asked_again(token_text, recording.FORM, is_used=is_used, now=now),
        "accept": evidence_rules.ACCEPT,
        "had_files": bool(files),
        "error": error,
        "may_show": user.can("surveys.edit"),
        "may_record": user.can("consent.record"),
        "may_quote": user.can("customers.reveal"),
    }
    return render(request, "voice/testimonial.html", context, status=422 if error or form.errors else 200)
