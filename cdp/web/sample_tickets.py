"""Tickets of the sample shop: a few weeks of questions and complaints in three languages, some still open."""

import datetime as dt
from typing import Final

from cdp.core.models.sources import SAMPLE
from customers.models import Customer, Status
from surveys.services.tickets import overdue, telling
from surveys.services.tickets.telling import MessageInput, TicketInput

# Channel, topic, priority, what the customer says, what we answer, what follows ("": still open).
SAID: Final = (
    ("email", "delivery", "normal", "ของยังไม่ถึงเลยค่ะ สั่งไปตั้งแต่วันจันทร์", "พัสดุออกจากคลังแล้ว ถึงภายในพรุ่งนี้", "resolved"),
    ("line", "delivery", "high", "택배가 아직 안 왔어요. 언제 오나요?", "오늘 저녁에 도착할 예정입니다.", "resolved"),
    ("phone", "product", "normal", "Is the serum safe with retinol?", "Yes, every other night.", "resolved"),
    ("email", "warranty", "high", "The lid of the diffuser broke after a week", "Please send us a picture.", "waiting"),
    ("web", "product", "low", "มีส่วนลดสำหรับซื้อหลายชิ้นไหม", "", ""),
    ("social", "complaint", "urgent", "포장이 뜯어진 채로 왔습니다", "", ""),
    ("chat", "product", "normal", "Do you have the 100 ml size?", "It is back next week.", "resolved"),
    ("counter", "warranty", "normal", "เครื่องพ่นไอน้ำไม่ทำงาน", "รับเครื่องไว้ตรวจแล้ว", "waiting"),
    (
        "email",
        "complaint",
        "high",
        "Somebody was rude to me in the shop",
        "We are sorry, and talked to the team.",
        "resolved",
    ),
    ("line", "delivery", "normal", "เปลี่ยนที่อยู่จัดส่งได้ไหมคะ", "", ""),
    ("phone", "return", "low", "환불은 얼마나 걸리나요?", "영업일 기준 3일 걸립니다.", "resolved"),
    ("email", "product", "normal", "Which sunscreen for children?", "", ""),
)
EACH: Final = 3
"""How often each of these was asked."""


def load(now: dt.datetime) -> None:
    """Write them through the way that every door uses."""
    people = list(Customer.objects.filter(status=Status.KNOWN).order_by("id").values_list("id", flat=True)[: 12 * EACH])
    told = []
    for number, customer in enumerate(people):
        channel, topic, priority, asked, answer, then = SAID[number % len(SAID)]
        age = number // len(SAID)  # what is open is of these days, the rest of the weeks before
        at = now - (dt.timedelta(hours=3 + 5 * (number % 7)) if not then else dt.timedelta(days=3 + 21 * age + number))
        if not then and age:
            answer, then = "OK", "resolved"
            at = now - dt.timedelta(days=20 * age + number)
        replied = at + dt.timedelta(hours=1 + 5 * (number % 4))
        said = [MessageInput("in", at, asked)]
        if answer:
            said.append(MessageInput("out", replied, answer, status="waiting"))
        if then == "resolved":
            done = replied + dt.timedelta(hours=4 + 9 * (number % 3))
            said.append(MessageInput("in", replied + dt.timedelta(hours=2), "OK"))
            said.append(MessageInput("act", done, act="resolved", status="resolved"))
        told.append(
            TicketInput(
                customer=customer,
                external_id=f"sample-{number}",
                channel=channel,
                at=at,
                topic=topic,
                priority=priority,
                messages=said,
                satisfaction=(5, 4, 5, 2, 3)[number % 5] if then == "resolved" else None,
            )
        )
    telling.tell(told, source=SAMPLE)
    overdue.escalate(at=now)
