"""Something to see on every page of surveys and voice: run inside a shop, it tells where each page is.

    manage.py shell -c "from tests.surveys import showing; showing.tell()"

Everything is made by the services that the doors use. Run again it makes nothing twice.
"""

import base64
import datetime as dt
import json
import random
import uuid
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from cdp.core import actors
from cdp.core.models import Source
from cdp.web import sample_interviews, sample_tickets
from customers.models import Customer, Status
from customers.rules.people import Person
from customers.services import buckets
from surveys.models import (
    Interview,
    Invitation,
    Quote,
    Response,
    Review,
    Survey,
    Testimonial,
    Theme,
    Ticket,
)
from surveys.rules.social.reading import Act
from surveys.selectors import links
from surveys.services import answering, inviting, publishing, reviews
from surveys.services.interviews import guides, testimonials
from surveys.services.reviews import ReviewInput
from surveys.services.social import taking
from surveys.services.social.taking import How, Said
from surveys.services.tickets import telling
from surveys.services.understanding import deciding, reading, theming
from tests.surveys import asking, every_kind
from tests.surveys.rules.questionnaires import page, question

EVERY, LONG, EMPTY, QUIET, DRAFT, OVER, SOON = "every", "long-words", "empty", "quiet", "drafted", "over", "soon"
PEOPLE: Final = 78
SAID: Final = {
    "th": ("จัดส่งเร็วมาก พนักงานน่ารัก", "ของแตกระหว่างจัดส่ง เสียใจมาก", "ราคาแพงไปนิด แต่คุณภาพดี", "กลิ่นหอมมาก ใช้แล้วชอบ"),
    "ko": ("배송이 정말 빨라요", "포장이 뜯어져서 왔어요. 실망입니다.", "가격이 조금 비싸지만 품질은 좋아요", "향이 좋아서 다시 살 거예요"),
    "en": ("Delivery was quick and the staff kind", "The cup arrived broken", "A little expensive, but good quality", "I love the scent"),
}  # fmt: skip
WORDY: Final = {
    "en": "How satisfied were you, everything considered, with the way in which our advisers explained the ingredients, "
    "the order in which to use them, the time it takes until you see something, and what to do if your skin turns red? ",
    "th": "เมื่อพิจารณาทุกอย่างแล้วคุณพึงพอใจแค่ไหนกับการที่ที่ปรึกษาของเราอธิบายส่วนผสมลำดับการใช้ระยะเวลาที่จะเห็นผลและวิธีดูแลเมื่อผิวเกิดรอยแดงหลังการใช้ผลิตภัณฑ์ในสัปดาห์แรก",
    "ko": "저희 상담 직원이 성분과 사용 순서, 효과가 나타나기까지 걸리는 시간, 그리고 사용 첫 주에 피부가 붉어졌을 때 어떻게 해야 하는지를 설명해 드린 방식에 전반적으로 얼마나 만족하셨나요?",
}
TIRED: Final = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
NAMES: Final = {
    EVERY: "Your visit",
    LONG: WORDY["en"][:110],
    DRAFT: "Spring tea, a draft",
    EMPTY: "New shop in Chiang Mai",
    OVER: "Autumn tasting",
    SOON: "Winter tasting",
    QUIET: "Team of the counter, anonymous",
}
NOTHING: Final = {"opens_at": None, "closes_at": None, "is_once": False, "wait_days": None, "sample": 100, "reward": {}}


def tell() -> None:
    """Make it, and print the places as JSON in one line."""
    print(json.dumps(places()))


def places() -> dict[str, str]:
    """`{name: path}` of all that was made."""
    now = timezone.now()
    people = list(Customer.objects.filter(status=Status.KNOWN).order_by("id").values_list("id", flat=True)[:PEOPLE])
    if not Survey.objects.filter(slug=EVERY).exists():
        with transaction.atomic():
            _questionnaires(people, now)
            sample_interviews.load(now)
            sample_tickets.load(now)
            _voices(people, now)
    return _told(people)


def _questionnaires(people: list[uuid.UUID], now: dt.datetime) -> None:
    every_kind.pictures()
    every = asking.opened(every_kind.definition(), slug=EVERY)
    dice = random.Random(7)
    for number, customer in enumerate(people[:-6]):
        _answer(every, customer, number, dice, now)
    _invite(every, people[-6:], now)
    asking.opened(_wordy(), slug=LONG)
    asking.drafted(_plain("Nothing asked yet"), slug=DRAFT)
    asking.opened(_plain("Nobody answered yet"), slug=EMPTY)
    for slug, times in (
        (OVER, {"closes_at": now - dt.timedelta(hours=1)}),
        (SOON, {"opens_at": now + dt.timedelta(3)}),
    ):
        row = asking.opened(_plain(slug.title()), slug=slug)
        publishing.arrange(survey=row.id, name=slug.title(), **{**NOTHING, **times}, actor=actors.SYSTEM, at=now)
    quiet = asking.drafted(_plain("What you think, and nobody knows who"), slug=QUIET, is_anonymous=True)
    promised = {**NOTHING, "reward": {"kind": "points", "points": 50}}
    publishing.arrange(survey=quiet.id, name="Quiet", **promised, actor=actors.SYSTEM, at=now)
    asking.disclosed(QUIET, is_anonymous=True)
    publishing.publish(survey=quiet.id, actor=actors.SYSTEM, at=now)
    quiet.refresh_from_db()
    for slug, name in NAMES.items():
        Survey.objects.filter(slug=slug).update(name=name)
    for number in range(14):
        told = {"score": (number * 3) % 11, "why": SAID["en"][number % 4]}
        answering.take(asking.run(quiet), told, at=now, is_end=True, keeps_valid=True)


