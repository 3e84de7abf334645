"""What the person is told about a request: codes, a receipt with the last day, an extension, an answer, a refusal.

Everything goes by the way of contact that asked, through the core outbox. Where there is none (a counter, a letter),
the printed receipt carries the link. Of an erasure one last letter tells: its address is sealed under the key of the
hour before those of the person go, dies with the delivery, and cannot be read after a week whatever happens.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from cdp.core import outbox, spoken, written_dates
from cdp.core.crypto import hourly
from cdp.core.models import User
from consent.models import PrivacyCode, PrivacyRequest
from consent.rules import deadlines, requests
from consent.selectors import packs
from consent.services import links
from consent.services.requests import certificates, complaints, steps
from customers.services import standing

CODE, ELSEWHERE = "my-data-code", "my-data-elsewhere"
RECEIVED, EXTENDED, ANSWERED, REFUSED = "request-received", "request-extended", "request-answered", "request-refused"
PROOF, REMINDER, CANCELLED, ERASED = "request-proof", "request-reminder", "request-cancelled", "request-erased"
KINDS = (
    *(
        outbox.Kind(code, title, has_preferences=False)
        for code, title in (
            (CODE, _("A code to show that it is you")),
            (ELSEWHERE, _("That your address does not show who asks")),
            (RECEIVED, _("That we have your request")),
            (EXTENDED, _("That your request takes longer")),
            (ANSWERED, _("The answer to your request")),
            (REFUSED, _("Why we cannot do what you asked")),
            (CANCELLED, _("That your request was taken back")),
            (PROOF, _("The question who you are")),
            (REMINDER, _("A reminder of a request's last day")),
        )
    ),
    outbox.Kind(ERASED, _("That your data are erased"), has_preferences=False, is_last=True),
)

SOON = timedelta(minutes=2)
"""How long the receipt of what is done by itself waits for the answer, which tells the same."""


def due_day(request: PrivacyRequest, language: str) -> str:
    """The last day, as the reader writes dates."""
    with translation.override(language):
        return written_dates.in_full(deadlines.day_of(request.due_at, zone_of(request).key))


def day_received(request: PrivacyRequest) -> str:
    """The day on which it came, as its reader writes dates."""
    with translation.override(request.language):
        return written_dates.in_full(request.received_at.astimezone(zone_of(request)).date())


def zone_of(request: PrivacyRequest) -> ZoneInfo:
    """By whose clock the request is counted and told of: that of its law."""
    pack = packs.every().get(request.pack)
    return ZoneInfo(pack.zone if pack else settings.TIME_ZONE)


def tell(
    request: PrivacyRequest, kind: str, *, at: datetime, key: str = "", due_at: datetime | None = None, **data: Any
) -> bool:
    """Write to the person, not before `due_at`; False where there is no way, or nobody any more."""
    channel, address = steps.words(request).reach
    here = standing.hold([request.customer_id]).get(request.customer_id)
    if not address or here is None:
        return False
    outbox.put(
        outbox.Draft(
            kind=kind,
            address=address,
            key=_key(request, kind, key),
            language=request.language,
            channel=channel,
            customer=here,
            due_at=due_at,
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


def take_back_receipt(request: PrivacyRequest) -> bool:
    """Whether the receipt still lay here; then it does not go."""
    here = standing.hold([request.customer_id]).get(request.customer_id)
    return here is not None and outbox.cancel(customer=here, keys=[_key(request, RECEIVED)]) > 0


def address_last(request: PrivacyRequest, *, at: datetime) -> bool:
    """Keep where the letter goes that tells of the erasure; False where there is no way. For `erasures`, in the
    transaction in which the person's keys are destroyed.
    """
    channel, address = steps.words(request).reach
    if not address or outbox.held_back([request.customer_id]):
        return False
    outbox.put(
        outbox.Draft(
            kind=ERASED,
            address=address,
            key=_last_key(request),
            language=request.language,
            channel=channel,
            due_at=at + hourly.KEPT,  # until it is known what to say
            valid_until=at + hourly.KEPT,
        ),
        at=at,
    )
    return True


def tell_last(request: PrivacyRequest, certificate: Mapping[str, Any], *, at: datetime) -> bool:
    """Let the last letter go: what was erased, what stays by which law, the certificate's number, how to complain."""
    with translation.override(request.language):
        found = certificates.readable(certificate)
        data = {
            "reference": request.reference,
            "right": request.right,
            "url": links.progress_url(request.id),
            "day": _moment(found.erased_at, zone_of(request)),
            "removed": [{"label": label, "count": count} for label, count in found.removed],
            "kept": [{"label": one.label, "count": one.rows, "why": one.why, "law": one.law} for one in found.kept],
            "certificate": found.number,
            "authority": complaints.authority(request),
        }
    return outbox.complete(key=_last_key(request), data=data, at=at)


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{written_dates.moment_in_full(at, zone)} ({written_dates.zone_name(zone)})"


def _key(request: PrivacyRequest, kind: str, more: str = "") -> str:
    return f"request:{request.id}:{kind}:{more}"


def _last_key(request: PrivacyRequest) -> str:
    return f"request:{request.id}:{ERASED}"


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
        language = spoken.by_staff(user.language)
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
