"""One act out of what a row, a body or an event says, the same for every door."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from customers.rules import handles, people, unreadable
from surveys.rules.social import figures, naming

LONGEST_WORDS = 10_000
LONGEST_POST, LONGEST_URL, LONGEST_CAMPAIGN, LONGEST_NUMBER = 200, 500, 120, 200
AHEAD = timedelta(days=1)
"""Clocks of others run ahead; more than this is no moment at which somebody did something."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
KINDS = ("comment", "mention", "like", "share", "follow", "message")
_SPELT: Mapping[str, str] = {
    **{kind: kind for kind in KINDS},
    **{f"{kind}s": kind for kind in KINDS},
    **dict.fromkeys(
        ("commented", "reply", "replied", "ความคิดเห็น", "คอมเมนต์", "คอมเม้นท์", "ตอบกลับ", "댓글", "답글"), "comment"
    ),
    **dict.fromkeys(("mentioned", "tag", "tagged", "กล่าวถึง", "แท็ก", "언급", "멘션", "태그"), "mention"),
    **dict.fromkeys(
        (
            *("liked", "reaction", "reacted", "love", "heart", "favorite", "favourite", "upvote"),
            *("ถูกใจ", "ไลก์", "ไลค์", "กดใจ", "좋아요", "공감"),
        ),
        "like",
    ),
    **dict.fromkeys(
        (
            *("shared", "repost", "reposted", "retweet", "retweeted", "quote", "quoted", "boost"),
            *("แชร์", "รีโพสต์", "รีทวีต", "공유", "리포스트", "리트윗"),
        ),
        "share",
    ),
    **dict.fromkeys(
        (
            *("followed", "new follower", "follower", "subscribe", "subscribed", "subscription"),
            *("ติดตาม", "팔로우", "구독", "친구 추가", "เพิ่มเพื่อน"),
        ),
        "follow",
    ),
    **dict.fromkeys(
        (
            *("messaged", "direct message", "private message", "dm", "chat", "inbox"),
            *("ข้อความ", "แชต", "แชท", "메시지", "쪽지", "채팅"),
        ),
        "message",
    ),
}
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but line ends and tabs; marks of direction stay
_NOISE = re.compile(r"utm_.+|fbclid|gclid|igsh(?:id)?|si|mibextid|ref(?:_src|_url)?|_r|_t|feature", re.IGNORECASE)


class Unreadable(unreadable.Unreadable):
    """Why an act could not be taken; `place` is what of it, `value` what stood there."""

    def __init__(self, place: str, value: str, code: str) -> None:
        """Say where and why."""
        super().__init__(code)
        self.place, self.value = place, value


@dataclass(frozen=True, slots=True)
class Act:
    """One act as it was told. `number` is the source's own, empty where it has none; `handle` is empty where nobody is
    named; `replies_to` is the number of what the shop's own account answered; `told_at` the time in the teller's words;
    where nobody told one, `at` is now and `is_dated` false.
    """

    platform: str
    kind: str
    number: str
    at: datetime
    handle: str = ""
    post: str = ""
    url: str = ""
    campaign: str = ""
    words: str = ""
    followers: int | None = None
    replies_to: str = ""
    told_at: str = ""
    is_dated: bool = True

    @property
    def account(self) -> tuple[str, str]:
        """Platform and name, as accounts are compared."""
        return self.platform, handles.key(self.handle)

    @property
    def said(self) -> str:
        """What makes an act without a number the same when it is told again: all but what changes meanwhile."""
        return f"{self.platform}\n{self.post}\n{self.kind}\n{handles.key(self.handle)}\n{self.told_at}\n{self.words}"


