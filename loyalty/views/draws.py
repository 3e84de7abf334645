"""`/loyalty/draws/`: the draws of the shop, from the draft to the last prize."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core import structures, written_numbers
from cdp.core.models import Source
from cdp.core.views.access import actor_of, requires, staff_of
from customers.rules import people
from customers.selectors import lineage, profiles
from customers.services import identity
from loyalty.forms.draws import DrawForm, ExcludeForm, PrizeForms
from loyalty.models import Draw, DrawWin
from loyalty.rules import draws as rules
from loyalty.selectors import draws as reading
from loyalty.selectors import entering, versions
from loyalty.services import draws, prizes
from loyalty.views import frame
from surveys.selectors import offers as told_offers

SHOWN = 100
"""Winners on the page; the public page and the list have them all."""


@requires("dashboard")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Newest first."""
    rows = reading.listing(before=_before(request))
    older = rows[reading.PAGE - 1] if len(rows) > reading.PAGE else None
    return render(
        request,
        "loyalty/draws.html",
        {
            **frame.context(request, "draws"),
            "rows": [{"draw": row, "name": reading.named(row.names)} for row in rows[: reading.PAGE]],
            "older_url": f"?older={older.created_at.isoformat()}_{older.id}".replace("+", "%2B") if older else "",
        },
    )


def _before(request: HttpRequest) -> tuple[datetime, uuid.UUID] | None:
    text = request.GET.get("older", "")
    if not text:
        return None
    try:
        at, _sep, row = text.rpartition("_")
        return datetime.fromisoformat(at), uuid.UUID(row)
    except ValueError as error:
        raise Http404 from error


