"""A visit in words: what brought somebody, how much they read, where they left."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.rules import titles

# How sites write their own names.
_NAMES = {
    "line": "LINE",
    "line.me": "LINE",
    "lin.ee": "LINE",
    "facebook": "Facebook",
    "fb": "Facebook",
    "facebook.com": "Facebook",
    "instagram": "Instagram",
    "ig": "Instagram",
    "instagram.com": "Instagram",
    "google": "Google",
    "bing": "Bing",
    "bing.com": "Bing",
    "naver": "NAVER",
    "naver.com": "NAVER",
    "search.naver.com": "NAVER",
    "daum.net": "Daum",
    "kakao": "Kakao",
    "kakaotalk": "KakaoTalk",
    "tiktok": "TikTok",
    "tiktok.com": "TikTok",
    "youtube": "YouTube",
    "youtube.com": "YouTube",
    "x.com": "X",
    "t.co": "X",
    "twitter": "X",
    "pantip.com": "Pantip",
    "linkedin": "LinkedIn",
    "linkedin.com": "LinkedIn",
}


def name(raw: str) -> str:
    """A source or host as its owner writes it."""
    told = raw.casefold()
    for prefix in ("l.", "lm.", "m.", "out."):
        told = told.removeprefix(prefix)
    if told.startswith("google."):
        return "Google"
    return _NAMES.get(told, raw)


def brought(*, channel: str, source: str, host: str, campaign: str) -> str:
    """What brought somebody: “LINE ad (glow)”; empty for who came directly."""
    who = name(source or host)
    if channel == "direct" or not (who or campaign):
        return ""
    kinds = {
        "paid": _("{name} ad"),
        "search": _("a search on {name}"),
        "mail": _("an e-mail ({name})"),
        "message": _("a message ({name})"),
    }
    if channel in {"mail", "message"}:
        return kinds[channel].format(name=", ".join(part for part in (who, campaign) if part))
    told = kinds[channel].format(name=who) if channel in kinds and who else who
    return f"{told} ({campaign})" if told and campaign else told or campaign


def length(seconds: int) -> str:
    """50 s, 3 min, 1 h 5 min."""
    if seconds < 60:
        return _("{n} s").format(n=seconds)
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("{n} min").format(n=minutes)
    return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)


def heading(*, pages: int, events: int, seconds: int) -> str:
    """How much of a visit there was."""
    if not pages:
        count = ngettext("%(n)s step on the website", "%(n)s steps on the website", events) % {"n": events}
        return str(count)
    told = ngettext("Visited the website: %(n)s page", "Visited the website: %(n)s pages", pages) % {"n": pages}
    return f"{told} · {length(seconds)}" if seconds else str(told)


def sentence(*, origin: str, entry: str, exit_: str) -> str:
    """Where somebody came from, began and left."""
    parts = [_("Came from {origin}").format(origin=origin) if origin else _("Came directly")]
    if entry and entry == exit_:
        parts.append(_("stayed at {path}").format(path=entry))
        return " · ".join(parts)
    if entry:
        parts.append(_("began at {path}").format(path=entry))
    if exit_:
        parts.append(_("left at {path}").format(path=exit_))
    return " · ".join(parts)


def step(told: Mapping[str, Any]) -> str:
    """One step of a visit, as `Session.steps` holds it."""
    if told["kind"] == "track":
        return titles.told("track", str(told["name"]), {"name": told.get("about") or ""})
    text = titles.told(str(told["kind"]), str(told.get("title") or told.get("path") or told["kind"]), {})
    seconds = told.get("seconds")
    return f"{text} · {length(int(seconds))}" if seconds else text