def read(raw: Mapping[str, object], *, moment: Callable[[str], datetime], now: datetime) -> Act:
    """An act from texts by the names of the targets (platform, post, kind, handle, followers, text, at, campaign,
    external_id, url, replies_to). Without a time it was just now; words without a kind are a comment.

    `moment` reads a time and raises ValueProblem. Raises Unreadable with the first place that cannot be read.
    """
    told = {name: "" if value is None else str(value) for name, value in raw.items()}
    platform = _of("platform", told, handles.platform)
    words = _words(told.get("text", ""))
    kind = _kind(told.get("kind", ""), words)
    handle = _of("handle", told, lambda value: naming.shown(platform, value)) if told.get("handle") else ""
    post, url = _post(told)
    try:
        followers = figures.followers(raw.get("followers"))
    except figures.Unreadable as problem:
        raise Unreadable("followers", told["followers"], "not_a_count") from problem
    at = _at(told.get("at", ""), moment, now)
    number = _short("external_id", told, LONGEST_NUMBER)
    return Act(
        platform=platform,
        kind=kind,
        number=number,
        told_at=told.get("at", ""),
        at=at,
        is_dated=bool(told.get("at", "").strip()),
        handle=handle,
        post=post,
        url=url,
        campaign=_short("campaign", told, LONGEST_CAMPAIGN),
        words=words,
        followers=followers,
        replies_to=_short("replies_to", told, LONGEST_NUMBER),
    )


def _of(place: str, told: Mapping[str, str], read: Callable[[str], str]) -> str:
    value = told.get(place, "")
    try:
        return read(value)
    except unreadable.Unreadable as problem:
        raise Unreadable(place, value, problem.code) from problem


def _kind(raw: str, words: str) -> str:
    text = " ".join(unicodedata.normalize("NFKC", raw).casefold().replace("_", " ").replace("-", " ").split())
    text = unicodedata.normalize("NFC", text)
    if not text:
        if not words:
            raise Unreadable("kind", "", "missing")
        return "comment"
    if text not in _SPELT:
        raise Unreadable("kind", raw, "unknown_act")
    return _SPELT[text]


def plain(raw: str) -> str:
    """What somebody wrote, with its lines, without what nobody sees."""
    text = _HIDDEN.sub("", raw.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return unicodedata.normalize("NFC", text)


def _words(raw: str) -> str:
    text = plain(raw)
    if len(text) > LONGEST_WORDS:
        raise Unreadable("text", text[:200], "words_too_long")
    return text


def _post(told: Mapping[str, str]) -> tuple[str, str]:
    """Number and address of the post. An address alone is its number, without what only says who passed it on."""
    post, url = told.get("post", "").strip(), told.get("url", "").strip()
    if not url and post.casefold().startswith(("http://", "https://", "www.")):
        url = post
    if url:
        url = _plain_address(url)
        post = url if not post or "/" in post else post
    post = people.plain(post)
    if len(post) > LONGEST_POST:
        raise Unreadable("post", post, "too_long")
    if len(url) > LONGEST_URL:
        raise Unreadable("post", url, "too_long")
    return post, url


def _plain_address(url: str) -> str:
    if url.casefold().startswith("www."):
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme.casefold() not in {"http", "https"} or not parts.hostname:
        return ""  # what a click would run is no address of a post
    query = urlencode([pair for pair in parse_qsl(parts.query) if not _NOISE.fullmatch(pair[0])])
    return urlunsplit(("https", parts.hostname, parts.path.rstrip("/"), query, ""))


def _at(raw: str, moment: Callable[[str], datetime], now: datetime) -> datetime:
    if not raw.strip():
        return now
    try:
        at = moment(raw)
    except unreadable.problems.ValueProblem as problem:
        raise Unreadable("at", raw, problem.code) from problem
    if at < EARLIEST:
        raise Unreadable("at", raw, "out_of_range")
    if at > now + AHEAD:
        raise Unreadable("at", raw, "in_the_future")
    return at


def _short(place: str, told: Mapping[str, str], longest: int) -> str:
    text = people.plain(told.get(place, ""))
    if len(text) > longest:
        raise Unreadable(place, text, "too_long")
    return text
