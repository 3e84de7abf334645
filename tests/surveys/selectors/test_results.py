"""Results counted over the answers: filters, groups, periods, tables, who was asked; and what anonymous ones hide."""

import datetime as dt
import itertools
import uuid
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.models import Segment, SegmentMember
from cdp.core import actors
from customers.models import ContactPoint
from surveys.models import AnonymousAnswer, Invitation, RefusedAnswer, Response
from surveys.rules import results
from surveys.rules.statistics import ranking
from surveys.selectors import sealing
from surveys.selectors.exporting import codebook
from surveys.selectors.results import comparing, overview, reach, scope, telling, words
from surveys.selectors.results.guarding import Refusal
from surveys.selectors.results.scope import Filter
from surveys.services import answering, publishing
from tests import factories
from tests.surveys import answers, asking
from tests.surveys.rules.questionnaires import option, page, question, value

pytestmark = pytest.mark.django_db
COLOURS = [option("red"), option("blue")]
ALL = value(
    page(
        "p",
        question("nps", "score"),
        question("multiple", "liked", options=[*COLOURS, option("green")]),
        question("ranking", "order", options=COLOURS),
        question("date", "day"),
        question("text", "why"),
        question(
            "matrix", "parts", options=[option("bad"), option("good")], lines=[{"key": "food", "text": {"en": "Food"}}]
        ),
    )
)
NOV, DEC = (dt.datetime(2026, month, 10, 12, tzinfo=dt.UTC) for month in (11, 12))


def happy(score=10):
    return {
        "score": score,
        "liked": ["red", "blue"],
        "order": ["red", "blue"],
        "day": "2026-11-23",
        "parts": {"food": "good"},
    }


def sad(score=2):
    return {"score": score, "liked": ["blue"], "order": ["blue", "red"], "day": "2026-10-01", "parts": {"food": "bad"}}


def by_key(found):
    return {(one.asked.key, one.asked.scheme): one for one in found}


def one_of(survey, key):
    return next(one for one in results.asked(scope.definitions(survey)) if one.key == key)


def test_every_question_is_counted_once_and_scales_of_two_versions_apart():
    survey = asking.opened(ALL)
    answers.plant(survey, [happy()] * 21 + [sad()] * 10, at=NOV)
    draft = value(page("p", question("nps", "score", scheme="nps_1_10"), question("text", "why")))
    survey = publishing.save_draft(survey=survey.id, draft=draft, seen=survey.draft_at, actor=actors.SYSTEM, at=NOV)
    publishing.publish(survey=survey.id, actor=actors.SYSTEM, at=timezone.now())
    survey.refresh_from_db()
    answers.plant(survey, [{"score": 1}] * 6, at=DEC)
    found = overview.read(survey)
    told = by_key(found.results)
    score, liked, order = told["score", "nps_0_10"], told["liked", "multiple"], told["order", "ranking"]
    assert (found.completed, score.bands.promoters, score.bands.detractors, score.asked.is_split) == (37, 21, 10, True)
    assert (told["score", "nps_1_10"].n, told["score", "nps_1_10"].is_low) == (6, True)
    assert [(bar.code, bar.count) for bar in liked.bars] == [("red", 21), ("blue", 31), ("green", 0)]
    assert (liked.n, liked.of, liked.picks) == (31, 31, 52)
    assert order.places[0].option == "red"
    assert [(bar.code, bar.count) for bar in told["day", "date"].bars] == [("2026-10", 10), ("2026-11", 21)]
    assert told["parts", "matrix:bad,good"].lines[0].mean.value == pytest.approx(1 + 21 / 31)
    json = telling.told(survey, Filter(version=1))
    assert json["responses"] == 31
    nps = next(one["nps"] for one in json["questions"] if one["scheme"] == "nps_0_10" and "nps" in one)
    assert nps["score"] == pytest.approx(100 * 11 / 31)


def test_filters_narrow_by_time_mode_store_language_answer_marks_and_segment():
    survey = asking.opened(ALL)
    answers.plant(survey, [happy()] * 8, at=NOV, mode="kiosk", context={"store": "BKK1"})
    answers.plant(survey, [sad()] * 6, at=DEC, language="th", flags=["too_quick"])

    def n(**told):
        return overview.read(survey, scope.read(survey, {"survey": "visit", **told})).completed

    assert n() == 14
    assert n(since="2026-12-01") == n(language="th") == n(question="score", answer="detractors") == 6
    assert (
        n(until="2026-11-30")
        == n(mode="kiosk")
        == n(store="BKK1")
        == n(clean="1")
        == n(question="score", answer="10")
        == 8
    )
    assert n(question="parts", answer="food:bad") == n(question="order", answer="blue", mode="web") == 6
    for wrong in (
        {"mode": "x"},
        {"since": "soon"},
        {"question": "none", "answer": "1"},
        {"question": "score", "answer": "x"},
        {"segment": "none"},
    ):
        with pytest.raises(scope.UnableToFilter):
            scope.read(survey, wrong)


