"""The pages of results: figures with their marks, filters that survive, words by role, removing one response."""

import datetime as dt

import pytest
from django.utils import timezone

from cdp.core.models import AccessEntry, AuditEntry
from surveys.models import Answer, Response, ResponseKey
from surveys.rules.spread import spread
from surveys.selectors.results import scope, scores
from surveys.services import answering
from tests import factories
from tests.surveys import answers, asking
from tests.surveys.rules.questionnaires import option, page, question, value

pytestmark = pytest.mark.django_db
COLOURS = [option("red", text={"en": "Red ones"}), option("blue", text={"en": "Blue ones"})]
VISIT = value(
    page(
        "p",
        question("nps", "score", text={"en": "Would you recommend us?"}),
        question("multiple", "liked", options=COLOURS),
        question("ranking", "order", options=COLOURS),
        question("matrix", "parts", options=COLOURS, lines=[{"key": "food", "text": {"en": "Food"}}]),
        question("csat", "well"),
        question("date", "day"),
        question("text", "why"),
    )
)
GIVEN = {
    "score": 10, "liked": ["red"], "order": ["red", "blue"], "parts": {"food": "blue"}, "well": 5, "day": "2026-11-23",
}  # fmt: skip
HERE = "/surveys/visit/"


def text(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return " ".join(answer.content.decode().split())


def test_results_of_every_kind_are_shown_with_their_marks_and_filters(client):
    survey = asking.opened(VISIT)
    client.force_login(factories.staff("viewer"))
    nothing = text(client, f"{HERE}results/")
    assert "No answers yet" in nothing
    assert "Ask people" in nothing
    month = timezone.now() - dt.timedelta(days=40)
    answers.plant(survey, [{**GIVEN, "why": "Lovely"}] * 20, at=month, mode="kiosk")
    answers.plant(survey, [{"score": 3, "well": 1}] * 6)
    shown = text(client, f"{HERE}results/")
    for words in ("Would you recommend us?", "Promoters", "Red ones", "Points (Borda)", "Food", "Satisfied", ">low<"):
        assert words in shown
    assert "53.8" in shown  # 100 · (20 − 6) / 26
    narrowed = text(client, f"{HERE}results/?mode=kiosk&segment=none&since=soon")
    assert "Came through: <strong>Tablet in the shop" in narrowed
    assert "100" in narrowed
    one = text(client, f"{HERE}results/score/?by=mode&beside=well")
    for words in ("Down by", "Tablet in the shop", "unlike the others", "pairs of answers"):
        assert words in one
    for key in ("liked", "order", "parts", "well", "day", "why"):
        text(client, f"{HERE}results/{key}/?by=gender&period=week&beside=score")
    assert client.get(f"{HERE}results/none/").status_code == 404
    assert "Nobody wrote anything here" in text(client, f"{HERE}answers/")
    assert f'hx-get="{HERE}results/why/feelings/?mode=kiosk"' in narrowed
    assert "How it feels is not read yet" in text(client, f"{HERE}results/why/feelings/?mode=kiosk")
    assert "Nothing was refused" in text(client, f"{HERE}refused/")


def test_scores_stand_with_their_mean_how_sure_it_is_and_how_they_are_spread(client):
    draft = value(page("p", question("nps", "score"))) | {
        "scores": [{"key": "ready", "text": {"en": "Ready to buy"}, "of": [{"question": "score", "weight": 2}]}]
    }
    survey = asking.opened(draft)
    for reached, count in ((4, 4), (18, 6), (20, 10)):
        answers.plant(survey, [{"score": reached // 2}] * count, scores={"ready": reached})
    (found,) = scores.read(survey)
    assert [(part.low, part.count) for part in found.spread.parts] == [(4, 4), (18, 6), (20, 10)]
    assert found.spread.mean.value == pytest.approx(16.2)
    many = spread({float(point): 1 for point in range(101)})
    assert [part.count for part in many.parts] == [10] * 9 + [11]
    client.force_login(factories.staff("viewer"))
    shown = text(client, f"{HERE}results/")
    for words in ("Ready to buy", "16.20", "50.0% <span"):
        assert words in shown
    assert scores.read(survey, scope.read(survey, {"question": "score", "answer": "2"}))[0].spread.is_hidden


def test_anonymous_results_say_why_they_are_not_shown(client):
    draft = value(page("p", question("nps", "score"), question("text", "why")))
    survey = asking.opened(draft, slug="secret", is_anonymous=True)
    client.force_login(factories.staff("owner"))
    answers.plant_nameless(survey, [{"score": 3}] * 3)
    shown = text(client, "/surveys/secret/results/")
    assert "Fewer than five answers, here or in what would be left over" in shown
    answers.plant_nameless(survey, [{"score": 3}] * 6)
    assert "one filter at a time" in text(client, "/surveys/secret/results/?language=en&mode=web")
    text(client, "/surveys/secret/results/score/?by=language")
    text(client, "/surveys/secret/answers/")
    assert "Nothing is kept of refused anonymous answers" in text(client, "/surveys/secret/refused/")


def test_words_are_read_by_role_and_written_down_and_a_response_can_be_removed(client):
    survey = asking.opened(VISIT)
    ann = factories.customer(email="ann@example.com", name="Ann Smith")
    run = asking.run(survey, customer=ann.id)
    sent = {"score": 3, "why": "Call 081-234-5678", "well": 99}
    answering.take(run, sent, at=timezone.now(), is_end=True, keeps_valid=True)
    answering.take(run, {"score": 3}, at=timezone.now(), is_end=True, keeps_valid=True)
    response = Response.objects.get()
    single = f"{HERE}responses/{response.id}/"
    client.force_login(factories.staff("viewer"))
    for address in (f"{HERE}answers/", f"{HERE}results/why/feelings/", single):
        masked = text(client, address)
        assert "Call •••" in masked
        assert "081-234" not in masked
    assert "<code>99</code>" not in text(client, f"{HERE}refused/")
    assert not AccessEntry.objects.filter(view="surveys:answers").exists()
    assert client.post(f"{single}remove/").status_code == 403
    client.force_login(factories.staff("owner", "owner@example.com"))
    assert "Call 081-234-5678" in text(client, f"{HERE}answers/?only=why&question=score&answer=detractors")
    assert AccessEntry.objects.filter(view="surveys:answers").count() == 1
    assert "<code>99</code>" in text(client, f"{HERE}refused/")
    assert "Remove this response" in text(client, single)
    assert client.post(f"{single}remove/").status_code == 302
    assert (Response.objects.count(), Answer.objects.count(), ResponseKey.objects.count()) == (0, 0, 0)
    assert AuditEntry.objects.filter(action="surveys:response:removed").count() == 1
    assert client.post(f"{single}remove/").status_code == 404
