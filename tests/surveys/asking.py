"""Questionnaires that are open, made as staff make them."""

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from cdp.core import actors
from consent.rules import notices
from consent.services import policies
from surveys.models import Response, Survey
from surveys.services import publishing
from surveys.services.answering import Run

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


def run(survey: Survey, **given: Any) -> Run:
    """Somebody who opened the link."""
    chosen = {"language": "en", "mode": Response.Mode.WEB, **given}
    if not chosen.get("invitation"):
        chosen.setdefault("secret", uuid.uuid4().hex)
    return Run(survey=survey, **chosen)
