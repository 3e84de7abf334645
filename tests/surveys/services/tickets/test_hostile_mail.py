"""Mail that strangers write to stop whoever reads it: each costs by its size, and the others are read."""

import io
import subprocess
import sys

import pytest
from django.conf import settings
from django.utils import timezone

from surveys.models import Ticket
from surveys.services.tickets import mailbox
from tests import factories

WORK = """
import resource
# Of the processor's own time and of memory, for all of them: what is quadratic takes hours, or gigabytes.
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
from surveys.rules.tickets import letters
n = 300_000
head = b"From: a@example.com\\nMessage-ID: <s@x>\\n"
page = head + b"Content-Type: text/html\\n\\n"
for raw in (
    page + b"<a " * (n // 3),
    page + b"<a '>" * (n // 5),
    page + b'<a b="' * (n // 6) + b">",
    page + b"<!--" * (n // 4),
    page + b"<" * n,
    page + b"<script>" + b"</scrip" * (n // 7),
    page + b"&#" + b"9" * n,
    b"From: " + b"a" * n + b"\\n\\nhi",
    b"From: " + b"(" * n + b"\\n\\nhi",
    head + b"Subject: " + b"=?utf-8?q?a?= " * (n // 14) + b"\\n\\nhi",
    head + b"Content-Type: text/plain; " + b"a=b; " * (n // 5) + b"\\n\\nx",
    head + b'Content-Disposition: x; filename="' + b";" * n + b"\\n\\nx",
    head + b"References: " + b"<a@b> " * (n // 6) + b"\\n\\nhi",
    head + b"Date: " + b"1 " * (n // 2) + b"\\n\\nhi",
    head + b"Content-Type: text/plain; charset=punycode\\n\\n" + b"a-" * (n // 2),
    head + b"\\n" + b"To: a\\n" * (n // 6) + b"> q\\nanswer\\n",
    head + b"\\n" + b"On " * (n // 3) + b"wrote:\\n",
    head + b"X-A: b\\n" * (n // 7) + b"\\nhi",
):
    found = letters.read(raw)
    assert len(found.text) <= 200_000 and len(found.subject) <= 300 and len(found.answers) <= 100
    found.text.encode(), found.name.encode()
"""


def test_reading_a_mail_costs_by_its_size():
    done = subprocess.run([sys.executable, "-c", WORK], cwd=settings.BASE_DIR, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]


@pytest.mark.django_db
def test_a_mail_that_nobody_can_read_ends_no_mailbox():
    factories.customer(email="mali@example.com")
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (one, one) for one in range(1000))
    halves = b"Content-Type: text/plain; charset=utf-7\n\nhalf a letter: +2AA- and zero \x00 here\n"
    box = b"".join(
        b"From - now\nFrom: %s\nMessage-ID: <%d@x>\n%s\n\n" % (sender, number, rest)
        for number, (sender, rest) in enumerate(
            [(b"eve@example.com", nested), (b"eve@example.com", halves), (b"mali@example.com", b"\nThe lid broke")]
        )
    )
    counts = mailbox.read(io.BytesIO(box), now=timezone.now())
    assert (counts.mails, counts.unreadable, counts.tickets) == (3, 1, 2)
    assert Ticket.objects.count() == 2


@pytest.mark.django_db
def test_the_number_of_another_mail_hides_no_mail_and_a_clock_of_the_year_101_says_nothing():
    def box(*mails):
        text = "".join(
            f"From - now\nFrom: {sender}\nMessage-ID: <same@x>\nDate: {date}\n\n{words}\n\n"
            for sender, date, words in mails
        )
        return mailbox.read(io.BytesIO(text.encode()), now=now)

    now = timezone.now()
    mali = ("mali@example.com", "Fri, 20 Nov 2026 10:00:00 +0700", "The lid broke")
    eve = ("eve@example.com", "Fri, 20 Nov 2026 10:00:01 +0700", "Mine, too")
    old = ("nok@example.com", "Mon, 1 Jan 0101 00:00:00 +0000", "From long ago")
    assert box(mali, eve, mali).tickets == 2
    counts = box(mali, old, eve)
    assert (counts.tickets, counts.known) == (1, 2)
    assert Ticket.objects.values("customer_id").distinct().count() == 3
    assert Ticket.objects.filter(opened_at=now).count() == 1
    assert box(old, eve, mali).known == 3
