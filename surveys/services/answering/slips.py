"""The slip that a form carries from page to page: which run it is, when and how it began. Signed, kept nowhere by us.

Whoever has it goes on with the run; a stranger's page has none, so no other site can send answers for somebody.
"""

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core import signing

from surveys.models import Response, Survey
from surveys.services.answering.runs import Run

KEPT = dt.timedelta(days=30)
_SALT = "surveys.slip"
CONTEXT_SALT = "surveys.context"
MOST_CONTEXT = 10


@dataclass(frozen=True)
class Slip:
    """`secret` names the run (a personal link has its own); `disclosure` is what stood before it."""

    secret: str
    mode: Response.Mode
    shown_at: dt.datetime
    disclosure: str
    context: Mapping[str, str] = field(default_factory=dict)

    def written(self, survey: Survey) -> str:
        """As the form carries it."""
        told = [survey.slug, self.secret, self.mode.value, int(self.shown_at.timestamp()), self.disclosure]
        return signing.dumps([*told, dict(self.context)], salt=_SALT)

    def run(self, survey: Survey, *, language: str, invitation: str = "") -> Run:
        """The run it names."""
        return Run(
            survey=survey,
            language=language,
            mode=self.mode,
            secret="" if invitation else self.secret,
            invitation=invitation,
            context={} if survey.is_anonymous else self.context,
            disclosure=self.disclosure,
            started_at=self.shown_at,
        )


def new(*, mode: Response.Mode, disclosure: str, context: Mapping[str, str], at: dt.datetime) -> Slip:
    """A slip for somebody who sees the first page."""
    return Slip(secrets.token_urlsafe(24), mode, at, disclosure, context)


def read(text: str, survey: Survey, *, at: dt.datetime) -> Slip | None:
    """The slip that a form or a browser sent; None for none of ours, of another questionnaire, or too old a one."""
    try:
        slug, secret, mode, shown, disclosure, context = signing.loads(text, salt=_SALT)
        slip = Slip(secret, Response.Mode(mode), dt.datetime.fromtimestamp(shown, dt.UTC), disclosure, context)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return slip if slug == survey.slug and at - KEPT <= slip.shown_at <= at + dt.timedelta(minutes=1) else None


def context(signed: str) -> dict[str, str]:
    """What a link tells of store, order or campaign, signed by us; nothing where it was not."""
    try:
        told = signing.loads(signed, salt=CONTEXT_SALT)
    except signing.BadSignature:
        return {}
    return {str(key): str(value) for key, value in list(told.items())[:MOST_CONTEXT]} if isinstance(told, dict) else {}
