"""The way through a questionnaire for some answers: which pages and questions somebody sees, how worded, to which end.

The same function leads a person from page to page, decides which answers of a sending count, and is tried with all
kinds of answers before publishing (`walking`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from surveys.rules.conditions import judging, reading
from surveys.rules.conditions.judging import Answer
from surveys.rules.conditions.tree import Condition
from surveys.rules.definition import END, SCREENED, Definition, Page
from surveys.rules.kinds import Question, Texts
from surveys.rules.kinds.choices import Chosen

Asked = Callable[[str, bool], None]
"""Told of every condition that was asked: its pointer, and whether it held."""


def _nobody(_pointer: str, _held: bool) -> None:  # noqa: FBT001  (the shape of Asked)
    return


@dataclass(frozen=True)
class Step:
    """A page as somebody sees it: `questions` are those shown, each with its pointer."""

    pointer: str
    page: Page
    questions: tuple[tuple[str, Question], ...]


@dataclass(frozen=True)
class Route:
    """The pages somebody sees with these answers, and how it ends: END, SCREENED, or the key of the page that waits."""

    steps: tuple[Step, ...]
    end: str
    known: Mapping[str, Answer]
    """The answers that count: those to questions that were shown."""

    def shown(self) -> dict[str, Question]:
        """Every question that is shown, by key."""
        return {question.key: question for step in self.steps for _pointer, question in step.questions}


@dataclass(frozen=True)
class Prepared:
    """A questionnaire with its conditions read. Raises reading.Unreadable, which checking prevents."""

    definition: Definition
    conditions: Mapping[str, Condition] = field(init=False)

    def __post_init__(self) -> None:
        """Read every condition once."""
        object.__setattr__(self, "conditions", {at: reading.read(text) for at, text in conditions(self.definition)})

    def route(self, answers: Mapping[str, Answer], *, stop: bool = False, asked: Asked = _nobody) -> Route:
        """The way with these answers: `{question: answer}`, lines of a matrix as `{matrix.line: option}`.

        With `stop` it ends at the first page that has a required question without an answer: the page to show next.
        """
        known: dict[str, Answer] = {}
        steps: list[Step] = []
        pages, number = self.definition.pages, 0
        while number < len(pages):
            at, page = f"/pages/{number}", pages[number]
            number += 1
            if not self.holds(f"{at}/when", known, asked):
                continue
            step = Step(at, page, self._questions(at, page, answers, known, asked))
            if not step.questions:
                continue
            steps.append(step)
            if stop and any(question.required and question.key not in known for _at, question in step.questions):
                return Route(tuple(steps), page.key, known)
            target = self._jump(at, page, known, asked)
            if target in {END, SCREENED}:
                return Route(tuple(steps), target, known)
            if target:
                number = next(n for n, other in enumerate(pages) if other.key == target)
        return Route(tuple(steps), END, known)

    def holds(self, pointer: str, known: Mapping[str, Answer], asked: Asked = _nobody) -> bool:
        """Whether the condition at that place holds; where there is none, it does."""
        condition = self.conditions.get(pointer)
        if condition is None:
            return True
        held = judging.holds(condition, known)
        asked(pointer, held)
        return held

    def words(self, pointer: str, question: Question, known: Mapping[str, Answer]) -> Texts:
        """What somebody with these answers is asked: the first wording whose condition holds, else the text."""
        for n, wording in enumerate(question.wordings):
            if self.holds(f"{pointer}/wordings/{n}/when", known):
                return wording.text
        return question.text

    def offered(self, pointer: str, question: Chosen, known: Mapping[str, Answer]) -> tuple[str, ...]:
        """The keys of the options that somebody with these answers may choose."""
        return tuple(
            option.key for n, option in enumerate(question.options) if self.holds(f"{pointer}/options/{n}/when", known)
        )

    def _questions(
        self, at: str, page: Page, answers: Mapping[str, Answer], known: dict[str, Answer], asked: Asked
    ) -> tuple[tuple[str, Question], ...]:
        """Those of the page that are shown, one after the other, since one may depend on the one before."""
        shown = []
        for q, question in enumerate(page.questions):
            pointer = f"{at}/questions/{q}"
            if not self.holds(f"{pointer}/when", known, asked):
                continue
            shown.append((pointer, question))
            for n in range(len(question.wordings)):
                self.holds(f"{pointer}/wordings/{n}/when", known, asked)
            for n in range(len(question.options) if isinstance(question, Chosen) else 0):
                self.holds(f"{pointer}/options/{n}/when", known, asked)
            for key in (question.key, *(f"{question.key}.{line}" for line in question.domain().lines)):
                if answers.get(key) not in (None, "", ()):
                    known[key] = answers[key]
        return tuple(shown)

    def _jump(self, at: str, page: Page, known: Mapping[str, Answer], asked: Asked) -> str:
        for n, jump in enumerate(page.jumps):
            if self.holds(f"{at}/jumps/{n}/when", known, asked):
                return jump.to
        return ""


def conditions(definition: Definition) -> list[tuple[str, str]]:
    """Every condition of a questionnaire as text, with its pointer."""
    found: list[tuple[str, str]] = []
    for p, page in enumerate(definition.pages):
        at = f"/pages/{p}"
        found += [(f"{at}/when", page.when)] if page.when else []
        for q, question in enumerate(page.questions):
            found += [(f"{at}/questions/{q}/{name}", text) for name, text in question.conditions()]
        found += [(f"{at}/jumps/{n}/when", jump.when) for n, jump in enumerate(page.jumps) if jump.when]
    return found