def _plain(title: str) -> dict[str, Any]:
    texts = {"en": title, "th": "ความเห็นของคุณ", "ko": "고객님의 의견"}
    return {
        "schema": 1,
        "title": texts,
        "languages": ["en", "th", "ko"],
        "pages": [page("one", _of("nps", "score", "nps"), _of("text", "why", "why"))],
    }


def _of(kind: str, key: str, words: str) -> dict[str, Any]:
    return question(kind, key, text=every_kind.said(words))


def _wordy() -> dict[str, Any]:
    """Texts as long as somebody in earnest writes them, and a word without a place to break at."""
    options = [
        {"key": f"o{n}", "text": {code: (words * 2)[:180] for code, words in WORDY.items()}} for n in range(2)
    ] + [{"key": "tired", "text": dict.fromkeys(("en", "th", "ko"), TIRED)}]
    return {
        "schema": 1,
        "title": {code: words[:110] for code, words in WORDY.items()},
        "intro": WORDY,
        "languages": ["en", "th", "ko"],
        "pages": [
            page(
                "one",
                question("single", "choice", text=WORDY, help=WORDY, options=options),
                question("multiple", "several", text={"en": TIRED, "th": TIRED, "ko": TIRED}, options=options),
            ),
            page("two", question("ranking", "order", text=WORDY, options=options)),
            page("three", question("matrix", "grid", text=WORDY, options=options, lines=options)),
            page("four", question("nps", "score", text=WORDY), question("text", "why", text=WORDY)),
        ],
    }


def _answer(survey: Survey, customer: uuid.UUID, number: int, dice: random.Random, now: dt.datetime) -> None:
    """One run of somebody: most to the end, some only begun, a few with something that is no answer."""
    language = ("th", "ko", "en")[number % 3]
    mode = (Response.Mode.WEB, Response.Mode.WEB, Response.Mode.KIOSK, Response.Mode.CALL)[number % 4]
    at = now - dt.timedelta(days=(PEOPLE - number) * 0.9, minutes=number)
    run = asking.run(survey, customer=customer, language=language, mode=mode, started_at=at - dt.timedelta(minutes=3))
    score = min(10, max(0, int(dice.gauss(8 if number > 30 else 6, 2.2))))
    mood = min(5, max(1, round(score / 2)))
    told: dict[str, Any] = {
        "score": score, "why": SAID[language][number % 4], "mood": mood, "room": mood, "service": mood,
        "paying": dice.randint(3, 7), "breakfast": dice.randint(5, 10), "window": "yes" if dice.random() < 0.7 else "no",
        "first": "yes" if dice.random() < 0.3 else "no", "heard": dice.choice(("friend", "street", "other")),
        "bought": ["tea", "cup"][: dice.randint(1, 2)],
        "order": dice.sample(("price", "quality", "choice", "near"), 4),
        "rate": {line: dice.choice(("bad", "fair", "good", "great")) for line in ("staff", "shop", "price")},
        "cups": dice.choice(("green", "white")), "day": str(at.date()), "news": "no",
    }  # fmt: skip
    if number % 9 == 8:
        answering.take(run, {"score": score}, at=at, is_end=False, keeps_valid=True)
        return
    if number % 13 == 12:
        told |= {"paying": 99, "mail": "<script>alert(1)</script>"}
    answering.take(run, told, at=at, is_end=number % 13 != 12, keeps_valid=True)


def _invite(survey: Survey, people: list[uuid.UUID], now: dt.datetime) -> None:
    """Personal links: one open, one expired, one used, one taken back."""
    rows = [
        inviting.personal(survey=survey, customer=who, actor=actors.SYSTEM, at=now - dt.timedelta(days=2))
        for who in people[:4]
    ]
    Invitation.objects.filter(id=rows[1].id).update(expires_at=now - dt.timedelta(days=1))
    run = asking.run(survey, invitation=inviting.secret_of(rows[2].id))
    answering.take(run, {"score": 9, "room": 5}, at=now, is_end=True, keeps_valid=True)
    inviting.revoke(survey=survey, invitations=[rows[3].id], actor=actors.SYSTEM, at=now)


