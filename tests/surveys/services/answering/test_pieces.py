"""Each piece of an answer tells of how many it is: results count people and ballots by it."""

import datetime as dt
import importlib

import pytest
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from surveys.models import AnonymousAnswer, Answer
from surveys.services import anonymous, answering
from tests.surveys import asking
from tests.surveys.rules.questionnaires import option, page, question, value

pytestmark = pytest.mark.django_db
OPTIONS = [option("price"), option("taste"), option("place")]
SEVERAL = value(
    page(
        "p",
        question("multiple", "liked", options=OPTIONS),
        question("ranking", "order", options=OPTIONS),
        question("nps", "score"),
    )
)
SAID = {"liked": ["price", "place"], "order": ["taste", "price", "place"], "score": 9}
OWN, NAMELESS = ("customer_id", "response_id", "question"), ("response_id", "question")
before = importlib.import_module("surveys.migrations.0009_pieces_of_before")


def test_every_piece_says_of_how_many_it_is_also_where_an_earlier_version_wrote_it():
    now = timezone.now()
    for slug, is_anonymous in (("named", False), ("nameless", True)):
        survey = asking.opened(SEVERAL, slug=slug, is_anonymous=is_anonymous)
        for values in [SAID, {**SAID, "order": ["price"]}] * 3:
            answering.take(asking.run(survey), values, at=now, is_end=True, keeps_valid=True)
    anonymous.write_out_before(timezone.localdate() + dt.timedelta(days=1))
    for model, key, fill in ((Answer, OWN, before._FILL), (AnonymousAnswer, NAMELESS, before._FILL_NAMELESS)):
        assert sizes(model, key) == {("liked", 2, 6), ("order", 3, 3), ("order", 1, 3), ("score", 1, 6)}
        model.objects.update(pieces=1)
        with connection.cursor() as cursor:
            cursor.execute(fill)
        assert sizes(model, key) == {("liked", 2, 6), ("order", 3, 3), ("order", 1, 3), ("score", 1, 6)}


def sizes(model, key):
    """How many answers to each question are of how many pieces, after looking whether each piece tells the truth."""
    told = list(model.objects.values(*key, "pieces").annotate(found=Count("id")))
    assert all(one["pieces"] == one["found"] for one in told)
    found = {}
    for one in told:
        of = one["question"], one["pieces"]
        found[of] = found.get(of, 0) + 1
    return {(*of, count) for of, count in found.items()}