@requires("loyalty.edit")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new draft."""
    return _edited(request, None)


@requires("loyalty.edit")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, draw: str) -> HttpResponse:
    """A draft with other words."""
    row = _found(draw)
    if row.state != Draw.State.DRAFT:
        messages.error(request, _("It was announced: its conditions cannot change any more."))
        return redirect("loyalty:draw", row.key)
    return _edited(request, row)


def _edited(request: HttpRequest, row: Draw | None) -> HttpResponse:
    now = timezone.now()
    choices = {
        "tiers": {key: reading.named(names) for key, names in _tiers().items()},
        "surveys": {str(one.id): one.name for one in entering.promising(None) if not one.is_anonymous},
    }
    offers = {offer.key: offer.name for offer in told_offers.all_told()}
    held = rules.written(rules.read(row.terms))["prizes"] if row else []
    post = request.POST if request.method == "POST" else None
    form = DrawForm(post, row=row, **choices)
    lines = PrizeForms(post, prefix="prize", initial=held, form_kwargs={"offers": offers, "empty_permitted": False})
    if post is not None and form.is_valid() and lines.is_valid():
        try:
            told = form.told(lines.written())  # type: ignore[attr-defined]
            saved = draws.save(told=told, actor=actor_of(request), now=now, draw=row.id if row else None)
        except draws.UnableToDraw as unable:
            form.add_error(None, str(unable))
        except structures.Invalid as invalid:
            form.tell(invalid)
        else:
            messages.success(request, _("Saved"))
            return redirect("loyalty:draw", saved.key)
    is_wrong = post is not None
    context = {
        **frame.context(request, "draws"),
        "row": row,
        "name": reading.named(row.names) if row else "",
        "form": form,
        "lines": lines,
    }
    return render(request, "loyalty/draw_edit.html", context, status=422 if is_wrong else 200)


@requires("dashboard")
@require_safe
def detail(request: HttpRequest, draw: str) -> HttpResponse:
    """One draw: who takes part, how likely it is to win, the proof, and the winners."""
    return _shown(request, _found(draw), ExcludeForm())


def _shown(request: HttpRequest, row: Draw, form: ExcludeForm, *, status: int = 200) -> HttpResponse:
    terms, user, now = rules.read(row.terms), staff_of(request), timezone.now()
    wins = reading.wins(row)
    tops = lineage.standing({win.customer_id for win in wins[:SHOWN]})
    excluded = reading.excluded(row)
    tops |= lineage.standing({one.customer_id for one in excluded})
    sees = user.can("customers.view")
    known = profiles.opened(set(tops.values()), with_places=False) if sees and tops else {}
    context = {
        **frame.context(request, "draws"),
        "draw": row,
        "name": reading.named(row.names),
        "terms": terms,
        "prizes": [{"prize": prize, "name": reading.named(prize.names)} for prize in terms.prizes],
        "entries": sentences(terms),
        "surveys": entering.promising(row),
        "odds": chances(row, terms),
        "winners": [
            {
                "win": win,
                "person": known.get(tops.get(win.customer_id, win.customer_id)),
                "prize": _prize(terms, win),
                "is_thing": _is_thing(terms, win),
            }
            for win in wins[:SHOWN]
            if win.state != DrawWin.State.RESERVE
        ],
        "reserves": sum(win.state == DrawWin.State.RESERVE for win in wins),
        "excluded": [{"row": one, "person": known.get(tops.get(one.customer_id, one.customer_id))} for one in excluded],
        "may_draw": user.can("loyalty.edit"),
        "is_due": row.state == Draw.State.CLOSED and timezone.localdate(now) >= row.draws_on,
        "is_over": row.state == Draw.State.OPEN and row.closes_at <= now,
        "exclude": form,
    }
    return render(request, "loyalty/draw.html", context, status=status)


def _prize(terms: rules.Terms, win: DrawWin) -> str:
    return reading.named(terms.prizes[win.prize].names) if win.prize is not None else ""


def _is_thing(terms: rules.Terms, win: DrawWin) -> bool:
    return win.prize is not None and terms.prizes[win.prize].what == "words"


def sentences(terms: rules.Terms) -> list[str]:
    """What counts as an entry, in words."""
    found = []
    for part in terms.entries:
        match part:
            case rules.Answers():
                found.append(_("One entry for each survey that promises it and was answered whole"))
            case rules.Orders(each=each) if each:
                found.append(_("One entry for each %(amount)s of an order") % {"amount": _money(each)})
            case rules.Orders(at_least=at_least) if at_least:
                found.append(_("One entry for each order from %(amount)s") % {"amount": _money(at_least)})
            case rules.Orders():
                found.append(_("One entry for each order"))
            case rules.Visits():
                found.append(_("One entry for each day on which you bought something"))
            case rules.Members(tiers=tiers):
                known = _tiers()
                names = ", ".join(reading.named(known.get(tier, {}), "") or tier for tier in tiers)
                of_tiers = _("One entry for each member of %(tiers)s") % {"tiers": names}
                found.append(of_tiers if tiers else _("One entry for each member"))
    found.append(
        ngettext("At most %(count)s entry for one person", "At most %(count)s entries for one person", terms.most)
        % {"count": written_numbers.number(terms.most)}
    )
    return found


def _tiers() -> dict[str, Mapping[str, str]]:
    """Names of the tiers that there are now, by key."""
    version = versions.in_force(timezone.now())
    return {tier.key: tier.names for tier in version.programme.tiering.tiers} if version else {}  # type: ignore[misc]


def _money(amount: Any) -> str:
    return written_numbers.money(amount, settings.CDP_CURRENCY)


def chances(row: Draw, terms: rules.Terms) -> tuple[str, str] | None:
    """How likely it is to win with one entry, and with the most there can be; None while nobody takes part."""
    found = rules.odds(entries=row.entries, places=row.places, winners=terms.winners, most=terms.most)
    return (_chance(found.one), _chance(found.most)) if found is not None else None


def odds(row: Draw, terms: rules.Terms) -> str:
    """The same in one sentence; empty while nobody takes part."""
    found = chances(row, terms)
    if found is None:
        return ""
    if terms.most == 1:
        return _("About %(chance)s for everybody") % {"chance": found[0]}
    return _("About %(chance)s with one entry, %(most)s with %(count)s") % {
        "chance": found[0],
        "most": found[1],
        "count": written_numbers.number(terms.most),
    }


def _chance(share: float) -> str:
    if share >= 0.995:
        return _("certain")
    if share >= 0.5:
        return written_numbers.percent(share)
    return _("1 in %(count)s") % {"count": written_numbers.number(round(1 / share))}


# --- what is done -----------------------------------------------------------------------------------------------------


@requires("loyalty.edit")
@require_POST
def act(request: HttpRequest, draw: str) -> HttpResponse:
    """Announce, close, draw or call off, by the button's value."""
    row, actor, now = _found(draw), actor_of(request), timezone.now()
    try:
        match request.POST.get("act", ""):
            case "announce":
                draws.announce(draw=row.id, actor=actor, now=now)
                messages.success(request, _("It is announced. Its conditions do not change any more."))
            case "close":
                draws.close(draw=row.id, actor=actor, now=now)
                messages.success(request, _("It is closed, and who takes part is frozen."))
            case "draw":
                draws.draw(draw=row.id, actor=actor, now=now, witness=request.POST.get("witness", ""))
                prizes.give_due(now=now, draw=row.id)
                messages.success(request, _("It is drawn. Winners are told."))
            case "call_off":
                draws.call_off(draw=row.id, actor=actor, now=now)
                messages.success(request, _("It is called off."))
            case _:
                raise Http404
    except draws.UnableToDraw as unable:
        messages.error(request, str(unable))
    return redirect("loyalty:draw", row.key)


