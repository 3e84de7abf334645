"""`/loyalty/members/{customer}/card/`: staff hand somebody their card, to be read by that person's own phone."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core import outbox, qr
from cdp.core.views.access import actor_of, requires, staff_of
from customers.rules import member_numbers
from customers.selectors import lineage, profiles
from customers.selectors.profiles import Kind
from loyalty.models import Member
from loyalty.selectors import cards as reading
from loyalty.services import cards
from loyalty.views import frame

SOURCE = "desk"


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """GET shows the code of the card's address where there is one. POST: `give`, `send`, `new` or `end`."""
    who = lineage.standing([customer]).get(customer)
    profile = profiles.one(who) if who else None
    if who is None or profile is None:
        raise Http404
    if request.method == "POST":
        return _acted(request, who)
    is_member = Member.objects.filter(customer_id=who, left_at=None).exists()
    known = reading.of(who) if is_member else None
    secret = reading.secret_of(known) if known else ""
    context = {
        **frame.context(request, "members"),
        "customer_id": who,
        "name": profile.called(in_full=staff_of(request).can("customers.reveal")),
        "is_member": is_member,
        "known": known,
        "code": qr.svg(reading.url(secret)) if secret else "",
        "number": member_numbers.spaced(profile.value(Kind.MEMBER)),
        "reachable": bool(cards.way_to(who)),
    }
    return render(request, "loyalty/card_desk.html", context)


def _acted(request: HttpRequest, who: uuid.UUID) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    act = request.POST.get("act", "")
    try:
        if act == "give":
            cards.give(customer=who, actor=actor, now=now, source=SOURCE)
        elif act == "new":
            cards.renew(customer=who, actor=actor, now=now, source=SOURCE)
            messages.success(request, _("The old address opens nothing any more. Let them scan the new one."))
        elif act == "end":
            cards.end(customer=who, actor=actor, now=now)
            messages.success(request, _("The card is ended"))
        elif act == "send":
            address = cards.send(customer=who, actor=actor, now=now, source=SOURCE)
            messages.success(request, _("The card is on its way to %(address)s") % {"address": address})
    except cards.UnableToGive:
        messages.error(request, _("They take no part in the programme."))
    except (cards.UnableToSend, outbox.writing.UnableToPut):
        messages.error(request, _("It was not sent: there is no address that works, or it got three letters today."))
    return redirect("loyalty:card", who)
