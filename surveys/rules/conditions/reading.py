"""From text to a condition. What is wrong is said with its place, in words a shop's staff can act on.

condition   one or one …          or binds weaker than and, and weaker than not
one         part and part …
part        not part | ( condition ) | comparison
comparison  {question} = 'text'   also != < <= > >=, numbers, yes and no
            {question} in ('a', 'b')
            {question} has 'a'     one of the options somebody chose
            {question} answered    also: not answered
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from surveys.rules.conditions.tree import All, Among, Answered, Any, Compared, Condition, Literal, Not

LONGEST = 2000
DEEPEST = 20
MOST_VALUES = 200
OPERATORS = ("!=", "<=", ">=", "=", "<", ">")
KEY = r"[a-z][a-z0-9_]{0,39}(?:\.[a-z0-9][a-z0-9_]{0,39})?"
"""A question, or a line of a matrix as `matrix.line`."""

_TOKEN = re.compile(
    rf"""\s*(?:
      \{{\s*(?P<question>{KEY})\s*\}}
    | (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
    | (?P<number>-?\d{{1,12}}(?:\.\d{{1,6}})?)(?![\w.])
    | (?P<op>!=|<>|<=|>=|==|=|<|>)
    | (?P<mark>[(),])
    | (?P<word>[A-Za-z]+)
    )""",
    re.VERBOSE,
)
_SPELLINGS = {"==": "=", "<>": "!="}


class Unreadable(ValueError):
    """The text is no condition: `place` is where (characters from the start), `message` why."""

    def __init__(self, place: int, message: str | Promise) -> None:
        """Keep both."""
        super().__init__(f"{place}: {message}")
        self.place = place
        self.message = message


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def read(text: str) -> Condition:
    """The condition that `text` says. Raises Unreadable."""
    if len(text) > LONGEST:
        raise Unreadable(LONGEST, _("The condition is too long: two thousand characters are the most."))
    parser = _Parser(list(_tokens(text)), len(text))
    found = parser.condition(0)
    parser.end()
    return found


def literal(value: Literal) -> str:
    """A value as it stands in a condition."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        place = at + len(text[at:]) - len(text[at:].lstrip())
        if found is None or found.lastgroup is None:
            raise Unreadable(
                place,
                _("This is not understood. Questions stand in braces, like {score}, and texts in quotes, like 'a'."),
            )
        yield _Token(found.lastgroup, found[found.lastgroup], place)
        at = found.end()


class _Parser:
    """Recursive descent over the tokens, never deeper than DEEPEST."""

    def __init__(self, tokens: list[_Token], length: int) -> None:
        self.tokens = tokens
        self.length = length
        self.next = 0

    def condition(self, depth: int) -> Condition:
        return self._joined("or", depth)

    def end(self) -> None:
        if (token := self._peek()) is not None:
            raise Unreadable(token.at, _("Two comparisons are joined by “and” or “or”."))

    def _joined(self, word: str, depth: int) -> Condition:
        parts = [self._joined("and", depth) if word == "or" else self._part(depth)]
        while self._take_word(word):
            parts.append(self._joined("and", depth) if word == "or" else self._part(depth))
        if len(parts) == 1:
            return parts[0]
        return Any(tuple(parts)) if word == "or" else All(tuple(parts))

    def _part(self, depth: int) -> Condition:
        if depth > DEEPEST:
            raise Unreadable(self._place(), _("Too many brackets inside each other."))
        if self._take_word("not"):
            return Not(self._part(depth + 1))
        if self._take_mark("("):
            inner = self.condition(depth + 1)
            if not self._take_mark(")"):
                raise Unreadable(self._place(), _("A bracket is not closed."))
            return inner
        return self._comparison()

    def _comparison(self) -> Condition:
        token = self._peek()
        if token is None or token.kind != "question":
            raise Unreadable(self._place(), _("A comparison begins with a question in braces, like {score}."))
        self.next += 1
        question, at = token.text, token.at
        if self._take_word("answered"):
            return Answered(question, at)
        if self._take_word("not"):
            if not self._take_word("answered"):
                raise Unreadable(self._place(), _("After “not” behind a question only “answered” may stand."))
            return Not(Answered(question, at))
        if self._take_word("has"):
            return Among(question, (self._value(),), at)
        if self._take_word("in"):
            return Among(question, self._values(), at)
        if (op := self._peek()) is not None and op.kind == "op":
            self.next += 1
            return Compared(question, _SPELLINGS.get(op.text, op.text), self._value(), at)
        raise Unreadable(self._place(), _("Behind a question stands = != < <= > >= in, has or answered."))

    def _values(self) -> tuple[Literal, ...]:
        if not self._take_mark("("):
            raise Unreadable(self._place(), _("The values behind “in” stand in brackets: ('a', 'b')."))
        values = [self._value()]
        while self._take_mark(","):
            values.append(self._value())
            if len(values) > MOST_VALUES:
                raise Unreadable(self._place(), _("Too many values."))
        if not self._take_mark(")"):
            raise Unreadable(self._place(), _("A bracket is not closed."))
        return tuple(values)

    def _value(self) -> Literal:
        token = self._peek()
        self.next += 1
        if token is not None:
            if token.kind == "number":
                return Decimal(token.text)
            if token.kind == "text":
                quote = token.text[0]
                return token.text[1:-1].replace(quote * 2, quote)
            if token.kind == "word" and token.text.lower() in {"yes", "true"}:
                return True
            if token.kind == "word" and token.text.lower() in {"no", "false"}:
                return False
        self.next -= 1
        raise Unreadable(self._place(), _("A value is a number, a text in quotes, yes or no."))

    def _peek(self) -> _Token | None:
        return self.tokens[self.next] if self.next < len(self.tokens) else None

    def _place(self) -> int:
        token = self._peek()
        return token.at if token is not None else self.length

    def _take_word(self, word: str) -> bool:
        return self._take("word", word)

    def _take_mark(self, mark: str) -> bool:
        return self._take("mark", mark)

    def _take(self, kind: str, text: str) -> bool:
        token = self._peek()
        if token is None or token.kind != kind or token.text.lower() != text:
            return False
        self.next += 1
        return True
