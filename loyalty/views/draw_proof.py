"""`/draws/{key}/`: what everybody may know of a draw and check for themselves, and the page of who won.

Nobody is named: places are numbers. Whoever took part finds their own number in the mail or at the counter.
"""

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core.actors import CUSTOMER
from loyalty.models import Draw, DrawWin
from loyalty.rules import draws as rules
from loyalty.selectors import draws as reading
from loyalty.services import draws, prizes
from loyalty.views.draws import odds, sentences

SHOWN = 500
LINES = 2000


@require_safe
def proof(request: HttpRequest, draw: str) -> HttpResponse:
    """The conditions, the digest of the seed before, and afterwards all that is needed to draw once more."""
    row = _found(draw)
    terms = rules.read(row.terms)
    wins = [win for win in reading.wins(row) if win.state != DrawWin.State.RESERVE][:SHOWN]
    return render(
        request,
        "loyalty/draw_proof.html",
        {
            "draw": row,
            "name": reading.named(row.names),
            "note": reading.named(row.notes) if row.notes else "",
            "prizes": [{"prize": prize, "name": reading.named(prize.names)} for prize in terms.prizes],
            "entries": sentences(terms),
            "odds": odds(row, terms),
            "wins": [
                {
                    "win": win,
                    "prize": reading.named(terms.prizes[win.prize].names) if win.prize is not None else "",
                    "is_passed": win.state == DrawWin.State.PASSED,
                }
                for win in wins
            ],
            "is_frozen": row.state in (Draw.State.CLOSED, Draw.State.DRAWN),
            "seed": rules.mixed(row.seed, row.witness),
        },
    )


@require_safe
def listed(request: HttpRequest, draw: str) -> HttpResponseBase:
    """The frozen list: number and entries, a line each. Its SHA-256 is the digest that the page shows."""
    row = _found(draw)
    if not row.list_digest:
        raise Http404

    def pieces() -> Iterator[bytes]:
        lines: list[bytes] = []
        for number, entries in reading.places(row):
            lines.append(rules.line(number, entries))
            if len(lines) == LINES:
                yield b"".join(lines)
                lines = []
        yield b"".join(lines)

    return StreamingHttpResponse(
        pieces(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{row.key}.csv"'},
    )


@csrf_exempt  # nothing here rests on a session; the token itself is what no other site has
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def won(request: HttpRequest, token: str) -> HttpResponse:
    """Who won reads what, and says whether they want it. An answer that comes too late is told so."""
    row = prizes.of_token(token)
    draw = Draw.objects.filter(id=row.draw_id).first() if row is not None else None
    if row is None or draw is None or row.prize is None:
        return render(request, "loyalty/draw_won.html", {"is_gone": True}, status=404)
    problem = ""
    if request.method == "POST":
        try:
            wants = request.POST.get("answer") != "no"
            row = draws.answer(draw=draw.id, win=row.id, wants=wants, actor=CUSTOMER, now=timezone.now())
        except draws.UnableToDraw as unable:
            problem = str(unable)
    prize = rules.read(draw.terms).prizes[row.prize] if row.prize is not None else None
    return render(
        request,
        "loyalty/draw_won.html",
        {
            "draw": draw,
            "name": reading.named(draw.names),
            "win": row,
            "prize": reading.named(prize.names) if prize else "",
            "what": prize.what if prize else "",
            "problem": problem
            or (_("You said that you do not want it. Thank you for telling us.") if not prize else ""),
        },
        status=409 if problem else 200,
    )


def _found(key: str) -> Draw:
    row = reading.public(key)
    if row is None:
        raise Http404
    return row
