"""The phone: who calls, what for, what became of it, and one thing to ask. One page, one save."""

import uuid
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cdp.core.views.access import requires
from cdp.web.desk.glance import Glance
from cdp.web.views import desk, sheet
from customers.selectors.questions import Question
from surveys.selectors import questionnaires


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """`/phone/`, and `/phone/?number=+66…` (or the same in a POST) for telephone systems."""
    return desk.start(request, desk.PHONE)


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """Somebody on the line: everything at a glance, and the form of the call."""
    return sheet.show(request, customer, PLAN)


def _next(request: HttpRequest, seen: Glance, now: datetime) -> Question | None:
    del request, now
    return seen.standing.next


PLAN = sheet.Plan(
    desk.PHONE,
    template="web/desk/call.html",
    after=lambda _customer: redirect("web:phone"),
    choose=_next,
    acts={},
    more=lambda _seen: {"surveys": questionnaires.open_now(at=timezone.now())},
)