def test_a_filter_by_an_answer_keeps_to_one_scale_and_its_steps():
    """The same key on 0 to 10 and then on 1 to 10: detractors of two scales are never one count, no zero is lost."""
    survey = asking.opened(value(page("p", question("nps", "score"))))
    answers.plant(survey, [{"score": 0}] * 6 + [{"score": 9}] * 6)
    draft = value(page("p", question("nps", "score", scheme="nps_1_10")))
    survey = publishing.save_draft(survey=survey.id, draft=draft, seen=survey.draft_at, actor=actors.SYSTEM, at=NOV)
    publishing.publish(survey=survey.id, actor=actors.SYSTEM, at=timezone.now())
    survey.refresh_from_db()
    answers.plant(survey, [{"score": 1}] * 7)

    def n(**told):
        return overview.read(survey, scope.read(survey, {"question": "score", **told})).completed

    assert n(answer="detractors") == n(answer="detractors", scheme="nps_1_10") == n(answer="1") == 7
    assert n(answer="detractors", scheme="nps_0_10") == n(answer="0", scheme="nps_0_10") == 6
    for wrong in ("0", "11", "7.5", "1e999999", "Infinity", "NaN", "9" * 100, "٣"):
        with pytest.raises(scope.UnableToFilter):
            scope.read(survey, {"question": "score", "answer": wrong})
    with pytest.raises(scope.UnableToFilter):
        scope.read(survey, {"question": "score", "answer": "9", "scheme": "stars:1:5"})


def test_a_question_is_compared_over_time_by_group_and_beside_another():
    survey = asking.opened(ALL)
    women, men = (answers.people(35, gender=name) for name in ("female", "male"))
    answers.plant_each(survey, [happy()] * 30 + [sad()] * 5, women, at=NOV)
    answers.plant_each(survey, [happy()] * 5 + [sad()] * 30, men, at=DEC)
    score, liked, order = (one_of(survey, key) for key in ("score", "liked", "order"))
    november, december = comparing.over_time(survey, score, "month")
    assert (november.key, november.result.n, november.p) == ("2026-11-01", 35, None)
    assert december.p < 0.001
    weeks = comparing.over_time(survey, order, "week")
    assert [week.key for week in weeks] == ["2026-11-09", "2026-11-16", "2026-11-23", "2026-11-30", "2026-12-07"]
    assert [week.result.places[0].option for week in (weeks[0], weeks[-1])] == ["red", "blue"]
    assert [(week.result.n, week.p) for week in weeks[1:]] == [(0, None)] * 3 + [(35, None)]
    groups = comparing.by_group(survey, score, "gender")
    assert {(group.key, group.result.n) for group in groups} == {("female", 35), ("male", 35)}
    assert all(group.p < 0.001 for group in groups)
    table = comparing.crossed(survey, score, liked)
    assert table.counts == {("10", "red"): 35, ("10", "blue"): 35, ("2", "blue"): 35}
    assert (table.rows, table.columns) == (["2", "10"], ["red", "blue"])


