"""Answers of every kind leave as a file and come in again: the same counts, the same words, each once."""

import csv
import datetime as dt
import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from cdp.core.actors import SYSTEM
from cdp.core.imports import running, undoing
from cdp.core.models import Job
from consent.services import restricting
from customers.models import Customer
from surveys.models import Answer, RefusedAnswer, Response
from surveys.selectors.results import overview
from surveys.services import answering
from tests.surveys import asking, every_kind

pytestmark = pytest.mark.django_db
FULL = {
    "score": 9, "why": "=cmd|'/c calc'!A1\nสวัสดี", "mood": 4, "room": 5, "service": 4, "paying": 6, "breakfast": 7,
    "window": True, "first": False, "heard": {"key": "other", "text": "my aunt, twice"}, "bought": ["tea", "cup"],
    "order": ["near", "price", "quality", "choice"], "rate": {"staff": "good", "shop": "bad"}, "cups": "white",
    "day": "2026-11-02", "mail": "ada@example.com", "news": True,
}  # fmt: skip
FEW = {"score": 0, "heard": "friend", "more": "a friend of mine", "bought": ["none"]}


@pytest.fixture
def survey():
    every_kind.pictures()
    survey = asking.opened(every_kind.definition())
    for values in (FULL, FEW, {"score": 10}):
        answering.take(asking.run(survey), {"score": 5, **values}, at=timezone.now(), is_end=True, keeps_valid=False)
    return survey


def figures(survey):
    return [
        (one.asked.key, one.n, tuple((bar.code, bar.count) for bar in one.bars), [
            (line.key, tuple((bar.code, bar.count) for bar in line.bars)) for line in one.lines
        ])
        for one in overview.read(survey).results
    ]  # fmt: skip


@pytest.mark.parametrize(("form", "cells"), [("csv", "codes"), ("csv", "labels"), ("jsonl", "codes")])
def test_what_was_answered_comes_back_as_it_went(survey, tmp_path, form, cells):
    path = tmp_path / f"answers.{form}"
    call_command("export", "responses", str(path), "--survey", survey.slug, "--cells", cells)
    before = figures(survey)
    assert (before[0][1], Response.objects.count()) == (3, 3)
    call_command("import_file", "responses", str(path), "--no-wait")
    assert (Job.objects.latest("id").result["created"], Response.objects.count()) == (0, 3)  # they are here already
    copy = asking.opened(every_kind.definition(), slug="copy")
    call_command("import_file", "responses", str(path), "--survey", "copy", "--source", "shop", "--no-wait")
    job = Job.objects.latest("id")
    assert (job.result["created"], job.result["rejected"], RefusedAnswer.objects.count()) == (3, 0, 0)
    assert figures(copy) == before
    told = Response.objects.get(survey_id=copy.id, answers__number=9, answers__question="score")
    assert Answer.objects.filter(response_id=told.id, customer_id=told.customer_id).count() == 21 + 1
    ahead, _is_whole = undoing.foresee(job, at=timezone.now(), most=50)
    running.finish(undoing.begin(job, actor=SYSTEM, at=timezone.now()), lambda _done, _total: None)
    assert ahead["responses_removed"] == 3
    assert not Response.objects.filter(survey_id=copy.id).exists()


def test_a_spreadsheet_runs_nothing_and_the_book_tells_what_codes_mean(survey, tmp_path):
    path = tmp_path / "answers.csv"
    call_command("export", "responses", str(path), "--survey", survey.slug)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(path.open(encoding="utf-8-sig")))
    (full,) = (row for row in rows if row["answer.score"] == "9")
    assert full["answer.why"].startswith("'=cmd")
    ended = dt.datetime.fromisoformat(full["response.ended_at"])  # on the shop's clock, and the same moment
    assert (full["response.ended_at"][-6:], Response.objects.filter(ended_at=ended).exists()) == ("+07:00", True)
    assert (full["answer.bought.tea"], full["answer.bought.none"]) == ("1", "0")
    assert (full["answer.order.near"], full["answer.order.price"]) == ("1", "2")
    assert full["customer.email"] == "ada@example.com"
    book = list(csv.DictReader((tmp_path / "answers.codebook.csv").open(encoding="utf-8-sig")))
    friend = next(row for row in book if row["column"] == "answer.heard" and row["code"] == "friend")
    assert (friend["label_th"], friend["kind"], friend["asked"], friend["answered"]) == ("เพื่อน", "single", "3", "2")
    assert json.dumps(book).count("nps_0_10") == 11
    assert {row["column"] for row in book} == {name for name in rows[0] if name.startswith("answer.")}


