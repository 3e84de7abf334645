"""Tags as people read them. A tag that a form sets by itself is written `kind:value`; staff see words instead."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

HEARD = "heard:"
CHANNELS: dict[str, str | Promise] = {
    "friend": gettext_lazy("a friend"),
    "walk-in": gettext_lazy("walking past"),
    "google": "Google",
    "facebook": "Facebook",
    "instagram": "Instagram",
    "tiktok": "TikTok",
    "line": "LINE",
    "kakao": "Kakao",
    "naver": "Naver",
    "youtube": "YouTube",
    "other": gettext_lazy("somewhere else"),
}


def shown(tag: str) -> str:
    """The words for a tag; any other tag is a word already."""
    if not tag.startswith(HEARD):
        return tag
    channel = tag.removeprefix(HEARD)
    return _("Heard of us: {channel}").format(channel=CHANNELS.get(channel, channel))