def test_of_each_person_the_newest_answer_counts_in_the_days_and_the_version_that_are_looked_at():
    survey = asking.opened(ALL)
    who = answers.people(31)
    answers.plant_each(survey, [sad()] * 31, who, at=NOV)
    answers.plant_each(survey, [happy()] * 20, who[:20], at=DEC, language="th")
    answers.plant(survey, [sad()] * 5, at=DEC)  # of nobody known: each counts
    typed = {"at": DEC + dt.timedelta(days=1), "resolved_by": b"typed"}
    answers.plant_each(survey, [sad()] * 6, who[:6], **typed)  # sent under an address of theirs
    answers.plant_each(survey, [sad()] * 6, who[:6], flags=["too_quick"], at=DEC + dt.timedelta(days=1))

    def seen(**told):
        found = overview.read(survey, scope.read(survey, told))
        bands = by_key(found.results)["score", "nps_0_10"].bands
        return found.completed, found.earlier, bands.promoters, bands.detractors

    assert seen(clean="1") == (36, 26, 20, 16)
    assert seen() == (36, 32, 14, 22)  # the marked ones are theirs and newer
    assert seen(until="2026-11-30") == (31, 0, 0, 31)
    assert seen(since="2026-12-01", clean="1") == (25, 6, 20, 5)
    assert seen(question="score", answer="detractors", clean="1")[0] == 16
    assert seen(language="th", clean="1") == (20, 0, 20, 0)
    score, liked, order = (one_of(survey, key) for key in ("score", "liked", "order"))
    chosen = Filter(clean=True)
    november, december = comparing.over_time(survey, score, "month", chosen)
    assert (november.result.bands.detractors, december.result.bands.promoters, december.result.n) == (31, 20, 25)
    # 20 of them moved from detractor to promoter, each by as much; strangers are only those who are in one month.
    assert december.p < 1e-6
    found = by_key(overview.read(survey, chosen).results)
    assert (found["liked", "multiple"].n, found["liked", "multiple"].picks) == (36, 56)
    assert [place.histogram for place in found["order", "ranking"].places] == [(20, 16), (16, 20)]
    assert sum(comparing.crossed(survey, score, order, chosen).counts.values()) == 72
    assert [(group.key, group.result.n) for group in comparing.by_group(survey, liked, "language", chosen)] == [
        ("th", 20),
        ("en", 16),
    ]


def asked(survey, who, *, state="sent", **more):
    """A link sent to each of these people by mail."""
    given = {"made_at": NOV, "sent_at": NOV, "expires_at": DEC, "channel": "email", "state": state} | more
    return Invitation.objects.bulk_create(
        [Invitation(id=uuid.uuid4(), customer_id=one, survey_id=survey.id, **given) for one in who]
    )


def answered(survey, links, given, **more):
    """Each of these links answered to its end."""
    for link in links:
        answers.plant(survey, [given], at=NOV, customer_id=link.customer_id, invitation_id=link.id, **more)
    Invitation.objects.filter(id__in=[link.id for link in links]).update(state="answered")


def test_every_segment_is_compared_in_as_few_readings_of_answers_as_one():
    survey = asking.opened(ALL)
    women, men = (answers.people(6, gender=name) for name in ("female", "male"))
    answers.plant_each(survey, [happy()] * 6, women, at=NOV)
    answers.plant_each(survey, [sad()] * 6, men, at=NOV)
    for place in range(14):
        segment = Segment.objects.create(key=f"s{place:02}", name=f"S{place}", rules={})
        SegmentMember.objects.bulk_create(
            SegmentMember(segment_id=segment.id, customer_id=one, entered_at=NOV)
            for one in (women if place % 2 else men)
        )
    score, liked = one_of(survey, "score"), one_of(survey, "liked")
    with CaptureQueriesContext(connection) as told:
        groups = comparing.by_group(survey, score, "segment")
    assert len([one for one in told.captured_queries if "surveys_answer" in one["sql"]]) == 4
    assert [(group.key, group.result.bands.promoters) for group in groups] == [
        (f"s{place:02}", 6 * (place % 2)) for place in range(14)
    ]
    assert all(group.p < 0.01 for group in groups)
    assert {group.result.n for group in comparing.by_group(survey, liked, "segment", Filter(segment="s01"))} == {6}
    assert overview.read(survey, scope.read(survey, {"segment": "s01"})).completed == 6


def test_orders_of_preference_are_counted_whole_however_many_there_are():
    """Every order of four options once, and shorter ones: as by hand over all of them, also by group and for nobody."""
    keys = ("a", "b", "c", "d")
    draft = value(page("p", question("ranking", "order", options=[option(key) for key in keys])))
    ballots = [one[:length] for one in itertools.permutations(keys) for length in (4, 4, 2)] + [("d",)] * 7
    placed = Counter()
    for ballot in ballots:
        for place, key in enumerate(ballot, 1):
            placed[key, place, len(ballot)] += 1
    named, nameless = asking.opened(draft), asking.opened(draft, slug="quiet", is_anonymous=True)
    answers.plant(named, [{"order": list(ballot)} for ballot in ballots], mode="kiosk")
    twice = answers.people(10)
    answers.plant_each(named, [{"order": ["d", "c"]}] * 10, twice, at=NOV - dt.timedelta(days=400), mode="kiosk")
    answers.plant_each(named, [{"order": list(keys)}] * 10, twice)
    answers.plant_nameless(nameless, [{"order": list(ballot)} for ballot in ballots])
    (of_kiosk,) = [
        one.result for one in comparing.by_group(named, one_of(named, "order"), "mode") if one.key == "kiosk"
    ]
    for found in (of_kiosk, overview.read(nameless).results[0]):
        assert (found.n, found.places) == (79, tuple(ranking.places(placed, keys)))
        assert found.agreement == pytest.approx(ranking.agreement(placed, keys))
    whole = overview.read(named).results[0]
    assert whole.n == sum(place.histogram[0] for place in whole.places) == 89


