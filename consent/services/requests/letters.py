"""What the person is told about a request: codes, a receipt with the last day, an extension, an answer, a refusal.

Everything goes by the way of contact that asked, through the core outbox. Where there is none (a counter, a letter),
the printed receipt carries the link. After an erasure nobody is written to: there is no address any more, and the
progress link tells the rest.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

from cdp.core import outbox
from cdp.core.models import User
from consent.models import PrivacyCode, PrivacyRequest
from consent.rules import deadlines, requests
from consent.selectors import packs
from consent.services import links
from consent.services.requests import steps
from customers.services import standing

CODE, ELSEWHERE = "my-data-code", "my-data-elsewhere"
RECEIVED, EXTENDED, ANSWERED, REFUSED = "request-received", "request-extended", "request-answered", "request-refused"
PROOF, REMINDER = "request-proof", "request-reminder"
KINDS = tuple(
    outbox.Kind(code, has_preferences=False)
    for code in (CODE, ELSEWHERE, RECEIVED, EXTENDED, ANSWERED, REFUSED, PROOF, REMINDER)
)


def due_day(request: PrivacyRequest, language: str) -> str:
    """The last day, as the reader writes dates."""
    zone = packs.every()[request.pack].zone if request.pack in packs.every() else settings.TIME_ZONE
    with translation.override(language):
        return date_format(deadlines.day_of(request.due_at, zone), "DATE_FORMAT")


def tell(request: PrivacyRequest, kind: str, *, at: datetime, key: str = "", **data: Any) -> bool:
    """Write to the person; False where there is no way, or nobody any more."""
    channel, address = steps.words(request).reach
    here = standing.hold([request.customer_id]).get(request.customer_id)
    if not address or here is None:
        return False
    outbox.put(
        outbox.Draft(
            kind=kind,
            address=address,
            key=f"request:{request.id}:{kind}:{key}",
            language=request.language,
            channel=channel,
            customer=here,
            data={
                "reference": request.reference,
                "right": request.right,
                "due": due_day(request, request.language),
                "url": links.progress_url(request.id),
                **data,
            },
        ),
        at=at,
    )
    return True


def send_code(code: PrivacyCode, *, digits: str, address: str, channel: str, language: str, at: datetime) -> None:
    """Send a one-time code. It is worthless after its time, and so is the notice."""
    here = standing.hold([code.customer_id]).get(code.customer_id) if code.customer_id else None
    outbox.put(
        outbox.Draft(
            kind=CODE,
            address=address,
            key=f"code:{code.id}",
            language=language,
            channel=channel,
            customer=here,
            data={"code": digits, "minutes": int(requests.CODE_LASTS.total_seconds() // 60)},
            valid_until=code.expires_at,
        ),
        at=at,
    )


def send_elsewhere(code: PrivacyCode, *, address: str, channel: str, language: str, at: datetime) -> None:
    """Several people share that number, so it cannot prove which of them asks."""
    outbox.put(
        outbox.Draft(kind=ELSEWHERE, address=address, key=f"code:{code.id}", language=language, channel=channel),
        at=at,
    )


def remind(request: PrivacyRequest, *, step: int, at: datetime) -> int:
    """Tell whoever looks after requests how much of its time is gone; to how many. Nothing in it tells who asked."""
    staff = [user for user in User.objects.filter(is_active=True) if user.can("consent.manage")]
    url = settings.CDP_BASE_URL + links.desk_path(request.id)
    for user in staff:
        language = user.language or settings.LANGUAGE_CODE
        outbox.put(
            outbox.Draft(
                kind=REMINDER,
                address=user.email,
                key=f"request:{request.id}:{step}:{request.due_at:%Y%m%d}:{user.id}",
                language=language,
                data={
                    "reference": request.reference,
                    "right": request.right,
                    "step": step,
                    "due": due_day(request, language),
                    "url": url,
                },
            ),
            at=at,
        )
    return len(staff)