@requires("loyalty.edit")
@require_POST
def exclude(request: HttpRequest, draw: str) -> HttpResponse:
    """Leave somebody out, with the reason."""
    row, form = _found(draw), ExcludeForm(request.POST)
    if form.is_valid():
        who = _who(form.cleaned_data["who"])
        if who is None:
            form.add_error("who", _("We know nobody by that."))
        else:
            try:
                words, actor = form.cleaned_data["words"], actor_of(request)
                draws.exclude(draw=row.id, customer=who, words=words, actor=actor, now=timezone.now())
            except draws.UnableToDraw as unable:
                form.add_error(None, str(unable))
            else:
                messages.success(request, _("They are left out of this draw."))
                return redirect("loyalty:draw", row.key)
    return _shown(request, row, form, status=422)


def _who(text: str) -> uuid.UUID | None:
    """Whoever is known by that address or number."""
    kinds = ("email",) if "@" in text else ("member_number", "phone")
    for kind in kinds:
        person, faults = people.clean(
            {kind: text}, people.Rules(region=settings.CDP_SHOP_COUNTRY, today=timezone.localdate())
        )
        found = identity.find(person, Source(key="staff")) if not faults and person.is_identified else []
        if found:
            return found[0]
    return None


@requires("loyalty.edit")
@require_POST
def win(request: HttpRequest, draw: str, win: uuid.UUID) -> HttpResponse:
    """A winner answered by another way, has the prize, or makes room for the next."""
    row, actor, now = _found(draw), actor_of(request), timezone.now()
    try:
        match request.POST.get("act", ""):
            case "answered":
                draws.answer(draw=row.id, win=win, wants=True, actor=actor, now=now)
            case "done":
                draws.hand_over(draw=row.id, win=win, actor=actor, now=now)
            case "declined" | "excluded" as why:
                draws.pass_over(draw=row.id, win=win, why=why, actor=actor, now=now)
                prizes.give_due(now=now, draw=row.id)
            case _:
                raise Http404
        messages.success(request, _("Saved"))
    except draws.UnableToDraw as unable:
        messages.error(request, str(unable))
    return redirect("loyalty:draw", row.key)


def _found(key: str) -> Draw:
    row = reading.find(key)
    if row is None:
        raise Http404
    return row
