"""What somebody answers who is asked again: yes or no to the new words, by all the ways they once allowed."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from consent.rules.preferences import Option
from consent.selectors import wishes
from consent.selectors.review import Question, Review
from consent.services import preferences
from customers.services import standing

PLACE = "review"


class UnableToAnswer(Exception):
    """The words changed since they were shown, or only a guardian may say yes; the page is shown once more."""


def answer(
    review: Review,
    question: Question,
    *,
    is_yes: bool,
    shown: str,
    proof: Mapping[str, Any],
    at: dt.datetime,
) -> preferences.Changed:
    """Write the answer for every way that was asked about, and what stood there. The same answer again writes nothing.

    `shown` is the version that the page showed. Raises UnableToAnswer and preferences.UnableToChange.
    """
    if shown != question.shown or (is_yes and question.needs_guardian):
        raise UnableToAnswer
    with transaction.atomic():
        who = standing.hold([review.person.id]).get(review.person.id)
        if who is None:
            raise preferences.UnableToChange("nobody is there any more")
        return preferences.choose(
            preferences.Choice(
                customer=who,
                options=[Option(one.purpose, one.channel, is_on=is_yes) for one in question.options],
                words=question.words,
                wish=wishes.of(who),
                language=question.language,
                shown_at=at,  # the version that was shown is the one in force: just compared
                place=PLACE,
                versions=question.versions,
                proof={**proof, "way": PLACE, "version": question.shown},
            ),
            at=at,
        )