def _voices(people: list[uuid.UUID], now: dt.datetime) -> None:
    every = [words for said in SAID.values() for words in said]
    told = [
        ReviewInput(
            external_id=f"show-{number}",
            sku=f"TEA-{number % 4}",
            rating=Decimal((5, 1, 4, 2, 3)[number % 5]),
            at=now - dt.timedelta(days=number),
            told_at=now,
            customer=people[number] if number % 6 else None,
            title="" if number % 3 else every[(number + 1) % 12],
            body=every[number % 12] if number else WORDY["en"] * 4 + TIRED,
            replied_at=now - dt.timedelta(hours=5) if number % 7 == 3 else None,
        )
        for number in range(24)
    ]
    reviews.write_many(reviews=told, source="shop", now=now)
    acts = [
        Said(
            Act(
                platform=("instagram", "facebook", "tiktok", "line")[number % 4],
                kind=("comment", "comment", "mention", "like", "share", "message")[number % 6],
                number=f"show-{number}",
                at=now - dt.timedelta(hours=7 * number),
                handle=f"guest.{number}" if number else "a.handle.that.is.as.long.as.some.platforms.let.it.be",
                post=f"post-{number % 5}" if number % 6 != 5 else "",
                url=f"https://example.com/p/{number % 5}" if number % 6 != 5 else "",
                campaign="Winter tea" if number % 2 else "",
                words="" if number % 6 in (3, 4) else (every[number % 12] if number else WORDY["th"] * 3),
                followers=(120, 7400, 36, None, 51_000)[number % 5],
            ),
            Person(),
            told_at=now,
        )
        for number in range(36)
    ]
    shop = Source.objects.get_or_create(key="social-show", defaults={"name": "Social"})[0]
    taking.together(acts, How(source=shop, now=now, by="rest", opens=True))
    for name, whose, spellings in (("Cha Tra Mue", "competitor", ["ชาตรามือ"]), ("Celadon", "ours", ["ศิลาดล", "청자"])):
        deciding.keep_brand(brand=None, name=name, whose=whose, spellings=spellings, actor=actors.SYSTEM, at=now)
    testimonial = Quote.objects.exclude(id__in=Testimonial.objects.values("quote_id")).exclude(
        customer_id__in=buckets.ALL
    )
    if quote := testimonial.first():
        testimonials.ask(quote=quote.id, words=SAID["th"][3], name="คุณมะลิ กรุงเทพฯ", actor=actors.SYSTEM, at=now)
    draft = guides.of_ready("visit")
    guides.create(slug="unsaid", draft=draft, actor=actors.SYSTEM, at=now)
    reading.understand(people, now)
    reading.look_around(now)
    theming.find(now)


def _told(people: list[uuid.UUID]) -> dict[str, str]:
    every = Survey.objects.get(slug=EVERY)
    found = {}
    for row in Invitation.objects.filter(survey_id=every.id):
        is_over = row.expires_at < timezone.now()
        name = {"answered": "link used", "ended": "link revoked"}.get(row.state, "link")
        name = "link expired" if is_over else name
        found[name] = _path(links.personal(EVERY, inviting.secret_of(row.id)))
    response = Response.objects.filter(survey_id=every.id, state="complete").exclude(customer_id__in=buckets.ALL).last()
    review = Review.objects.exclude(customer_id__in=buckets.ALL).filter(source="shop").order_by("-at").first()
    ticket = Ticket.objects.filter(status="open").order_by("id").first()
    done = Ticket.objects.filter(status="resolved").order_by("id").first()
    assert response is not None
    assert review is not None
    assert ticket is not None
    found |= {
        "response": f"/surveys/{EVERY}/responses/{response.id}/",
        "call": f"/surveys/{EVERY}/call/{people[-1]}/",
        "review": f"/voice/reviews/{review.customer_id}/{review.id}/",
        "ticket": f"/voice/tickets/{ticket.customer_id}/{ticket.id}/",
        "ticket new": f"/voice/tickets/new/{people[0]}/",
        "interview begin": f"/voice/interviews/begin/?customer={people[0]}",
        "person": f"/customers/{ticket.customer_id}/",
    }
    for name, one in (("interview single", Interview.Kind.SINGLE), ("interview group", Interview.Kind.GROUP)):
        if talk := Interview.objects.filter(kind=one).first():
            found[name] = f"/voice/interviews/talks/{talk.id}/"
    if done:
        secret = base64.urlsafe_b64encode(telling.secret_of(done.id)).decode()
        found["rate"] = f"/s/_/rate/{secret}/"
    if quote := Quote.objects.exclude(customer_id__in=buckets.ALL).first():
        found["quote"] = f"/voice/interviews/quotes/{quote.id}/"
    for state in ("asked", "published"):
        if row := Testimonial.objects.filter(state=state).first():
            found[f"testimonial {state}"] = f"/voice/interviews/testimonials/{row.id}/"
            found[f"words {state}"] = _path(testimonials.link(row))
    if theme := Theme.objects.first():
        found["theme"] = f"/voice/themes/{theme.id}/"
    return found


def _path(url: str) -> str:
    return url[url.index("/s/") :]