def test_those_who_answered_are_compared_with_those_who_were_asked_and_weighted_beside():
    survey = asking.opened(ALL)
    women, men = (asked(survey, answers.people(20, gender=name)) for name in ("female", "male"))
    answered(survey, women[:16], happy())
    answered(survey, men[:4], sad())
    answers.plant(survey, [sad()] * 5, at=NOV)  # whom nobody asked by a link
    way = reach.read(survey)
    assert (way.sent, way.answered, way.rate, way.complete) == (40, 20, 0.5, 25)
    likeness = {one.key: one for one in reach.compared(survey, "gender")}
    assert likeness["female"].difference == pytest.approx(0.6626, abs=1e-3)  # 80 % of answers, 50 % of those asked
    weighted = reach.weighted(survey, one_of(survey, "score"), "gender")
    assert (weighted.plain, weighted.value) == (pytest.approx(60), pytest.approx(0))
    assert weighted.effective == pytest.approx(20**2 / (16 * 0.625**2 + 4 * 2.5**2))


def test_who_answers_late_is_compared_and_so_is_who_was_asked_by_store_and_channel():
    survey = asking.opened(ALL)
    here = asked(survey, answers.people(20), context={"store": "BKK1"})
    there = asked(survey, answers.people(20), context={"store": "CNX1"}, channel="line")
    answered(survey, here[:12], happy(), context={"store": "BKK1"})
    answered(survey, there[:6], sad(), context={"store": "CNX1"})
    Invitation.objects.filter(id__in=[one.id for one in there]).update(reminded_at=NOV - dt.timedelta(hours=1))
    answers.plant(survey, [sad()] * 5, at=NOV)
    for by, first, second in (("store", "BKK1", "CNX1"), ("channel", "email", "line")):
        found = {one.key: (one.asked, one.answered) for one in reach.compared(survey, by)}
        assert found == {first: (20, 12), second: (20, 6)}
        assert reach.weighted(survey, one_of(survey, "score"), by).value == pytest.approx(0)
    waves = {one.key: one.result for one in comparing.by_group(survey, one_of(survey, "score"), "wave")}
    assert {key: (one.bands.promoters, one.bands.detractors) for key, one in waves.items()} == {
        "early": (12, 0),
        "late": (0, 6),
        "": (0, 5),
    }


def test_the_response_rate_is_of_those_who_could_answer_to_the_end():
    """Sent 20: 6 to the end, 4 turned away, 2 came back, 1 whose mailbox closed long after, 7 silent; 1 more unsent."""
    survey = asking.opened(ALL)
    links = asked(survey, answers.people(20, gender="female"))
    asked(survey, answers.people(1, gender="female"), sent_at=None, state="made")
    answered(survey, links[:6], happy())
    for state, turned in (("screened", links[6:8]), ("full", links[8:10])):
        answered(survey, turned, happy())
        Response.objects.filter(invitation_id__in=[one.id for one in turned]).update(state=state)
    for place, days in ((10, 1), (11, 2), (12, 60)):
        mail = f"{place}@example.com"
        who, gone = links[place].customer_id, NOV + dt.timedelta(days=days)
        ContactPoint.objects.create(
            customer_id=who, kind="email", digest=mail.encode(), value=b"-", bounced_at=gone, created_at=NOV
        )
    way = reach.read(survey)
    assert (way.invited, way.sent, way.bounced, way.ineligible, way.answered) == (21, 20, 2, 4, 6)
    assert way.rate == pytest.approx(6 / 14)
    assert [(one.asked, one.answered) for one in reach.compared(survey, "gender")] == [(14, 6)]


