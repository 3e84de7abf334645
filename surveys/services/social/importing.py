"""Importing what people did on social platforms: one row is one comment, mention, like, share, follow or message.

A row may name nobody: it counts for its post and its words are not kept. Who is new is made, with consent to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core import pipeline
from cdp.core.files import values
from cdp.core.imports import registry
from customers.rules.people import Person
from customers.services import identity, import_trace, people_import
from surveys.rules.social import naming, reading
from surveys.services import taking_back
from surveys.services.social import taking, undoing
from surveys.services.social.taking import How, Said

PREFIX = "social."
TARGETS = {
    "social.platform": _("Platform"),
    "social.post": pgettext_lazy("social", "Post"),
    "social.kind": _("Kind of act"),
    "social.handle": _("Account name"),
    "social.followers": _("Followers"),
    "social.text": _("Text"),
    "social.at": _("When"),
    "social.campaign": _("Campaign"),
    "social.url": _("Address of the post"),
    "social.external_id": _("Number of the act"),
    "social.replies_to": _("Number of what it answers"),
}
SYNONYMS = {
    **{target.removeprefix(PREFIX): target for target in TARGETS},
    **dict.fromkeys(
        ("network", "channel", "social network", "แพลตฟอร์ม", "ช่องทาง", "เครือข่าย", "플랫폼", "채널", "소셜 미디어"),
        "social.platform",
    ),
    **dict.fromkeys(
        ("post id", "post url", "video id", "media id", "โพสต์", "รหัสโพสต์", "게시물", "게시글", "게시물 ID"),
        "social.post",
    ),
    **dict.fromkeys(
        ("type", "action", "activity", "interaction", "ประเภท", "ชนิด", "การกระทำ", "종류", "유형", "구분", "활동"),
        "social.kind",
    ),
    **dict.fromkeys(
        (
            *("username", "user name", "user", "author", "commenter", "account", "account name", "screen name"),
            *("บัญชี", "ชื่อบัญชี", "บัญชีผู้ใช้", "ชื่อผู้ใช้", "ผู้ใช้", "ผู้เขียน", "ผู้แสดงความคิดเห็น", "ผู้คอมเมนต์", "ไอดี"),
            *(
                "계정",
                "계정명",
                "계정 이름",
                "아이디",
                "사용자",
                "사용자명",
                "사용자 이름",
                "작성자",
                "작성자 ID",
                "글쓴이",
                "댓글 작성자",
            ),
        ),
        "social.handle",
    ),
    **dict.fromkeys(
        (
            "follower count",
            "followers count",
            "author followers",
            "subscribers",
            "ผู้ติดตาม",
            "จำนวนผู้ติดตาม",
            "ยอดผู้ติดตาม",
            "팔로워",
            "팔로워 수",
            "구독자",
            "구독자 수",
        ),
        "social.followers",
    ),
    **dict.fromkeys(
        (
            *("comment", "comment text", "message", "content", "body", "ข้อความ", "ความคิดเห็น", "คอมเมนต์", "เนื้อหา"),
            *("댓글", "댓글 내용", "내용", "본문", "메시지"),
        ),
        "social.text",
    ),
    **dict.fromkeys(
        (
            *("date", "time", "created at", "created time", "timestamp", "published at", "วันที่", "เวลา", "วันเวลา"),
            *("วันที่โพสต์", "작성일", "작성일시", "작성 시간", "날짜", "일시"),
        ),
        "social.at",
    ),
    **dict.fromkeys(("campaign name", "แคมเปญ", "캠페인"), "social.campaign"),
    **dict.fromkeys(("permalink", "link", "ลิงก์", "링크"), "social.url"),
    **dict.fromkeys(
        ("comment id", "id", "act id", "mention id", "message id", "รหัสความคิดเห็น", "댓글 ID"), "social.external_id"
    ),
    **dict.fromkeys(("reply to", "in reply to", "parent id", "parent comment id", "ตอบกลับถึง"), "social.replies_to"),
}
REASONS = {
    "unknown_act": _("This is none of comment, mention, like, share, follow and message."),
    "not_a_count": _("This is no number of followers; write it as 12345, 12.3k or 1.2만."),
    "words_too_long": _(
        "This text has more than 10,000 characters; nothing of it was taken, for half is not what was said."
    ),
    taking.OWN: _("This is one of your own accounts, and nothing says which comment it answers."),
    taking.FOREIGN: _("Something with this number is somebody else's; it stays as it was."),
}
REPLIES = "social_replies"


@dataclass(slots=True)
class Told:
    """A row that can be written, with what is told of its person."""

    line: int
    act: reading.Act
    person: Person


class Handler:
    """Rows of a social file."""

    def __init__(self, context: registry.Context) -> None:
        """Prepare for one import."""
        self.context = context
        self.people = people_import.Columns(context)
        self.moment = partial(values.moment, zone=context.zone_of("social.at"), **context.style("social.at"))
        self.foresight = people_import.Foresight(context.source, context.now, joins=True)

    def parse(self, rows: Sequence[registry.Row], reject: registry.Reject, warn: registry.Reject) -> Sequence[Told]:
        """An act for each good row."""
        found = []
        for line, cells in rows:
            person, faults = self.people.clean(self.people.raw(cells))
            raw = {target.removeprefix(PREFIX): self.context.cell(cells, target) for target in TARGETS}
            try:
                act = reading.read(raw, moment=self._at, now=self.context.now)
            except reading.Unreadable as problem:
                reject(line, PREFIX + problem.place, problem.value, problem.code)
                continue
            for fault in faults:
                warn(line, people_import.PREFIX + fault.field, fault.value, fault.problem.code)
            found.append(Told(line, act, person))
        return found

    def _at(self, raw: str) -> datetime:
        return self.moment(raw)

    def foresee(self, parsed: Sequence[Told]) -> registry.Counts:
        """How many of the people would be new."""
        named, lost = [], 0
        for one in parsed:
            if one.act.handle:
                naming.name(one.person, platform=one.act.platform, handle=one.act.handle)
            if one.person.is_identified:
                named.append(one)
            else:
                lost += bool(one.act.words)
        counts = self.foresight.people([one.person for one in named], [one.line for one in named])
        if lost:
            counts.also = {**counts.also, people_import.NAMELESS: lost}
        return counts

    def write(self, parsed: Sequence[Told]) -> registry.Counts:
        """Resolve the people, write what they did; a repeated import writes nothing new."""
        watch = import_trace.Watch(self.context)
        replaced = taking_back.Replaced(undoing.ROWS)
        taken = taking.take(
            [Said(one.act, one.person, told_at=one.act.at) for one in parsed],
            How(
                source=self.context.source,
                now=self.context.now,
                lane=pipeline.BULK,
                by=people_import.fact_of(self.context),
                before_people=watch.before,
                before_acts=replaced.before,
                made_posts=partial(undoing.note_posts, self.context.import_id),
            ),
        )
        watch.after(taken.people, taken.resolutions)
        replaced.note(taken.written, import_id=self.context.import_id)
        refused = [self._refused(parsed[place], code) for place, code in sorted(taken.refused.items())]
        people = sum(who.outcome is identity.Outcome.CREATED for who in taken.resolutions)
        also = {people_import.NEW_PEOPLE: people, REPLIES: taken.replied}
        return registry.Counts(
            taken.created,
            taken.updated,
            also={word: count for word, count in also.items() if count},
            refused=refused,
        )

    @staticmethod
    def _refused(one: Told, code: str) -> registry.Told:
        target = "external_id" if code == taking.FOREIGN else "handle"
        value = one.act.number if code == taking.FOREIGN else one.act.handle
        return one.line, PREFIX + target, value, code


KIND = registry.Kind(
    key="social",
    label=_("Social activity"),
    targets={**TARGETS, **people_import.qualified(people_import.TARGETS)},
    handler=Handler,
    senses=people_import.senses,
    required=(("social.platform",), ("social.kind", "social.text")),
    synonyms={
        **{name: people_import.PREFIX + target for name, target in people_import.SYNONYMS.items()},
        **SYNONYMS,
    },
    identifiers=frozenset(
        {"social.external_id", "social.replies_to", "social.post"}
        | {people_import.PREFIX + name for name in ("external_id", "member_number", "phone")}
    ),
    is_undoable=True,
)
