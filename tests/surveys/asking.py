"""Questionnaires that are open, made as staff make them."""

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from cdp.core import actors
from commerce.services import keys
from commerce.services.keys import Owner
from consent.rules import notices
from consent.services import policies
from surveys.models import Invitation, Response, Survey
from surveys.services import publishing
from surveys.services.answering import Run, runs

PARTS = {notices.USED_FOR: "To do better", notices.SEEN_BY: "Our staff", notices.KEPT_FOR: "Two years"}


def disclosed(slug: str, *, is_anonymous: bool = False, at: dt.datetime | None = None) -> None:
    """Say what becomes of the answers, in three languages."""
    at = at or timezone.now() - dt.timedelta(days=1)
    version = policies.begin(name=notices.of_disclosure("survey", slug), actor=actors.SYSTEM, at=at)
    texts = {language: notices.Text(title="Your answers", parts=PARTS) for language in ("en", "th", "ko")}
    policies.save(version=version, texts=texts, actor=actors.SYSTEM, at=at, is_anonymous=is_anonymous)
    policies.publish(version=version, actor=actors.SYSTEM, at=at)


def drafted(draft: dict[str, Any], *, slug: str = "visit", is_anonymous: bool = False) -> Survey:
    """A draft."""
    return publishing.create(
        slug=slug, name="Visit", draft=draft, is_anonymous=is_anonymous, actor=actors.SYSTEM, at=timezone.now()
    )


def opened(draft: dict[str, Any], *, slug: str = "visit", is_anonymous: bool = False) -> Survey:
    """A questionnaire that is published and open."""
    survey = drafted(draft, slug=slug, is_anonymous=is_anonymous)
    disclosed(slug, is_anonymous=is_anonymous)
    publishing.publish(survey=survey.id, actor=actors.SYSTEM, at=timezone.now())
    survey.refresh_from_db()
    return survey


def invited(survey: Survey, customer: uuid.UUID) -> str:
    """The secret of a personal link of theirs."""
    secret, now = uuid.uuid4().hex, timezone.now()
    digest, row = runs.key_of_link(secret), uuid.uuid4()
    keys.claim(runs.INVITATIONS, {digest: Owner(customer, row)})
    Invitation.objects.create(
        id=row,
        customer_id=customer,
        survey_id=survey.id,
        made_at=now,
        expires_at=now + dt.timedelta(days=30),
        key_digest=digest,
    )
    return secret


def run(survey: Survey, **given: Any) -> Run:
    """Somebody who opened the link."""
    chosen = {"language": "en", "mode": Response.Mode.WEB, **given}
    if not chosen.get("invitation"):
        chosen.setdefault("secret", uuid.uuid4().hex)
    return Run(survey=survey, **chosen)
