"""What brought somebody to the site: the campaign that a link names, else the kind of site they came from.

The lists name hosts by their registered domain; a host belongs to an entry when it is it or ends in a dot and it.
"""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

LONGEST = 200
LONGEST_HOST = 253

SEARCH = frozenset(
    """bing.com duckduckgo.com yahoo.com yahoo.co.jp yahoo.co.kr yandex.com yandex.ru ecosia.org baidu.com sogou.com
    startpage.com qwant.com brave.com search.naver.com m.search.naver.com naver.com daum.net zum.com nate.com kagi.com
    perplexity.ai chatgpt.com com.google.android.googlequicksearchbox""".split()
)
SOCIAL = frozenset(
    """facebook.com fb.com fb.me messenger.com instagram.com threads.net threads.com t.co twitter.com x.com youtube.com
    youtu.be tiktok.com line.me lin.ee liff.line.me pinterest.com pin.it reddit.com linkedin.com lnkd.in weibo.com
    xiaohongshu.com band.us kakao.com blog.naver.com cafe.naver.com tistory.com brunch.co.kr pantip.com blockdit.com
    lemon8-app.com tumblr.com vk.com discord.com t.me telegram.org whatsapp.com wa.me bsky.app com.facebook.katana
    com.instagram.android jp.naver.line.android com.linkedin.android""".split()
)
MAIL = frozenset(
    """mail.google.com outlook.com outlook.live.com outlook.office.com outlook.office365.com mail.yahoo.com
    mail.naver.com mail.daum.net mail.kakao.com mail.proton.me icloud.com com.google.android.gm
    com.microsoft.office.outlook""".split()
)
# Whoever comes back from paying was not brought by the till.
TILLS = frozenset(
    """paypal.com stripe.com omise.co opn.ooo 2c2p.com 2c2p.co.th scb.co.th kbank.com kasikornbank.com krungthai.com
    tosspayments.com inicis.com kcp.co.kr nicepay.co.kr pay.naver.com pay.kakao.com kakaopay.com klarna.com
    adyen.com braintreegateway.com gbprimepay.com truemoney.com""".split()
)
_GOOGLE = re.compile(r"(?:^|\.)google\.[a-z]{2,3}(?:\.[a-z]{2})?$")
_PAID = re.compile(r"^(?:cpc|ppc|cpm|cpv|cpa|ads?|display|banner|retargeting|remarketing|.*paid.*|.*[-_ ]ads?)$")
_MEDIA = {
    "email": "mail",
    "e-mail": "mail",
    "mail": "mail",
    "newsletter": "mail",
    "sms": "message",
    "message": "message",
    "line": "message",
    "chat": "message",
    "push": "message",
    "kakao": "message",
    "alimtalk": "message",
    "social": "social",
    "social-media": "social",
    "social-network": "social",
    "sm": "social",
    "organic": "search",
    "referral": "referral",
    "affiliate": "referral",
    "affiliates": "referral",
}


class Touch(NamedTuple):
    """What brought somebody: its kind (`Session.Channel`), the host they came from and what the link said."""

    channel: str = "direct"
    host: str = ""
    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""


DIRECT = Touch()


def host_of(address: str) -> str:
    """The host of an address without port and `www.`, in small letters; empty for what is no address."""
    try:
        found = urlsplit(address.strip()).hostname or ""
    except ValueError:
        return ""
    return found.removeprefix("www.")[:LONGEST_HOST]


def kind_of(host: str) -> str:
    """mail, social, search or referral; empty for a till, which brought nobody."""
    # The more precise lists first: mail.google.com is no search, blog.naver.com neither.
    for kind, hosts in (("", TILLS), ("mail", MAIL), ("social", SOCIAL), ("search", SEARCH)):
        if _within(host, hosts):
            return kind
    return "search" if _GOOGLE.search(host) else "referral"


def _within(host: str, hosts: frozenset[str]) -> bool:
    while host:
        if host in hosts:
            return True
        host = host.partition(".")[2]
    return False


def touch(*, referrer: str, page_host: str, campaign: dict[str, str]) -> Touch | None:
    """What one event tells; None when it tells nothing new: typed in, a link of the same site, back from paying.

    `campaign` has the keys of `context.campaign`: source, medium, name, term, content.
    """
    host = host_of(referrer)
    told = {
        key: str(campaign.get(key) or "").strip()[:LONGEST] for key in ("source", "medium", "name", "term", "content")
    }
    if any(told.values()):
        is_inside = not host or host == page_host or not kind_of(host)
        channel = _channel(told["medium"].casefold(), told["source"].casefold())
        words = (told["source"], told["medium"], told["name"], told["term"], told["content"])
        return Touch(channel, "" if is_inside else host, *words)
    if not host or host == page_host or _same_site(host, page_host):
        return None
    kind = kind_of(host)
    return Touch(kind, host) if kind else None


def _same_site(host: str, page_host: str) -> bool:
    """shop.example.com and example.com belong together."""
    return bool(page_host) and (host.endswith(f".{page_host}") or page_host.endswith(f".{host}"))


def _channel(medium: str, source: str) -> str:
    if _PAID.match(medium):
        return "paid"
    if medium in _MEDIA:
        return _MEDIA[medium]
    return "message" if not medium and source in {"line", "sms", "kakao"} else "campaign"
