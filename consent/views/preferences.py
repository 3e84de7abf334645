"""The preference centre: what somebody hears from us, how often, in which language; and taking everything back.

The sealed token in the address is the permission, as in the link to unsubscribe; no cookie and no script is asked for.
Nothing on the page says more of the person than a masked address. A link that is too old or broken leads to a form that
sends a new one, with the same answer whoever asks.
"""

import datetime as dt
import json
import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cdp.core import addresses, leaving, written_dates
from cdp.core.actors import CUSTOMER
from consent.forms.preferences import GuardianForm, LinkForm
from consent.rules import gpc as gpc_rules
from consent.rules import preferences as rules
from consent.rules.packs import Basis
from consent.rules.wishes import PAUSES, Wish
from consent.selectors import centre as reading
from consent.selectors import guardians as waits
from consent.selectors import people, restrictions
from consent.services import asked_links, gpc, guardians, links, preferences, receipts, showing, tongues
from consent.services.requests import codes
from consent.views import languages
from consent.views.private import private
from customers.selectors import lineage


@csrf_exempt
@never_cache
@private
@require_http_methods(["GET", "HEAD", "POST"])
def preferences_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows, POST changes: `act` says what."""
    now = timezone.now()
    try:
        customer = links.read_preferences(token, now=now)
    except links.BadToken:
        return _without(request, "unknown")
    except links.Expired:
        return _without(request, "expired")
    person = people.find(customer)
    if person is None:
        return _without(request, "expired")  # who was forgotten is answered like an old link
    language = languages.of(request, otherwise=person.language)
    with translation.override(language):
        if gpc_rules.is_on(request.headers):
            gpc.refuse(customer=person.id, proof=addresses.proof_of(request), page="preferences", at=now)
        if request.method != "POST":
            return _page(request, token, person.id, now)
        return _acted(request, token, person.id, now)


@csrf_exempt
@never_cache
@private
@require_http_methods(["GET", "HEAD", "POST"])
def ask_link(request: HttpRequest) -> HttpResponse:
    """Without a link: an address is typed in, and if it is a customer's, a fresh link is sent there, by a worker:
    nothing is looked up here.
    """
    with translation.override(languages.of(request)):
        form = LinkForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            asked_links.ask_settings(
                channel=form.cleaned_data["channel"],
                address=form.cleaned_data["address"],
                language=translation.get_language() or "en",
                network=addresses.network(addresses.of_client(request)),
                at=timezone.now(),
            )
            told = {"state": "sent", "is_text": form.cleaned_data["channel"] == "sms"}
            return render(request, "consent/preferences_link.html", told)
        status = 422 if request.method == "POST" else 200
        return render(request, "consent/preferences_link.html", {"state": "ask", "form": form}, status=status)


def _without(request: HttpRequest, state: str) -> HttpResponse:
    codes.note_attempt("preferences", {"unknown": "forged"}.get(state, state), at=timezone.now())
    with translation.override(languages.of(request)):
        status = {"expired": 410, "unknown": 404}[state]
        return render(request, "consent/preferences_link.html", {"state": state, "form": LinkForm()}, status=status)


def _acted(request: HttpRequest, token: str, customer: uuid.UUID, now: dt.datetime) -> HttpResponse:
    act = request.POST.get("act", "save")
    proof = addresses.proof_of(request)
    try:
        if act == "undo":
            preferences.undo(request.POST.get("undo", ""), customer=customer, proof=proof, at=now)
            return _page(request, token, customer, now, said=_("Taken back: it is as it was before."))
        centre = reading.of(customer, language=translation.get_language() or "en", now=now)
        if centre is None:
            return _without(request, "expired")
        if act == "receipt":
            return _receipt(request, customer, now)
        if act == "receipt-file":
            return _receipt_file(request, now)
        if act == "guardian":
            return _asked_guardian(request, token, centre, now)
        if act == "stop":
            changed = preferences.withdraw_all(
                customer,
                centre.options,
                words=centre.words,
                language=translation.get_language() or "en",
                shown_at=_shown(request, customer),
                proof=proof,
                at=now,
            )
            said = _("Done. You get nothing from us any more but what you order or ask for.")
        else:
            changed = _saved(request, centre, proof, now)
            said = _("Saved.")
    except (preferences.UnableToChange, receipts.UnableToIssue):
        problem = _("This can no longer be taken back here. Please choose below.")
        return _page(request, token, customer, now, problem=problem, status=409)
    if changed.asked_again:
        return _page(request, token, customer, now, undo=changed.undo, asked_again=changed.asked_again, status=422)
    return _page(request, token, customer, now, said=said, undo=changed.undo)


def _shown(request: HttpRequest, customer: uuid.UUID) -> dt.datetime | None:
    """When the page that was pressed was shown in this language; None without its own word."""
    found = showing.read(request.POST.get("shown", ""), place=showing.PREFERENCES, subject=customer)
    return found.at if found and found.language == (translation.get_language() or "en")[:2] else None


def _receipt(request: HttpRequest, customer: uuid.UUID, now: dt.datetime) -> HttpResponse:
    """The signed receipt of what was said, to read first; its file is one press away and says the same."""
    found = receipts.issue(customer=customer, at=now, language=translation.get_language() or "en")
    context = {
        "rows": receipts.readable(found),
        "issued_at": now,
        "file": json.dumps(found, ensure_ascii=False),
        "back_url": request.get_full_path(),
        "zone": written_dates.zone_name(timezone.get_current_timezone()),
    }
    return render(request, "consent/receipt_page.html", context)


def _receipt_file(request: HttpRequest, now: dt.datetime) -> HttpResponse:
    """The receipt that was shown, as a file; only what we signed ourselves is handed out. Raises UnableToIssue."""
    found = receipts.signed(request.POST.get("receipt", ""))
    leaving.own(leaving.Own.REQUEST_ANSWER, channel="file", at=now).check(
        channel="file", own=(leaving.Own.REQUEST_ANSWER,)
    )
    response = HttpResponse(json.dumps(found, ensure_ascii=False, indent=1), content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="receipt.json"'
    return response


def _asked_guardian(request: HttpRequest, token: str, centre: reading.Centre, now: dt.datetime) -> HttpResponse:
    form = GuardianForm(request.POST)
    problems = []
    chosen = [option for option in centre.for_guardian if option.name in set(request.POST.getlist("ask"))]
    if not chosen:
        problems.append(_("Please tick what we should ask for."))
    if "guardian_name" in form.errors:
        problems.append(_("Please write your parent's or guardian's name."))
    if "guardian_email" in form.errors:
        problems.append(_("Please write their e-mail address in full, like name@example.com."))
    if problems:
        return _page(request, token, centre.person.id, now, guardian_errors=problems, status=422)
    wanted = guardians.Wanted(
        customer=centre.person.id,
        boxes=[(option.purpose, option.channel) for option in chosen],
        words=[centre.guardian_words[option.name] for option in chosen],
        address=form.cleaned_data["guardian_email"],
        name=form.cleaned_data["guardian_name"],
        language=translation.get_language() or "en",
    )
    # The same words whether or not a mail goes to that address of others: who tries them learns nothing.
    try:
        with transaction.atomic():
            guardians.ask(wanted, at=now)
    except guardians.TooMany:
        problem = _("We have asked as often as we may in one day. Please try again tomorrow.")
        return _page(request, token, centre.person.id, now, guardian_errors=[problem], status=429)
    except guardians.OwnAddress:
        problem = _(
            "This is your own e-mail address. Please write one that your parent or guardian alone reads."
            " If they have none, they can contact us."
        )
        return _page(request, token, centre.person.id, now, guardian_errors=[problem], status=422)
    except guardians.UnableToAsk:
        pass
    return _page(request, token, centre.person.id, now, said=_("Thank you. We have asked them by mail."))


def _saved(
    request: HttpRequest, centre: reading.Centre, proof: dict[str, str], now: dt.datetime
) -> preferences.Changed:
    was = {name.removeprefix("was:"): value == "1" for name, value in request.POST.items() if name.startswith("was:")}
    # What rests on no word has a box to object with instead of one to allow with.
    objected = set(request.POST.getlist("no"))
    ticked = set(request.POST.getlist("on")) | {
        option.name for option in centre.options if option.basis is not Basis.CONSENT and option.name not in objected
    }
    wanted = rules.changes(centre.options, shown=was, ticked=ticked)
    # A child takes back alone, and allows with a guardian only.
    guarded = {option.name for option in centre.for_guardian}
    wanted = [option for option in wanted if not option.is_on or option.name not in guarded]
    choice = preferences.Choice(
        customer=centre.person.id,
        options=wanted,
        words=centre.words,
        wish=_wish(request, centre.wish, now),
        language=translation.get_language() or "en",
        shown_at=_shown(request, centre.person.id),
        proof=proof,
    )
    changed = preferences.choose(choice, at=now)
    tongues.speak(centre.person, request.POST.get("language", ""), actor=CUSTOMER, at=now)
    return changed


def _wish(request: HttpRequest, before: Wish, now: dt.datetime) -> Wish:
    frequency = request.POST.get("frequency", "")
    if frequency not in reading.frequencies():
        frequency = before.frequency
    pause = request.POST.get("pause", "keep")
    until = before.paused_until if before.is_paused(now) else None
    if pause == "none":
        until = None
    elif pause in {str(days) for days in PAUSES}:
        until = now + dt.timedelta(days=int(pause))
    return Wish(frequency, until)


def _page(
    request: HttpRequest,
    token: str,
    customer: uuid.UUID,
    now: dt.datetime,
    *,
    said: str = "",
    undo: str = "",
    asked_again: Collection[str] = (),
    problem: str = "",
    guardian_errors: Collection[str] = (),
    status: int = 200,
) -> HttpResponse:
    """The whole page. `asked_again` are boxes that stay ticked as they were sent and wait for a second press."""
    language = translation.get_language() or "en"
    centre = reading.of(customer, language=language, now=now)
    if centre is None:
        return _without(request, "expired")
    if request.method == "GET" and not request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        showing.count_shown(
            place=showing.PREFERENCES, purposes=[group.key for group in centre.groups], language=language, at=now
        )
    context: dict[str, Any] = {
        "centre": centre,
        "shown": showing.seal(place=showing.PREFERENCES, subject=customer, language=language, at=now),
        "asked_again": asked_again,
        "frequencies": reading.frequencies().items(),
        "pauses": PAUSES,
        "is_paused": centre.wish.is_paused(now),
        "tongues": reading.languages(),
        "language": centre.person.language[:2] or language,
        "said": said,
        "problem": problem,
        **_guardian(request, centre, guardian_errors, now),
        "undo": undo,
        "last_undo": preferences.undo_of_last(customer, at=now) if request.method == "GET" else "",
        "zone": written_dates.zone_name(timezone.get_current_timezone()),
        "hold_url": _hold_url(customer, now) if centre.is_restricted else "",
        "token": token,
        "my_data_url": _url("consent:my-data"),
        "gpc": gpc_rules.is_on(request.headers),
    }
    response = render(request, "consent/preferences.html", context, status=status)
    response.headers["Content-Language"] = language
    return response


def _guardian(
    request: HttpRequest, centre: reading.Centre, errors: Collection[str], now: dt.datetime
) -> dict[str, Any]:
    """What a child may ask a guardian for, ticked as it was sent, else as it is asked already, was ticked in a form, or
    was allowed once.
    """
    if not centre.is_child:
        return {}
    people = lineage.of(centre.person.id)
    waiting = waits.waiting(people, now=now)
    told = waits.ticked(people, since=now - guardians.LASTS)
    if errors:
        ticked = set(request.POST.getlist("ask"))
    else:
        ticked = set(told).union(*(one.boxes for one in waiting))
        ticked |= {box.name for group in centre.groups for box in group.options if box.is_asked_again}
    wanted = {option.name for option in centre.for_guardian}
    asks = [
        {
            "name": box.name,
            "label": group.name if box.channel == "any" else f"{group.name} · {box.label}",
            "is_ticked": box.name in ticked,
        }
        for group in centre.groups
        for box in group.options
        if box.name in wanted
    ]
    return {
        "waiting": waiting,
        "asks": asks,
        "is_carried": not errors and any(ask["name"] in told for ask in asks),
        "guardian_errors": errors,
        "typed": request.POST if errors else {},
    }


def _hold_url(customer: uuid.UUID, now: dt.datetime) -> str:
    """Where somebody ends the restriction that they asked for: the page of their request; empty for any other."""
    asked = restrictions.asked(customer, at=now)
    return links.progress_url(asked.request_id) if asked and asked.request_id else ""


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
