"""Privacy policy and terms as readers see them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from consent.models import PolicyText, PolicyVersion
from consent.rules import documents, notices


@dataclass(frozen=True)
class Document:
    """One version in one language, with the shop's name, address and e-mail in place."""

    policy: str
    version: str
    published_at: dt.datetime
    language: str
    title: str
    blocks: Sequence[documents.Block]


def published(policy: str, *, at: dt.datetime) -> QuerySet[PolicyVersion]:
    """Versions in force or once in force at that time, newest first."""
    return PolicyVersion.objects.filter(policy=policy, published_at__lte=at).order_by("-published_at", "-id")


def published_of(names: Collection[str], *, at: dt.datetime) -> dict[str, list[PolicyVersion]]:
    """The same of several texts, by name, with their texts; a few small reads."""
    found: dict[str, list[PolicyVersion]] = defaultdict(list)
    rows = PolicyVersion.objects.filter(policy__in=list(names), published_at__lte=at)
    for row in rows.order_by("-published_at", "-id").prefetch_related("texts"):
        found[row.policy].append(row)
    return found


def find(policy: str, *, at: dt.datetime, language: str, version: str = "") -> Document | None:
    """The version named, else the newest; in that language, else in the base language. None where there is none."""
    versions = published(policy, at=at)
    row = versions.filter(version=version).first() if version else versions.first()
    if row is None or row.published_at is None:
        return None
    texts: dict[str, PolicyText] = {text.language: text for text in row.texts.all()}
    text = texts.get(notices.read_instead(texts, language[:2], base=settings.LANGUAGE_CODE))
    if text is None:
        return None
    shop = {
        "shop_name": settings.CDP_SHOP_NAME,
        "shop_address": settings.CDP_SHOP_ADDRESS,
        "contact_email": settings.DEFAULT_FROM_EMAIL,
    }
    return Document(
        policy=policy,
        version=row.version,
        published_at=row.published_at,
        language=text.language,
        title=documents.filled(text.title, shop),
        blocks=documents.blocks(documents.filled(text.body, shop)),
    )


def current_version(policy: str, *, at: dt.datetime) -> str:
    """The version a form shows now, for the consent records made with it. Empty where nothing is published."""
    row = published(policy, at=at).only("version").first()
    return row.version if row else ""
