"""The certificate of an erasure as a file, for the person's page and for the desk."""

import datetime as dt

from django.http import HttpResponse

from cdp.core import leaving
from consent.models import PrivacyRequest
from consent.services.requests import certificates


def as_file(row: PrivacyRequest, *, at: dt.datetime) -> HttpResponse:
    """The file. It names the request and nobody."""
    leaving.own(leaving.Own.REQUEST_ANSWER, channel="file", at=at).check(
        channel="file", own=[leaving.Own.REQUEST_ANSWER]
    )
    return HttpResponse(
        certificates.as_file(row.outcome["certificate"]),
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{row.reference}-certificate.json"'},
    )
