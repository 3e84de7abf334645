"""Themes: what several people write of, over three languages, with an owner, a task and what came after "solved"."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone, translation

from cdp.core import actors, pipeline
from surveys.models import AnonymousReading, Brand, Theme
from surveys.rules.understanding import reader
from surveys.selectors.texts import mentions, themes
from surveys.services import answering, reviews
from surveys.services.tickets import opening
from surveys.services.understanding import deciding, reading, theming
from tests import factories
from tests.surveys import asking
from tests.surveys.rules.questionnaires import page, question, value

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATE = (
    "배송이 너무 늦어서 최악이에요 실망", "배송 늦음 쓰레기 최악", "배송 늦음 최악", "ส่งช้ามาก แย่", "ส่งของช้า รอนานมาก แย่",
    "The delivery was late and terrible", "late delivery again, terrible",
)  # fmt: skip
TASTY = (
    "커피가 맛있어요",
    "커피 정말 맛있다 최고",
    "커피 맛있고 좋아요",
    "커피 향 좋고 맛있음",
    "맛있는 커피 최고예요",
)


def write(texts, *, at=NOW, start=0):
    told = [
        reviews.ReviewInput(
            external_id=f"{start + number}-{at.timestamp()}", sku="CUP", rating=None, at=at, told_at=at, body=text,
            customer=factories.customer(email=f"p{start + number}-{int(at.timestamp())}@example.com").id,
        )
        for number, text in enumerate(texts)
    ]  # fmt: skip
    reviews.write_many(reviews=told, source="shop", now=NOW)
    reading.understand([one.customer for one in told], NOW)


def test_a_theme_keeps_its_id_its_owner_and_tells_what_came_after_it_was_solved():
    write(LATE, at=NOW - dt.timedelta(days=40))
    write(TASTY, start=50)
    write(["아무도 모르는 비밀번호입니다"], start=90)
    theming.find(NOW)
    found = {theme.name: theme for theme in themes.every(NOW)}
    (late,) = [one for one in found.values() if one.split.negative >= 5]
    assert late.split.total == len(LATE)  # three languages are one theme
    assert {"ko", "th", "en"} >= set(late.words) >= {"ko"}
    assert any("배송" in word or "늦다" in word for word in late.words["ko"])
    (tasty,) = [one for one in found.values() if one.split.total == len(TASTY)]
    with translation.override("ko"):
        assert "커피" in themes.one(tasty.theme, NOW).name
    assert not any("비밀" in name for name in found)  # what one person says names nothing
    assert b"\xeb\xb0\xb0" not in bytes(late.theme.words)

    owner = uuid.uuid4()
    deciding.decide(
        theme=late.theme.id, actor=actors.SYSTEM, at=NOW - dt.timedelta(days=20), name="", owner=owner,
        task="Another courier", is_solved=True, is_hidden=False,
    )  # fmt: skip
    write(LATE[:3], start=200)
    theming.find(NOW)
    again = Theme.objects.get(id=late.theme.id)
    assert (again.owner_id, again.task, set(again.terms) >= set(late.theme.terms)) == (owner, "Another courier", True)
    one = themes.one(again, NOW)
    assert one.goes_on
    assert (one.after, one.before) == (3, len(LATE))
    before = Theme.objects.count()
    assert theming.find(NOW) == before  # nothing new: nothing is found twice
    shown = themes.samples(again, sentiment="negative", hides_private=True)
    assert shown
    assert all(sample.text for sample in shown)


BOTH = (
    "배송이 빠르고 향이 은은해서 좋아요", "배송 빠르고 향이 은은해요", "ส่งไวมาก แต่กลิ่นแรงไป แย่", "ของมาช้าแต่กลิ่นหอม",
    "Delivery was late but the scent is lovely.", "Fast delivery, but the scent is awful", "배송은 늦었지만 향이 좋아요",
    "Delivery was late, but the scent is lovely!",
)  # fmt: skip


def test_a_theme_is_one_subject_and_is_felt_where_a_text_speaks_of_it(client):
    write([*BOTH, *(f"직원이 정말 빨라요 {number}" for number in range(5))])
    theming.find(NOW)
    found = {name: one for one in themes.every(NOW) for told in one.words.values() for name in told}
    delivery, scent = found["delivery"], found["scent"]
    assert delivery.theme.id != scent.theme.id
    assert (delivery.split.total, delivery.split.negative, delivery.split.positive) == (len(BOTH), 4, 4)
    terms = [term for theme in Theme.objects.all() for term in theme.terms]
    assert len(terms) == len(set(terms))  # no phrase stands in two themes
    client.force_login(factories.staff("owner"))
    shown = client.get(f"/voice/themes/{delivery.theme.id}/").context["sides"]
    late = {BOTH[at] for at in (3, 4, 6, 7)}
    assert [{row["text"] for row in side["samples"]} for side in shown] == [late, set(BOTH) - late]
    assert {row["one"].felt.sentiment for row in shown[0]["samples"]} == {"negative"}

    # A phrase that earlier rules joined, and that is said of other things, leaves; the theme stays.
    Theme.objects.filter(id=delivery.theme.id).update(terms=[*delivery.theme.terms, scent.theme.terms[0]])
    Theme.objects.filter(id=scent.theme.id).delete()
    theming.find(NOW)
    assert scent.theme.terms[0] not in Theme.objects.get(id=delivery.theme.id).terms


def test_solved_is_said_once_silence_tells_something():
    write(LATE, at=NOW - dt.timedelta(days=40))
    theming.find(NOW)
    (late,) = [one.theme for one in themes.every(NOW) if one.split.negative >= 5]
    Theme.objects.filter(id=late.id).update(solved_at=NOW)
    one = themes.one(Theme.objects.get(id=late.id), NOW)
    # Seven in ninety days: three are to be expected within 39 days.
    assert (one.goes_on, one.before, one.tells_from - NOW) == (False, 0, dt.timedelta(days=90) * 3 / 7)
    Theme.objects.filter(id=late.id).update(solved_at=NOW - dt.timedelta(days=39))
    assert themes.one(Theme.objects.get(id=late.id), NOW).tells_from is None


def test_brands_are_named_in_any_spelling_and_told_beside_whom_people_considered_and_left_us_for(client):
    brand = deciding.keep_brand(
        brand=None, name="Northwind", whose="competitor", spellings=["นอร์ทวินด์", "노스윈드", "northwind"],
        actor=actors.SYSTEM, at=NOW,
    )  # fmt: skip
    assert brand.spellings == ["นอร์ทวินด์", "노스윈드"]
    with pytest.raises(deciding.UnableToName) as taken:
        deciding.keep_brand(brand=None, name="NORTHWIND", whose="ours", spellings=[], actor=actors.SYSTEM, at=NOW)
    assert taken.value.why == "taken"
    write(["노스윈드보다 좋아요", "ร้านนอร์ทวินด์แย่มาก ไม่อร่อยเลย", "I like this better", "Northwinds are cold"])
    (one,) = mentions.brands(NOW)
    assert (one.split.total, one.split.negative) == (2, 1)

    why = asking.opened(value(page("one", question("text", "considered_whom"))), slug="why")
    stop = asking.opened(value(page("one", question("text", "whom"))), slug="stop")
    buyer, other = factories.customer(email="a@example.com"), factories.customer(email="b@example.com")
    factories.order(buyer)
    for survey, who, key in ((why, buyer, "considered_whom"), (why, other, "considered_whom"), (stop, other, "whom")):
        run = asking.run(survey, invitation=asking.invited(survey, who.id))
        answering.take(run, {key: "northwind"}, at=NOW, is_end=True, keeps_valid=True)
    pipeline.drain_all(now=timezone.now())
    (one,) = mentions.brands(timezone.now())
    assert (one.considered, one.over, one.left, one.kinds["answer"]) == (2, 1, 1, 3)
    deciding.keep_brand(
        brand=brand.id, name="Northwind", whose="other", spellings=["better"], actor=actors.SYSTEM, at=NOW
    )
    reading.look_around(NOW)
    pipeline.drain_all(now=timezone.now())
    assert mentions.brands(timezone.now())[0].kinds["review"] == 1  # the changed list was searched in what was read

    opening.open_ticket(
        customer_id=buyer.id, channel="chat", topic="", words="Theirs is better, call 081 234 5678", source="shop",
        external_id="1", at=NOW, actor=actors.SYSTEM,
    )  # fmt: skip
    pipeline.drain_all(now=timezone.now())
    for role, texts in (("owner", {"answer", "ticket", "review"}), ("viewer", {"answer", "review"})):
        client.force_login(factories.staff(role))
        rows = client.get(f"/voice/mentions/?of={brand.id}").context["samples"]
        assert {row["one"].kind for row in rows} == texts, role
        assert all((row["person"] is not None) == (role == "owner") for row in rows)


def test_open_answers_of_a_survey_are_told_and_chosen_by_theme_and_feeling(client):
    survey = asking.opened(value(page("one", question("text", "why"))), slug="why")
    for number, text in enumerate((*LATE, *TASTY)):
        who = factories.customer(email=f"a{number}@example.com")
        run = asking.run(survey, invitation=asking.invited(survey, who.id))
        answering.take(run, {"why": text}, at=NOW, is_end=True, keeps_valid=True)
    pipeline.drain_all(now=timezone.now())
    theming.find(timezone.now())
    client.force_login(factories.staff("owner"))
    shown = client.get("/surveys/why/answers/").context
    assert shown["whole"].total == len(LATE) + len(TASTY)
    (late,) = [one for one in shown["themes"] if one.split.total == len(LATE)]
    by_theme = client.get(f"/surveys/why/answers/?theme={late.id}").context["rows"]
    assert {row["one"].text for row in by_theme} == set(LATE)
    by_both = client.get(f"/surveys/why/answers/?theme={late.id}&felt=positive").context["rows"]
    assert len(by_both) == late.split.positive
    assert all(row["felt"].sentiment == "negative" for row in by_theme) == (late.split.negative == len(LATE))

    quiet = asking.opened(value(page("one", question("text", "why"))), slug="quiet", is_anonymous=True)
    for text in LATE[:5]:
        answering.take(asking.run(quiet), {"why": text}, at=NOW, is_end=True, keeps_valid=True)
    reading.look_around(timezone.now())
    shown = client.get("/surveys/quiet/answers/").context
    assert (shown["whole"].total, len(shown["rows"])) == (5, 5)


def test_what_fewer_than_five_nameless_people_said_alike_is_in_no_figure():
    write(LATE)
    theming.find(NOW)
    (late,) = [one for one in themes.every(NOW) if one.split.negative >= 5]
    brand = Brand.objects.create(name="Rival", created_at=NOW)

    def say(count):
        AnonymousReading.objects.bulk_create(
            AnonymousReading(
                id=uuid.uuid4(), survey_id=uuid.uuid4(), at=NOW.date(), language="en", sentiment="negative",
                model=reader.version_of("en"), names=1, terms=late.theme.terms[:2], brands=[brand.id], negative=900,
            )
            for _one in range(count)
        )  # fmt: skip

    def told():
        return themes.one(late.theme, NOW).split.negative, mentions.brands(NOW)[0].split.negative

    before = themes.one(late.theme, NOW).split.negative
    say(4)
    assert told() == (before, 0)
    say(1)
    assert told() == (before + 5, 5)
