"""Mail as people and programs really send it: read by the command, each mail once, each thread one ticket."""

import base64
import json
from email.message import EmailMessage
from io import StringIO
from mailbox import mbox

import pytest
from django.core.management import call_command
from django.utils import timezone

from cdp.core import actors
from cdp.core.crypto import subjects
from customers.models import Customer
from surveys.models import Ticket, TicketMessage
from surveys.rules.tickets import letters, page_words
from surveys.selectors.tickets import opened, ruling
from surveys.services.tickets import ruling as writing
from tests import factories

pytestmark = pytest.mark.django_db


def mail(sender, subject, text, date, number, **headers) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "help@shop.example", subject
    made["Date"], made["Message-ID"] = date, f"<{number}@example.com>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


SUBJECT = base64.b64encode("바꿔요".encode("euc-kr"))
KOREAN = (
    b"From: =?euc-kr?B?sejIq7Hm?= <gildong@example.com>\nSubject: =?ks_c_5601-1987?B?" + SUBJECT + b"?=\n"
    b"Date: Mon, 16 Nov 2026 11:00:00 +0900\nMessage-ID: <ko1@example.com>\n"
    b"Content-Type: text/plain; charset=ks_c_5601-1987\n\n" + "배송이 너무 늦어요".encode("cp949") + b"\n"
)
THAI = (
    b"From: nok@example.com\nSubject: " + "ของเสีย".encode("cp874") + b"\nDate: Mon, 16 Nov 2026 12:00:00 +0700\n"
    b"Content-Type: text/html; charset=utf-8\n\n<html><head><style>p{}</style></head><body><p>"
    + "สินค้าชำรุด".encode("tis-620")
    + b"<p>&lt;b&gt; bold<script>alert(1)</script><blockquote>old words</blockquote></body>\n"
)
BROKEN = (
    b'From: "Broken, Person" <broken@example.com\nSubject: =?utf-8?Q?=ZZ?=\nDate: the day before\n'
    b"Content-Type: text/plain; charset=no-such\nContent-Transfer-Encoding: base64\n\n!!!not base64 \xff\xfe\n"
)
NOBODY = b"Subject: no sender\n\nhello\n"


@pytest.fixture
def box(tmp_path):
    path = tmp_path / "support.mbox"
    kept = mbox(path, create=True)
    first = mail(
        "Mali <Mali@Example.com>", "Lid broke", "It broke.\nFrom one day on.", "Fri, 20 Nov 2026 17:30:00 +0700", "a1"
    )
    first.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="lid.png")
    answer = mail(
        "Shop <help@shop.example>", "Re: Lid broke", "Send us a picture\n\nOn Fri, Mali wrote:\n> It broke.",
        "Mon, 23 Nov 2026 09:30:00 +0700", "b1", In_Reply_To="<a1@example.com>",
    )  # fmt: skip
    again = mail(
        "mali@example.com", "Re: Lid broke", "Here.\n\nOn Mon, 23 Nov 2026 Shop wrote:\n> Send us a picture",
        "Mon, 23 Nov 2026 15:00:00 +0700", "a2", In_Reply_To="<b1@example.com>", References="<a1@example.com> <b1@example.com>",
    )  # fmt: skip
    stranger = mail(
        "eve@example.com", "Re: Lid broke", "Let me in", "Mon, 23 Nov 2026 16:00:00 +0700", "e1",
        References="<a1@example.com>",
    )  # fmt: skip
    away = mail(
        "mali@example.com", "Away", "I am away", "Mon, 23 Nov 2026 16:01:00 +0700", "x1", Auto_Submitted="auto-replied"
    )
    bounce = mail("MAILER-DAEMON@example.com", "Failed", "No such user", "Mon, 23 Nov 2026 16:02:00 +0700", "x2")
    news = mail(
        "news@example.com", "Sale", "Buy", "Mon, 23 Nov 2026 16:03:00 +0700", "x3", List_Id="<news.example.com>"
    )
    alone = mail("help@shop.example", "Hello", "We write first", "Mon, 23 Nov 2026 16:04:00 +0700", "b9")
    for one in (again, first, answer, stranger, away, bounce, news, alone, first):  # out of order, and one twice
        kept.add(one)
    for raw in (KOREAN, THAI, BROKEN, NOBODY):
        kept.add(raw)
    kept.close()
    return path


