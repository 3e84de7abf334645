"""What stands in the way of publishing a questionnaire, and what its builder should think about again.

Faults stop it; doubts do not. Both name their place, so that the builder's page can lead there.
"""

import functools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cdp.core import spoken
from cdp.core.structures import Problem, fill
from surveys.rules.conditions import reading, tree
from surveys.rules.conditions.tree import Among, Answered, Compared, Leaf
from surveys.rules.definition import END, SCREENED, Definition
from surveys.rules.flow import Prepared, conditions
from surveys.rules.kinds import Domain, Question, Texts
from surveys.rules.kinds.choices import Chosen, Multiple, Ranking
from surveys.rules.kinds.words import Date
from surveys.rules.walking import walk

_IN_ORDER = frozenset({"<", "<=", ">", ">="})
_MOST_TOLD = 12


@dataclass(frozen=True)
class Report:
    """`faults` stop the publishing, `doubts` are worth a look."""

    faults: tuple[Problem, ...]
    doubts: tuple[Problem, ...]


def check(definition: Definition, *, is_anonymous: bool) -> Report:
    """Everything that can be known without a database. Trying all ways takes up to a second: what was found is kept, as
    a draft is looked at more often than changed.
    """
    return _checked(msgspec.json.encode(definition), is_anonymous)


@functools.lru_cache(maxsize=64)
def _checked(definition_: bytes, is_anonymous: bool) -> Report:  # noqa: FBT001  (a key of the cache)
    definition = msgspec.json.decode(definition_, type=Definition)
    faults = [
        *_keys(definition),
        *_texts(definition),
        *_limits(definition),
        *_jumps(definition),
        *_conditions(definition),
        *_scores(definition),
        *(_named(definition) if is_anonymous else ()),
    ]
    # Ways are walked only where every condition can be asked.
    found = _unreached(definition) if not faults else ((), ())
    return Report((*faults, *found[0]), found[1])


def _keys(definition: Definition) -> Iterator[Problem]:
    """Every key once: pages, questions, options of a question, lines."""
    pages = [(f"/pages/{p}/key", page.key) for p, page in enumerate(definition.pages)]
    yield from _twice(pages)
    for at, key in pages:
        if key in {END, SCREENED}:
            yield Problem(at, fill(_("“%(what)s” is a word of jumps; the page needs another key."), key))
    yield from _twice([(f"{at}/key", question.key) for at, _page, question in definition.placed()])
    for at, _page, question in definition.placed():
        for name, keys in question.parts().items():
            yield from _twice([(f"{at}/{name}/{n}/key", key) for n, key in enumerate(keys)])
    yield from _twice([(f"/scores/{n}/key", score.key) for n, score in enumerate(definition.scores)])
    yield from _twice([(f"/languages/{n}", language) for n, language in enumerate(definition.languages)])


def _twice(keys: list[tuple[str, str]]) -> Iterator[Problem]:
    many = {key for key, count in Counter(key for _at, key in keys).items() if count > 1}
    for at, key in keys:
        if key in many:
            yield Problem(at, fill(_("“%(what)s” stands here twice; each needs a name of its own."), key))


def _texts(definition: Definition) -> Iterator[Problem]:
    """A text in every language of the questionnaire, or, where it may be left out, in none."""
    yield from _translated("/title", definition.title, definition, needed=True)
    for name in ("intro", "thanks", "screened"):
        yield from _translated(f"/{name}", getattr(definition, name), definition)
    for p, page in enumerate(definition.pages):
        yield from _translated(f"/pages/{p}/title", page.title, definition)
    for at, _page, question in definition.placed():
        for name, texts in question.texts():
            yield from _translated(f"{at}/{name}", texts, definition, needed=True)
    for n, score in enumerate(definition.scores):
        yield from _translated(f"/scores/{n}/text", score.text, definition, needed=True)


