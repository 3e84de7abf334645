"""By what name somebody is known on a platform: which platform is meant, and how its names are compared.

A handle is an identifier of a person together with its platform, as `instagram:ada`. Platforms compare handles without
case, so do we. LINE names people by a user id, which is an identifier of its own (`line_id`).

Where a platform tells what people call themselves for display ("Anna Lee" of Facebook), that is no handle: others may
call themselves the same. It is kept as it is written, and identifies only who is known by nothing else
(`Person.account`).
"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

from customers.rules import masking
from customers.rules.unreadable import Unreadable

LONGEST = 150
PLATFORMS: Mapping[str, str] = MappingProxyType(
    {
        "bluesky": "Bluesky",
        "discord": "Discord",
        "facebook": "Facebook",
        "google": "Google",
        "instagram": "Instagram",
        "kakao": "KakaoTalk",
        "lazada": "Lazada",
        "lemon8": "Lemon8",
        "line": "LINE",
        "linkedin": "LinkedIn",
        "mastodon": "Mastodon",
        "naver": "Naver",
        "pantip": "Pantip",
        "pinterest": "Pinterest",
        "reddit": "Reddit",
        "shopee": "Shopee",
        "snapchat": "Snapchat",
        "telegram": "Telegram",
        "threads": "Threads",
        "tiktok": "TikTok",
        "twitch": "Twitch",
        "wechat": "WeChat",
        "weibo": "Weibo",
        "whatsapp": "WhatsApp",
        "x": "X",
        "xiaohongshu": "Xiaohongshu",
        "youtube": "YouTube",
    }
)
"""Key → the name it gives itself, in every language."""
_ALSO: Mapping[str, str] = MappingProxyType(
    {
        "bsky": "bluesky",
        "fb": "facebook",
        "meta": "facebook",
        "messenger": "facebook",
        "facebookpage": "facebook",
        "facebookmessenger": "facebook",
        "เฟซบุ๊ก": "facebook",
        "เฟสบุ๊ค": "facebook",
        "เฟซบุ๊ค": "facebook",
        "페이스북": "facebook",
        "googlereviews": "google",
        "googlebusiness": "google",
        "googlemaps": "google",
        "구글": "google",
        "ig": "instagram",
        "insta": "instagram",
        "ไอจี": "instagram",
        "อินสตาแกรม": "instagram",
        "인스타": "instagram",
        "인스타그램": "instagram",
        "kakaotalk": "kakao",
        "kakaochannel": "kakao",
        "카카오": "kakao",
        "카카오톡": "kakao",
        "ลาซาด้า": "lazada",
        "lineoa": "line",
        "lineofficialaccount": "line",
        "ไลน์": "line",
        "라인": "line",
        "li": "linkedin",
        "링크드인": "linkedin",
        "네이버": "naver",
        "naverblog": "naver",
        "navercafe": "naver",
        "พันทิป": "pantip",
        "ช้อปปี้": "shopee",
        "tg": "telegram",
        "텔레그램": "telegram",
        "thread": "threads",
        "쓰레드": "threads",
        "스레드": "threads",
        "tt": "tiktok",
        "ติ๊กต็อก": "tiktok",
        "ติ๊กต่อก": "tiktok",
        "틱톡": "tiktok",
        "twitter": "x",
        "twitterx": "x",
        "xtwitter": "x",
        "xcom": "x",
        "ทวิตเตอร์": "x",
        "트위터": "x",
        "엑스": "x",
        "rednote": "xiaohongshu",
        "小红书": "xiaohongshu",
        "微博": "weibo",
        "微信": "wechat",
        "yt": "youtube",
        "ยูทูบ": "youtube",
        "유튜브": "youtube",
    }
)
_HOSTS: Mapping[str, str] = MappingProxyType(
    {
        "bsky.app": "bluesky",
        "facebook.com": "facebook",
        "fb.com": "facebook",
        "instagram.com": "instagram",
        "linkedin.com": "linkedin",
        "pinterest.com": "pinterest",
        "reddit.com": "reddit",
        "t.me": "telegram",
        "threads.net": "threads",
        "threads.com": "threads",
        "tiktok.com": "tiktok",
        "twitter.com": "x",
        "x.com": "x",
        "youtube.com": "youtube",
    }
)
_BETWEEN = re.compile(r"[\s_\-./()]+")
_LED = frozenset({"in", "user", "u", "profile", "people", "c", "company"})
"""What stands in an address before the name."""


def platform(raw: str) -> str:
    """The key of a platform as people and exports write it. Unreadable: missing, unknown_platform."""
    told = _BETWEEN.sub("", unicodedata.normalize("NFKC", raw).casefold())
    told = unicodedata.normalize("NFC", told)
    if not told:
        raise Unreadable("missing")
    found = told if told in PLATFORMS else _ALSO.get(told, "")
    if not found:
        raise Unreadable("unknown_platform")
    return found


def name(raw: str, *, on: str) -> str:
    """A handle as it is kept: without @ and case, of an address of a profile the name in it. A display name keeps its
    case; two are compared by `key`.

    Unreadable: missing, placeholder, control_characters, not_a_handle, identifier_too_long.
    """
    text = unicodedata.normalize("NFKC", raw).strip().strip("\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069")
    if "://" in text or text.casefold().startswith(("www.", "m.")):
        text = _of_address(text, on)
    text = text.removeprefix("u/").removeprefix("@").strip()
    if not is_display_name(text):
        text = text.casefold()
    text = unicodedata.normalize("NFC", text)
    if not text:
        raise Unreadable("missing")
    if len(text) > LONGEST:
        raise Unreadable("identifier_too_long")
    if not text.isprintable():
        raise Unreadable("control_characters")
    if ":" in text or "\n" in text:
        raise Unreadable("not_a_handle")
    return text


def spelt(on: str, handle: str) -> str:
    """Platform and handle as one identifier; `parted` takes it apart."""
    return f"{on}:{handle}"


def parted(identifier: str) -> tuple[str, str]:
    """Platform and handle of an identifier."""
    on, _colon, handle = identifier.partition(":")
    return on, handle


def key(identifier: str) -> str:
    """What makes two handles, or two identifiers, the same."""
    return unicodedata.normalize("NFC", identifier.casefold())


def is_display_name(handle: str) -> bool:
    """Whether it is what somebody calls themselves to be read, which platforms let any number of people do: words with
    blanks between them. A handle has none.
    """
    return any(char.isspace() for char in handle)


def shown(handle: str) -> str:
    """A handle as people write it, `@ada.beauty`; a display name as it is."""
    return handle if not handle or is_display_name(handle) else f"@{handle}"


def masked(handle: str) -> str:
    """The same for those who see ways of contact masked only: `@a•••`, `A•••`."""
    return shown(handle)[: 1 if is_display_name(handle) else 2] + masking.DOT * 3 if handle else ""


def read(raw: str) -> str:
    """An identifier as it is kept, from `Instagram:@Ada`. Unreadable: as `platform` and `name`."""
    on, colon, handle = raw.partition(":")
    if not colon:
        raise Unreadable("not_a_handle")
    known = platform(on)
    return spelt(known, name(handle, on=known))


def _of_address(text: str, on: str) -> str:
    parts = urlsplit(text if "://" in text else f"https://{text}")
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("mobile.")
    if _HOSTS.get(host, on) != on:
        raise Unreadable("not_a_handle")
    steps = [unquote(step) for step in parts.path.split("/") if step]
    if len(steps) > 1 and steps[0].casefold() in _LED:
        steps = steps[1:]
    if not steps:
        raise Unreadable("not_a_handle")
    return steps[0]
