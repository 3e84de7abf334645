"""The counter: find the buyer with one field, write down a purchase, ask one thing, hand over the tablet."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core import qr, receipts
from cdp.core.views.access import actor_of, requires
from cdp.web import formats
from cdp.web.desk import account, origins, prizes, sales
from cdp.web.desk.glance import Glance
from cdp.web.forms import desk as forms
from cdp.web.views import desk, sheet, till
from customers.models import Customer
from customers.rules import member_numbers, unreadable
from customers.rules.profiling import Context
from customers.selectors import questions
from customers.selectors.profiles import Kind
from customers.selectors.questions import Question
from customers.services import member_numbers as numbers
from customers.services import profiles
from customers.services.identity import resolving
from loyalty.models import Member
from loyalty.rules.spending import Refused
from loyalty.selectors import coupons
from loyalty.services import members
from loyalty.services.tills import Asked

PAUSE = dt.timedelta(hours=2)
"""One thing is asked a visit; "one more" is up to the customer."""


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    """`/counter/`: one field for whatever the customer says or shows."""
    return desk.start(request, desk.COUNTER)


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """Somebody at the counter: what they buy, say and allow."""
    return sheet.show(request, customer, PLAN)


def _choose(request: HttpRequest, seen: Glance, now: dt.datetime) -> Question | None:
    return None if _is_enough(seen, now) and not request.GET.get("more") else seen.standing.next


def _is_enough(seen: Glance, now: dt.datetime) -> bool:
    return any(now - one.at < PAUSE for one in questions.replies(seen.lineage).values())


def _give_number(request: HttpRequest, row: Customer, now: dt.datetime) -> str:
    numbers.give(customer=row.id, actor=actor_of(request), at=now)
    return _("Member number given")


def _enrol(request: HttpRequest, row: Customer, now: dt.datetime) -> str:
    """Take part in the programme from now on."""
    try:
        members.enrol(
            customer=row.id,
            how=Member.How.STAFF,
            source=Context.COUNTER.value,
            actor=actor_of(request),
            now=now,
        )
    except members.UnableToEnrol as error:
        raise sheet.UnableToAct from error
    return _("Takes part in the programme from now on")


def _reckon(request: HttpRequest, row: Customer, now: dt.datetime) -> str:
    """What the purchase comes to, for a browser without scripts."""
    found = till.billed(request, row, now)
    if "bill" not in found:
        return str(found.get("fault") or _("Nothing is filled in yet."))
    told = _("To pay: %(amount)s") % {"amount": formats.money(found["bill"].to_pay, found["currency"])}
    return " · ".join([told, *(one.words for one in found["sold"].effect.brought)])


def _take_reward(request: HttpRequest, row: Customer, now: dt.datetime) -> str:
    """Take a reward without a purchase."""
    try:
        token = receipts.read_token(request.POST.get(sheet.TOKEN, ""), Context.COUNTER.value, now=now)
        asked = Asked(row.id, actor_of(request), now, origins.source(Context.COUNTER).key)
        prizes.take(asked, request.POST.get("reward", ""), number=sales.number_of(token), alone=True)
    except receipts.Stale as stale:
        messages.error(request, _("This page stood open for too long. Look over it and save once more."))
        raise sheet.UnableToAct from stale
    except (prizes.UnableToTake, Refused) as unable:
        messages.error(request, unable.words)
        raise sheet.UnableToAct from unable
    return _("The reward is taken")


def _return_reward(request: HttpRequest, row: Customer, now: dt.datetime) -> str:
    """A reward that was taken a moment ago comes back."""
    try:
        redemption = uuid.UUID(request.POST[sheet.DO].partition(":")[2])
        asked = Asked(row.id, actor_of(request), now, origins.source(Context.COUNTER).key)
        prizes.give_back(asked, redemption)
    except ValueError as error:
        raise sheet.UnableToAct from error
    except (prizes.UnableToTake, Refused) as unable:
        messages.error(request, unable.words)
        raise sheet.UnableToAct from unable
    return _("The reward is taken back")


def _know_card(request: HttpRequest, row: Customer, now: dt.datetime) -> str:
    """Know the customer by a payment card from now on."""
    form = forms.CardForm(request.POST)
    if form.is_valid():
        try:
            profiles.edit(
                customer=row.id,
                person=form.person,
                source=origins.source(Context.COUNTER),
                actor=actor_of(request),
                at=now,
            )
        except resolving.Suppressed:
            form.add_error("card_token", str(unreadable.REASONS["suppressed"]))
        except resolving.IdentityConflict:
            form.add_error("card_token", _("This card belongs to another customer. A data steward was asked about it."))
        else:
            return _("The card is known from now on")
    raise sheet.UnableToAct(form)


def _more(seen: Glance) -> dict[str, Any]:
    now, number = timezone.now(), seen.profile.value(Kind.MEMBER)
    return {
        "is_enough": _is_enough(seen, now) and seen.standing.next is not None,
        "account": account.of(seen.profile.id, at=now),
        "prizes": prizes.offered(seen.profile.id, at=now),
        "taken": prizes.lately(seen.lineage, keyring=seen.keyring, at=now),
        "coupons": coupons.usable(seen.lineage, keyring=seen.keyring, now=now),
        "member_number": member_numbers.spaced(number),
        "member_code": qr.svg(number) if number else "",
    }


PLAN = sheet.Plan(
    desk.COUNTER,
    template="web/desk/person.html",
    after=lambda customer: redirect("web:counter-person", customer.id),
    choose=_choose,
    acts={
        "member": _give_number,
        "enrol": _enrol,
        "bill": _reckon,
        "reward": _take_reward,
        "reward-back": _return_reward,
        sheet.CARD: _know_card,
    },
    more=_more,
)
