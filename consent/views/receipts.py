"""Receipts for people: staff download one for somebody; the public keys that check them are for everybody."""

import json
import uuid
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from cdp.core import actors, context, leaving
from cdp.core.crypto import signing
from cdp.core.models import User
from cdp.core.views.access import requires
from consent.services import receipts


@requires("consent.record")
@require_POST
def download(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """The receipt of that person as a file, to be handed to them. Logged and audited."""
    now = timezone.now()
    try:
        receipt = receipts.issue(customer=customer, at=now, actor=actors.staff(cast("User", request.user)))
    except receipts.UnableToIssue as error:
        raise Http404 from error
    person = uuid.UUID(receipt["receipt"]["pii_principal_id"])
    permit = leaving.own(leaving.Own.REQUEST_ANSWER, channel="file", at=now)
    permit.check(channel="file", customer=person, own={leaving.Own.REQUEST_ANSWER})
    context.show([person])
    response = HttpResponse(json.dumps(receipt, ensure_ascii=False, indent=1), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="consent-receipt-{person}.json"'
    return response


@require_safe
@cache_control(public=True, max_age=3600)
def keys(request: HttpRequest) -> JsonResponse:
    """The public keys as a JSON Web Key Set; whoever holds a receipt checks it with one of them, without us."""
    return JsonResponse(signing.public_keys())