def test_words_are_masked_for_who_sees_no_contacts_and_refused_ones_kept_beside():
    survey = asking.opened(ALL)
    ann = factories.customer(email="ann@example.com")
    run = asking.run(survey, customer=ann.id)
    said = {"score": 3, "why": "Call me: 081-234-5678 or ann@example.com", "liked": ["purple"]}
    answering.take(run, said, at=timezone.now(), is_end=True, keeps_valid=True)
    answering.take(run, {"score": 3}, at=timezone.now(), is_end=True, keeps_valid=True)
    versions, chosen = scope.definitions(survey), scope.read(survey, {"question": "score", "answer": "detractors"})
    (read,) = words.written(survey, versions, chosen, score="score", shows_people=True)
    assert (read.text, read.score, read.customer) == (said["why"], 3, ann.id)
    (masked,) = words.written(survey, versions, chosen, shows_people=False)
    assert (masked.text, masked.customer) == ("Call me: ••• or •••", None)
    assert not words.written(survey, versions, chosen, question="liked", shows_people=True)
    (refused,) = words.refused(survey, shows_people=True)
    assert (refused.question, refused.why, refused.value, refused.customer) == ("liked", "option", '["purple"]', ann.id)
    assert words.refused(survey, shows_people=False)[0].value == ""
    assert RefusedAnswer.objects.count() == 1


def test_anonymous_answers_tell_nothing_of_under_five_nor_by_subtraction():
    draft = value(page("p", question("nps", "score"), question("single", "who", options=[*COLOURS, option("grey")])))
    survey = asking.opened(draft, is_anonymous=True)
    answers.plant_nameless(survey, [{"score": 9, "who": "red"}] * 4)
    assert (overview.read(survey).completed, overview.read(survey).refusal) == (None, Refusal.FEW)
    answers.plant_nameless(survey, [{"score": 2, "who": "blue"}] * 6, language="th")
    answers.plant_nameless(survey, [{"score": 2, "who": "blue"}] * 6)

    def seen(**told):
        found = overview.read(survey, scope.read(survey, told))
        return found.refusal or found.completed

    assert seen() == 16
    assert seen(language="th") == 6
    assert seen(question="who", answer="red") == Refusal.FEW
    assert seen(question="who", answer="blue") == Refusal.FEW  # all but four
    answers.plant_nameless(survey, [{"score": 9, "who": "red"}])
    assert seen(question="who", answer="red") == 5
    answers.plant_nameless(survey, [{"score": 9, "who": "grey"}] * 3, language="ko")
    assert seen(language="th") == Refusal.FEW  # a language of three: the rest could be taken from it
    answers.plant_nameless(survey, [{"score": 9, "who": "grey"}] * 3, language="ko")
    assert seen(language="th") == 6
    assert seen(language="th", question="who", answer="blue") == Refusal.ONE
    assert seen(since="2026-11-01", until="2026-11-20") == seen(store="BKK1") == Refusal.UNKNOWN
    score, who = one_of(survey, "score"), one_of(survey, "who")
    assert [(one.key, one.result.n) for one in comparing.by_group(survey, score, "language")] == [
        ("en", 11),
        ("ko", 6),
        ("th", 6),
    ]
    assert comparing.crossed(survey, score, who).counts == {("9", "red"): 5, ("2", "blue"): 12, ("9", "grey"): 6}
    answers.plant_nameless(survey, [{"score": 2, "who": "red"}])
    assert comparing.crossed(survey, score, who).is_hidden
    # One more in Thai, who answered the other question alone: what is told of `score` stays what it was.
    answers.plant_nameless(survey, [{"who": "blue"}], language="th")
    of_thai = by_key(overview.read(survey, Filter(language="th")).results)
    assert of_thai["score", "nps_0_10"].n == 6


def test_anonymous_words_stand_under_no_filter_that_could_be_laid_beside_another():
    draft = value(
        page("p", question("nps", "score"), question("single", "who", options=COLOURS), question("text", "why"))
    )
    survey = asking.opened(draft, is_anonymous=True)
    answers.plant_nameless(survey, [{"score": score, "who": who} for score in (9, 3) for who in ("red", "blue")] * 6)
    said = AnonymousAnswer.objects.filter(question="score").first()
    key, row = sealing.key_of(survey), uuid.uuid4()
    text = key.seal("Only I say this", table=AnonymousAnswer._meta.db_table, column="text", row=row)
    AnonymousAnswer.objects.create(
        id=row, response_id=said.response_id, survey_id=survey.id, version=1, question="why", text=text, at=said.at
    )
    versions = scope.definitions(survey)

    def read(**told):
        chosen = scope.read(survey, told)
        return overview.read(survey, chosen).completed, [
            one.text for one in words.written(survey, versions, chosen, shows_people=True)
        ]

    assert read() == (24, ["Only I say this"])
    assert read(question="score", answer="9") == read(question="who", answer="red") == (12, [])
    assert read(language="en") == (24, [])