def test_somebody_restricted_stays_out_and_so_does_what_a_stranger_typed(survey, tmp_path):
    path = tmp_path / "answers.jsonl"
    answering.take(
        asking.run(survey), {"score": 2, "why": "call 081 234 5678", "mail": ""}, at=timezone.now(), is_end=True,
        keeps_valid=False,
    )  # fmt: skip
    (ada,) = Customer.objects.filter(status="known")
    restricting.restrict(customer=ada.id, reason=restricting.Reason.ASKED, actor=SYSTEM, at=timezone.now())
    call_command("export", "responses", str(path), "--survey", survey.slug, "--purpose", "profiling")
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert sorted(row["answer.score"] for row in rows) == ["0", "10", "2"]
    assert not any(name.startswith("customer.") for row in rows for name in row)


def test_an_anonymous_survey_leaves_as_counts_and_words_apart(tmp_path):
    draft = {
        "schema": 1, "title": {"en": "You"}, "languages": ["en"],
        "pages": [{"key": "p", "questions": [
            {"kind": "single", "key": "job", "text": {"en": "Job"}, "options": [
                {"key": key, "text": {"en": key.title()}} for key in ("cook", "nurse")
            ]},
            {"kind": "yes_no", "key": "kids", "text": {"en": "Children?"}},
            {"kind": "text", "key": "wish", "text": {"en": "Wish"}},
        ]}],
    }  # fmt: skip
    survey, path = asking.opened(draft, slug="you", is_anonymous=True), tmp_path / "you.csv"
    for number in range(6):
        values = {
            "job": "cook" if number else "nurse",
            "wish": f"tea {number}, a@b.co",
            "kids": True if number < 3 else None,
        }
        answering.take(asking.run(survey), values, at=timezone.now(), is_end=True, keeps_valid=False)
    call_command("export", "responses", str(path), "--survey", "you")
    rows = list(csv.DictReader(path.open(encoding="utf-8-sig")))
    told = [(row["question"], row["answer"], row["count"], row["people"]) for row in rows if row["question"] != "wish"]
    assert told == [("job", "cook", "4", "5"), ("job", "nurse", "1", "5")]  # three who said of children are too few
    assert {tuple(row)[-1] for row in rows} == {"words"}
    assert sorted(row["words"][:3] for row in rows if row["words"]) == ["tea"] * 5
    assert not any("a@b.co" in cell for row in rows for cell in row.values())
    book = (tmp_path / "you.codebook.csv").read_text("utf-8")
    assert "answer.kids" in book
    assert [line.split(",")[-1] for line in book.splitlines() if line.startswith("answer.kids")] == ["", ""]


def test_what_was_answered_years_ago_counts_from_then_and_what_lies_ahead_is_refused(survey, tmp_path):
    path = tmp_path / "old.jsonl"
    rows = ({"response.ended_at": f"{year}-05-01T10:00:00Z", "answer.score": "9"} for year in (2014, 2090))
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    before = Response.objects.count()
    call_command("import_file", "responses", str(path), "--survey", survey.slug, "--source", "old", "--no-wait")
    assert (Job.objects.latest("id").result["rejected"], Response.objects.count()) == (1, before + 1)
    old = Response.objects.get(mode="file")
    assert (old.saved_at.year, old.ended_at.year) == (2014, 2014)