def read(path, *more) -> dict:
    out = StringIO()
    call_command("read_mailbox", str(path), "--json", *more, stdout=out)
    return json.loads(out.getvalue())


def test_a_mailbox_becomes_tickets_once(box):
    known = factories.customer(email="mali@example.com", name="Mali Suksai")
    rules = ruling.current()
    writing.save(
        week=rules.week, holidays=[], minutes=rules.minutes, own_addresses=["help@shop.example"],
        actor=actors.SYSTEM, at=timezone.now(),
    )  # fmt: skip
    assert read(box) == {
        "mails": 13, "tickets": 5, "messages": 7, "known": 1, "automatic": 3, "ours": 1, "unreadable": 1, "refused": 0,
    }  # fmt: skip
    lid = Ticket.objects.get(customer_id=known.id)
    keyring = subjects.load([known.id])
    assert opened.subject(lid, keyring) == "Lid broke"
    talk = opened.of_ticket(lid, keyring)
    assert [(one.direction, one.words) for one in talk] == [
        ("in", "It broke.\nFrom one day on."), ("out", "Send us a picture"), ("in", "Here."),
    ]  # fmt: skip
    assert talk[0].files == ("lid.png",)
    assert talk[2].quoted == "On Mon, 23 Nov 2026 Shop wrote:\n> Send us a picture"
    # Over the weekend one hour of the shop's time passed, and the customer's turn did not count.
    assert (lid.first_reply_seconds, lid.spent_seconds, lid.status) == (3600, 3600, "open")
    assert Customer.objects.get(id=known.id).status == "known"

    words = {}
    for ticket in Ticket.objects.exclude(id=lid.id):
        ring = subjects.load([ticket.customer_id])
        (one,) = opened.of_ticket(ticket, ring)
        words[opened.subject(ticket, ring)] = one.words
    assert words["바꿔요"] == "배송이 너무 늦어요"
    assert words["ของเสีย"].startswith("สินค้าชำรุด\n<b> bold")
    assert "alert" not in str(words)
    assert words["Lid broke"] == "Let me in"  # whoever answers in another's ticket has one of their own
    assert len(words) == 4

    before = TicketMessage.objects.count()
    assert read(box)["messages"] == 0
    assert read(box)["known"] == 8
    assert (Ticket.objects.count(), TicketMessage.objects.count()) == (5, before)


@pytest.mark.parametrize(
    ("heads", "why"),
    [
        ("Subject: Automatic reply: Where is it?\nX-Auto-Response-Suppress: All", "auto"),
        ("Subject: 자동 회신: 문의\nX-Auto-Response-Suppress: OOF", "auto"),
        ("Subject: Where is it?\nX-Auto-Response-Suppress: All", ""),
        ("Subject: Automatic reply: why do I get them?", ""),
    ],
)
def test_a_note_of_absence_is_nobodys_question(heads, why):
    assert letters.read(f"From: a@example.com\n{heads}\n\nAway\n".encode()).automatic == why


def test_nothing_in_a_mail_makes_reading_fail_and_answers_between_quotes_stay():
    for raw in (
        b"",
        b"\x00\xff\xfe",
        b"From: <@>\n\n",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\n--x",
        KOREAN[:80],
    ):
        assert letters.read(raw).number
    between = "> Which colour?\nBlue\n> Which size?\nM"
    assert letters.split(between) == (between, "")
    outlook = "Thanks\n\nFrom: a@example.com\nSent: Monday\nTo: b@example.com\nSubject: x\n\nold"
    assert letters.split(outlook)[0] == "Thanks"
    assert letters.split("네, 감사합니다\n\n2026년 11월 20일 (금) 님이 작성:\n> 안녕")[0] == "네, 감사합니다"
    nested = page_words.as_text("<div>One</div><blockquote>Two<br>Three</blockquote><p>Four &amp; five")
    assert nested == "One\n\n> Two\n> Three\n\nFour & five"
    shown = page_words.as_text("<a title='1 > 0' alt=it's>5 < 6 <b>&#99999999999;</b> it's &lt;<style>x{}</style> in")
    assert shown == "5 < 6 \ufffd it's < in"
