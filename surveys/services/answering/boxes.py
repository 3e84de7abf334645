"""Permissions as they were asked: the words that stood at a box, and in which language, at the moment it was answered.

Kept with the response, for the end may come on another page, in another language, after the shop changed its words.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import override

from consent.selectors import purposes
from surveys.models import Response
from surveys.rules.flow import Prepared
from surveys.rules.kinds.words import Consent
from surveys.rules.sending import Judged
from surveys.selectors import wording
from surveys.services.answering.runs import Run


@dataclass(frozen=True)
class Said:
    """The answer to one permission, and how it was asked. `words` are empty where nobody knows them."""

    question: Consent
    is_yes: bool
    words: str
    language: str


def of(judged: Judged) -> Iterator[tuple[str, Consent]]:
    """Every permission that was answered, with the pointer of its question."""
    for step in judged.route.steps:
        for pointer, question in step.questions:
            if isinstance(question, Consent) and question.key in judged.rows:
                yield pointer, question


def noted(
    run: Run, prepared: Prepared, judged: Judged, values: Mapping[str, Any], earlier: Mapping[str, Any]
) -> dict[str, dict[str, str]]:
    """How each permission was asked: those of this sending (`values`) as they stand now, those of before (`earlier`)
    as they stood then.
    """
    found = {}
    for pointer, question in of(judged):
        before = earlier.get(question.key)
        if before is not None and question.key not in values:
            found[question.key] = before
        else:
            words = _words(run, prepared, judged, pointer, question)
            found[question.key] = {"language": run.language, "words": words}
    return found


def said(response: Response, judged: Judged) -> dict[str, list[Said]]:
    """What was said of each permission, by the language in which it was asked."""
    found: dict[str, list[Said]] = defaultdict(list)
    for _pointer, question in of(judged):
        asked = response.boxes[question.key]
        is_yes = judged.rows[question.key][0].code == "yes"
        found[asked["language"]].append(Said(question, is_yes, asked["words"], asked["language"]))
    return found


def _words(run: Run, prepared: Prepared, judged: Judged, pointer: str, question: Consent) -> str:
    """All that stood there: the question with its help, the box, what the purpose means, what a "no" brings. Empty
    where the shop no longer asks for it: a box whose words nobody knows proves nothing.
    """
    with override(run.language):
        offered = purposes.offered(run.language, with_refusals=True)
        one = next((one for one in offered if one.key == question.purpose), None)
        if one is None or question.channel not in one.channels:
            return ""
        asked = wording.text(prepared.words(pointer, question, judged.route.known))
        spoken = wording.text(question.spoken) if run.mode is Response.Mode.CALL else ""
        parts = (spoken or asked, wording.text(question.help), purposes.box_words(one, question.channel), one.refusal)
        return "\n".join(part.strip() for part in parts if part.strip())