def _translated(at: str, texts: Texts, definition: Definition, *, needed: bool = False) -> Iterator[Problem]:
    if not needed and not any(text.strip() for text in texts.values()):
        return
    for language in definition.languages:
        if not texts.get(language, "").strip():
            yield Problem(
                f"{at}/{language}",
                fill(_("The text in this language is missing: %(what)s."), spoken.OWN_NAMES[language]),
            )


def _limits(definition: Definition) -> Iterator[Problem]:
    """Numbers that contradict each other."""
    for at, _page, question in definition.placed():
        if isinstance(question, Multiple):
            count = len(question.options)
            if max(question.least, question.most) > count:
                yield Problem(f"{at}/most", _("More are asked for than there are options."))
            if question.most and question.least > question.most:
                yield Problem(f"{at}/least", _("At least is more than at most."))
        if isinstance(question, Date) and question.earliest and question.latest and question.earliest > question.latest:
            yield Problem(f"{at}/latest", _("The last day lies before the first: nobody can answer."))
        if isinstance(question, Ranking) and question.top > len(question.options):
            yield Problem(f"{at}/top", _("More are asked for than there are options."))
        if isinstance(question, Chosen) and all(option.when for option in question.options):
            yield Problem(f"{at}/options", _("Every option has a condition; somebody could have nothing to choose."))


def _jumps(definition: Definition) -> Iterator[Problem]:
    """Forward only: whoever is sent back never comes to an end."""
    order = {page.key: number for number, page in enumerate(definition.pages)}
    for p, page in enumerate(definition.pages):
        for n, jump in enumerate(page.jumps):
            at = f"/pages/{p}/jumps/{n}/to"
            if jump.to in {END, SCREENED}:
                continue
            if jump.to not in order:
                yield Problem(at, fill(_("There is no page “%(what)s”."), jump.to))
            elif order[jump.to] <= p:
                yield Problem(at, _("A jump leads to a later page only: back would be a loop."))


def _conditions(definition: Definition) -> Iterator[Problem]:
    """Each can be read, and asks about what was asked before it, by values that can be answered."""
    for at, text in conditions(definition):
        for message in condition_faults(definition, text, before=_before(definition, at)):
            yield Problem(at, message)


def condition_faults(definition: Definition | None, text: str, *, before: int | None = None) -> Iterator[str | Promise]:
    """What is wrong with one condition where so many questions were asked before it (None: all, as for a quota);
    without a definition only whether it can be read.
    """
    order = [(question.key, question) for question in definition.questions()] if definition is not None else None
    yield from faults_among(order, text, before=before)


def faults_among(
    order: Sequence[tuple[str, Question | None]] | None, text: str, *, before: int | None = None
) -> Iterator[str | Promise]:
    """The same among questions by key, in their order; of one that cannot be read yet (None) nothing is compared."""
    try:
        condition = reading.read(text)
    except reading.Unreadable as unreadable:
        yield unreadable.message
        return
    known = dict(order or ())
    places = {key: number for number, (key, _question) in enumerate(order or ())}
    for leaf in tree.leaves(condition) if order is not None else ():
        key, _dot, line = leaf.question.partition(".")
        question = known.get(key)
        if key not in places:
            yield fill(_("There is no question “%(what)s”."), leaf.question)
        elif before is not None and places[key] >= before:
            yield fill(_("“%(what)s” is asked only later; nothing is known of it here."), key)
        elif question is not None and (problem := _compared(question, line, leaf)):
            yield problem


def _before(definition: Definition, at: str) -> int:
    """How many questions are asked before the place of a condition."""
    parts = at.split("/")
    p = int(parts[2])
    earlier = sum(len(page.questions) for page in definition.pages[:p])
    if parts[3] == "questions":
        return earlier + int(parts[4])
    return earlier + (len(definition.pages[p].questions) if parts[3] == "jumps" else 0)