LED = value(
    page("p", question("nps", "score"), question("yes_no", "member")),
    page(
        "q",
        question(
            "multiple",
            "liked",
            options=[option("price"), option("staff"), option("card", when="{member} = yes")],
            when="{score} <= 6 or {member} = yes",
        ),
    ),
    page("r", question("text", "why", when="not {liked} answered"), jumps=[{"to": "end", "when": "{score} > 8"}]),
    page("s", question("stars", "again")),
)


def led(score, member, liked=None, again=None):
    given = {"score": score, "member": member, "liked": liked, "again": again}
    return {key: value for key, value in given.items() if value is not None}


def test_shares_are_of_those_whom_the_conditions_of_their_version_showed_it(client):
    """Shown to 20 low ones and 10 members of the others; the option of members to 15; behind the jump to 30."""
    survey = asking.opened(LED)
    low = [led(3, False, ["price"])] * 12 + [led(3, False)] * 3 + [led(3, True, ["card", "staff"])] * 5
    high = [led(9, True, ["card"])] * 6 + [led(8, True)] * 4 + [led(9, False)] * 8
    planted = answers.plant_each(survey, low + high, answers.people(38), at=NOV)
    again = [{**one, "again": 4} for one in low[:9]]
    answers.plant_each(survey, again, [one.customer_id for one in planted[:9]], at=DEC)  # the newest counts
    told = {one.asked.key: one for one in overview.read(survey).results}
    liked = told["liked"]
    assert (liked.n, liked.saw, liked.of, liked.left) == (23, 30, 30, 7)
    bars = [(bar.code, bar.count, bar.of) for bar in liked.bars]
    assert bars == [("price", 12, None), ("staff", 5, None), ("card", 11, 15)]
    assert [bar.share for bar in liked.bars] == pytest.approx([12 / 30, 5 / 30, 11 / 15])
    assert (told["again"].saw, told["again"].n, told["score"].saw) == (30, 9, 38)
    assert {one.asked.key: one.saw for one in overview.read(survey, Filter(question="member", answer="yes")).results}[
        "liked"
    ] == 15
    client.force_login(factories.staff("owner"))
    page_ = client.get("/surveys/visit/results/liked/").content.decode()
    assert "of 30 who saw it" in page_
    assert "7 did not answer" in page_
    assert "(11 of 15)" in page_
    book = {(row[5], row[1]): row[-2:] for row in codebook.rows(survey)}
    assert (book["price", "liked"], book["card", "liked"], book["", "again"]) == (
        ["30", "23"],
        ["15", "23"],
        ["30", "9"],
    )


def test_of_nobodys_answers_who_saw_a_question_is_told_only_where_it_is_no_table_of_few():
    simple = value(page("p", question("yes_no", "member"), question("stars", "how", when="{member} = yes")))
    survey = asking.opened(simple, slug="quiet", is_anonymous=True)
    answers.plant_nameless(survey, [{"member": True, "how": 4}] * 9 + [{"member": True}] * 5 + [{"member": False}] * 6)
    how = {one.asked.key: one for one in overview.read(survey).results}["how"]
    assert (how.n, how.saw, how.left) == (9, 14, 5)
    assert {one.asked.key: one.saw for one in overview.read(survey, Filter(language="en")).results}["how"] is None
    answers.plant_nameless(survey, [{"member": True, "how": 4}] * 3)  # twelve of seventeen
    assert {one.asked.key: one for one in overview.read(survey).results}["how"].saw == 17
    answers.plant_nameless(survey, [{"member": True, "how": 4}, {"member": True}])
    assert {one.asked.key: one for one in overview.read(survey).results}["how"].saw == 19
    both = value(
        page("p", question("yes_no", "a"), question("yes_no", "b")),
        page("q", question("stars", "how", when="{a} = yes and {b} = yes")),
    )
    other = asking.opened(both, slug="quieter", is_anonymous=True)
    # Ten said yes to a, ten to b, and eight to both: two of a alone would be told by subtraction.
    answers.plant_nameless(other, [{"a": True, "b": True, "how": 3}] * 8 + [{"a": True, "b": False}] * 2)
    answers.plant_nameless(other, [{"a": False, "b": True}] * 2 + [{"a": False, "b": False}] * 9)
    how = {one.asked.key: one for one in overview.read(other).results}["how"]
    assert (how.n, how.saw, how.of) == (8, None, 8)
