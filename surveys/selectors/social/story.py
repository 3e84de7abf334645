"""What one customer does on social platforms: for their page and timeline."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext, pgettext

from cdp.core import panels
from cdp.core.crypto import subjects
from cdp.core.timeline import Entry, Question
from customers.rules import handles
from surveys.models import SocialAct, SocialPost
from surveys.rules.social import naming
from surveys.selectors.results import words as hiding
from surveys.selectors.social import posts

TABLE = "surveys_socialact"
SHOWN = 3
EXCERPT = 280
ICONS = {
    "comment": "message",
    "mention": "at",
    "like": "heart",
    "share": "share",
    "follow": "user-plus",
    "message": "message",
}


@dataclass(frozen=True, slots=True)
class Read:
    """An act as people read it: `platform` as it calls itself, `handle` without it; empty where it is nobody's."""

    act: SocialAct
    platform: str
    handle: str
    words: str
    post: SocialPost | None

    @property
    def account(self) -> str:
        """The name of the account as people write it."""
        return written(self.act.platform, self.handle)

    @property
    def title(self) -> str:
        """What was done, in the reader's language."""
        return _TITLES[self.act.kind]() % {"platform": self.platform}

    @property
    def is_chat(self) -> bool:
        """Whether it was said to the shop alone: nobody else reads it on the platform."""
        return self.act.kind == "message"

    @property
    def veiled(self) -> "Read":
        """As whoever sees contacts masked reads it: of a chat that there was one, and no words; everything else
        without ways of contact.
        """
        return replace(self, handle=masked(self.handle), words="" if self.is_chat else hiding.masked(self.words))


_TITLES = {
    "comment": lambda: gettext("Commented on %(platform)s"),
    "mention": lambda: gettext("Mentioned the shop on %(platform)s"),
    "like": lambda: gettext("Liked a post on %(platform)s"),
    "share": lambda: gettext("Shared a post on %(platform)s"),
    "follow": lambda: gettext("Follows the shop on %(platform)s"),
    "message": lambda: gettext("Wrote a message on %(platform)s"),
}


def written(platform: str, handle: str) -> str:
    """A name on a platform as people write it; what LINE names people by is a number."""
    return handle if platform == naming.LINE else handles.shown(handle)


def masked(handle: str) -> str:
    """A name on a platform for those who see ways of contact masked only."""
    return handles.masked(handle).removeprefix("@")


def opened(acts: Sequence[SocialAct], keyring: subjects.Keyring) -> list[Read]:
    """These acts as people read them, in the same order; one query for their posts."""
    under = posts.of(acts)
    return [
        Read(
            act,
            handles.PLATFORMS.get(act.platform, act.platform),
            keyring.open(act.handle, table=TABLE, column="handle", row=act.id),
            keyring.open(act.words, table=TABLE, column="words", row=act.id),
            under.get(act.post_id) if act.post_id else None,
        )
        for act in acts
    ]


def newest(customers: Sequence[uuid.UUID], *, limit: int, before: datetime | None = None) -> list[SocialAct]:
    """The newest acts of a lineage."""
    found = SocialAct.objects.filter(customer_id__in=customers)
    if before is not None:
        found = found.filter(at__lt=before)
    return list(found.order_by("-at", "-id")[:limit])


def told(question: Question) -> list[Entry]:
    """One entry per act."""
    acts = newest(question.customers, limit=question.limit, before=question.before)
    return [
        Entry(
            id=str(one.act.id),
            at=one.act.at,
            kind="social",
            title=one.title,
            source=one.act.source,
            icon=ICONS[one.act.kind],
            data={
                "act": str(one.act.id),
                "kind": one.act.kind,
                "platform": one.act.platform,
                "handle": one.handle,
                "followers": one.act.followers,
                "post": (one.post.url or one.post.external_id) if one.post else None,
                "campaign": one.post.campaign if one.post else None,
                "text": one.words,
                "is_replied": one.act.replied_at is not None,
            },
            is_private=True,
            masked=one.veiled.words,
        )
        for one in opened(acts, question.keyring)
    ]


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a person and how many follow it, as told last."""

    platform: str
    handle: str
    followers: int | None
    key: str

    @property
    def written(self) -> str:
        """The handle as people write it."""
        return written(self.key, self.handle)


def panel(question: panels.Question) -> Mapping[str, Any] | None:
    """The accounts of somebody with their followers, and what they wrote last; None where there is nothing."""
    counts = dict(
        SocialAct.objects.filter(customer_id__in=question.lineage)
        .values_list("kind")
        .annotate(n=Count("id"))
        .order_by("kind")
    )
    if not counts:
        return None
    written = SocialAct.objects.filter(customer_id__in=question.lineage, has_words=True).order_by("-at", "-id")[:SHOWN]
    reveals, read = question.reader.can("customers.reveal"), opened(list(written), question.keyring)
    return {
        "accounts": [
            one if reveals else replace(one, handle=masked(one.handle))
            for one in accounts(question.lineage, question.keyring)
        ],
        "counts": [(KINDS[kind](), counts[kind]) for kind in KINDS if kind in counts],
        "acts": read if reveals else [one.veiled for one in read],
        "excerpt": EXCERPT,
    }


KINDS = {
    "comment": lambda: pgettext("social acts", "Comments"),
    "mention": lambda: pgettext("social acts", "Mentions"),
    "like": lambda: pgettext("social acts", "Likes"),
    "share": lambda: pgettext("social acts", "Shares"),
    "follow": lambda: pgettext("social acts", "Follows"),
    "message": lambda: pgettext("social acts", "Messages"),
}


def accounts(lineage: Sequence[uuid.UUID], keyring: subjects.Keyring) -> list[Account]:
    """Each account of a lineage, the one most follow first, with the followers told last."""
    newest_first = SocialAct.objects.filter(customer_id__in=lineage, account__isnull=False)
    found: list[Account] = []
    for act in newest_first.order_by("platform", "account", "-at", "-id").distinct("platform", "account"):
        figure = (
            SocialAct.objects.filter(customer_id__in=lineage, account=act.account, followers__isnull=False)
            .order_by("-at", "-id")
            .values_list("followers", flat=True)
            .first()
        )
        name = keyring.open(act.handle, table=TABLE, column="handle", row=act.id)
        found.append(Account(handles.PLATFORMS.get(act.platform, act.platform), name, figure, act.platform))
    return sorted(found, key=lambda one: (-(one.followers or 0), one.platform, one.handle))