def _compared(question: Question, line: str, leaf: Leaf) -> str | Promise:
    """What is wrong with comparing that question so; empty where nothing is."""
    domain = question.domain()
    if line and line not in domain.lines:
        return fill(_("The question has no line “%(what)s”."), line)
    match leaf:
        case Answered():
            return ""
        case Compared(_question, op, value):
            if op in _IN_ORDER and not _is_ordered(domain, question):
                return fill(_("Answers to “%(what)s” are not in order; only = and != fit."), question.key)
            return _possible(domain, question, (value,), is_ordered=op in _IN_ORDER)
        case Among(_question, values):
            return _possible(domain, question, values, is_ordered=False)


def _is_ordered(domain: Domain, question: Question) -> bool:
    if domain.values is None:
        return type(question).__name__ == "Date"
    return not isinstance(domain.values[0], bool | str)


def _possible(domain: Domain, question: Question, values: tuple[object, ...], *, is_ordered: bool) -> str | Promise:
    if domain.values is None:
        return "" if all(isinstance(value, str) for value in values) else _("A text in quotes belongs here.")
    for value in values:
        if isinstance(domain.values[0], bool) and not isinstance(value, bool):
            told = _("Nobody can answer “%(what)s” there: write yes or no, in English and without quotes.")
            return fill(told, str(value))
        fits = isinstance(value, type(domain.values[0])) if is_ordered else value in domain.values
        # 1 == True in Python, and so it would stand for yes.
        if not fits or isinstance(value, bool) != isinstance(domain.values[0], bool):
            what = reading.literal(value) if isinstance(value, bool) else str(value)
            return lazy(_not_among, str)(what, tuple(map(reading.literal, domain.values)))
    return ""


def _not_among(what: str, possible: Sequence[str]) -> str:
    """Said in the language of whoever reads it, with the first of what can be answered."""
    these = ", ".join(possible[:_MOST_TOLD]) + (" …" if len(possible) > _MOST_TOLD else "")
    return gettext("Nobody can answer “%(what)s” there. Possible: %(these)s") % {"what": what, "these": these}


def _scores(definition: Definition) -> Iterator[Problem]:
    """Sums of what is there and can be counted."""
    known = {question.key: question for question in definition.questions()}
    for s, score in enumerate(definition.scores):
        for n, worth in enumerate(score.of):
            at = f"/scores/{s}/of/{n}"
            key, _dot, line = worth.question.partition(".")
            question = known.get(key)
            if question is None or (line and line not in question.domain().lines):
                yield Problem(f"{at}/question", fill(_("There is no question “%(what)s”."), worth.question))
            elif worth.options:
                values = {str(value) for value in question.domain().values or ()}
                for option in set(worth.options) - values:
                    yield Problem(f"{at}/options", fill(_("Nobody can answer “%(what)s” there."), option))
            elif not _is_ordered(question.domain(), question):
                yield Problem(f"{at}/options", _("Say what each option is worth."))


def _named(definition: Definition) -> Iterator[Problem]:
    """What would tell who somebody is, in a questionnaire that says it is anonymous."""
    for at, _page, question in definition.placed():
        if question.IS_PERSONAL:
            yield Problem(f"{at}/kind", _("This would tell who somebody is; the questionnaire says it is anonymous."))
        if question.maps_to:
            yield Problem(f"{at}/maps_to", _("An anonymous answer cannot fill anybody's profile."))


def _unreached(definition: Definition) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Questions that nobody can come to, and conditions that say nothing."""
    prepared = Prepared(definition)
    seen = walk(prepared)
    if not seen.is_whole:
        return (), (Problem("", _("There are too many ways through it to try all; unreachable questions may remain.")),)
    faults = tuple(
        Problem(at, fill(_("Nobody can come to “%(what)s”."), question.key))
        for at, _page, question in definition.placed()
        if at not in seen.reached
    ) + tuple(
        Problem(f"{at}/options", _("Somebody could have fewer options here than have to be chosen."))
        for at in sorted(seen.stuck)
    )
    doubts = tuple(
        Problem(at, _("This condition always holds.") if found == {True} else _("This condition never holds."))
        for at in prepared.conditions
        if len(found := seen.outcomes.get(at, frozenset())) == 1
        and not any(fault.pointer in at or at.startswith(fault.pointer) for fault in faults)
    )
    return faults, doubts
