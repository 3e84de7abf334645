"""Interviews of the sample shop: a guide in force, two talks, what was said, and one testimonial that is allowed."""

import datetime as dt
from typing import Any

from django.utils import timezone

from cdp.core.actors import SYSTEM
from consent.services import disclosures
from customers.models import Customer, Status
from surveys.models import Guide, Interview
from surveys.selectors.interviews import guides as reading
from surveys.services import disclosing
from surveys.services.interviews import guides, holding, testimonials
from surveys.services.interviews.holding import Seat

GUIDE = "product"
SAID = (
    (1, "ใช้ทุกเช้าก่อนไปทำงาน ผิวไม่แห้งตึงเหมือนก่อน", ("ผิวแห้ง", "ใช้ทุกวัน")),
    (1, "กลิ่นหอมแต่ขวดปั๊มกดยาก", ("กลิ่น", "ขวด")),
    (2, "อยากให้มีขนาดเล็กสำหรับพกไปเที่ยว", ("ขนาด",)),
    (3, "ราคาสูงไปนิด แต่ใช้ได้นาน", ("ราคา",)),
)


def load(now: dt.datetime) -> None:
    """Hold them; nothing where there is a guide already."""
    if Guide.objects.filter(slug=GUIDE).exists():
        return
    made = guides.create(slug=GUIDE, draft=guides.of_ready(GUIDE), actor=SYSTEM, at=now)
    guides.publish(guide=made.id, disclosure=disclosing.usual(is_talk=True), actor=SYSTEM, at=now)
    made.refresh_from_db()
    # Of these nothing says that a guardian would have to allow it.
    people = list(
        Customer.objects.filter(language="th", country="TH", status=Status.KNOWN, birth_date=None)
        .order_by("id")
        .values_list("id", flat=True)[:2]
    )
    if len(people) < 2:
        return
    said = disclosures.require(reading.PLACE, made.slug, language="th", at=now).version
    told: dict[str, Any] = {"guide": made, "language": "th", "said": said, "place": "", "actor": SYSTEM, "at": now}
    day = timezone.localdate(now)
    keys = [one.key for one in reading.version(made.id, made.version).questions]
    single = holding.begin(
        **told, kind=Interview.Kind.SINGLE, seats=[Seat(people[0], has_agreed=True)], held_on=day - dt.timedelta(days=6)
    )
    seats = [Seat(people[1], has_agreed=True), Seat(None, has_agreed=True), Seat(None, has_agreed=True)]
    group = holding.begin(**told, kind=Interview.Kind.GROUP, seats=seats, held_on=day - dt.timedelta(days=2))
    holding.note(interview=single.id, question=keys[0], notes={1: "ลูกค้าประจำ ใช้มาสองปี"})
    holding.note(interview=group.id, question=keys[0], notes={holding.GROUP: "ทุกคนใช้ตอนเช้า"})
    first = holding.quote(interview=single.id, question=keys[1], seat=1, words=SAID[0][1], themes=SAID[0][2])
    for seat, words, themes in SAID[1:]:
        talk = single if seat == 1 else group
        holding.quote(interview=talk.id, question=keys[1], seat=seat, words=words, themes=themes)
    for talk in (single, group):
        holding.finish(interview=talk.id)
    praise = testimonials.ask(quote=first.id, words=SAID[0][1], name="ลูกค้าประจำ เชียงใหม่", actor=SYSTEM, at=now)
    token = testimonials.link(praise).rsplit("/", 1)[-1]
    testimonials.answer(token=token, agrees=True, proof={}, language="th", at=now)
    testimonials.publish(testimonial=praise.id, is_shown=True, actor=SYSTEM, at=now)
