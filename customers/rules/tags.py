"""Tags as people read them. A tag that a form sets by itself is written `kind:value`; staff see words instead."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

HEARD, CHOSE = "heard:", "chose:"
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
    "search": gettext_lazy("a search engine"),
    "social": gettext_lazy("social media"),
    "advert": gettext_lazy("an advertisement"),
    "press": gettext_lazy("news or a blog"),
    "other": gettext_lazy("somewhere else"),
}
REASONS: dict[str, str | Promise] = {
    "quality": gettext_lazy("the quality"),
    "price": gettext_lazy("the price"),
    "service": gettext_lazy("the advice and service"),
    "place": gettext_lazy("it is close by"),
    "recommended": gettext_lazy("somebody recommended us"),
    "values": gettext_lazy("what we stand for"),
    "convenience": gettext_lazy("it is convenient"),
    "choice": gettext_lazy("the choice there is"),
    "other": gettext_lazy("another reason"),
}


def shown(tag: str) -> str:
    """The words for a tag; any other tag is a word already."""
    if tag.startswith(CHOSE):
        reason = tag.removeprefix(CHOSE)
        return _("Chose us for: {reason}").format(reason=REASONS.get(reason, reason))
    if not tag.startswith(HEARD):
        return tag
    channel = tag.removeprefix(HEARD)
    return _("Heard of us: {channel}").format(channel=CHANNELS.get(channel, channel))
