"""What is wrong with a rule, and where in the tree."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class RuleProblem:
    """One mistake: a JSON pointer into the rule (RFC 6901) and a sentence in the reader's language."""

    pointer: str
    message: str | Promise


class InvalidRules(Exception):
    """The rules cannot be understood; `problems` has every mistake found."""

    def __init__(self, problems: Sequence[RuleProblem]) -> None:
        """Keep the mistakes."""
        super().__init__("; ".join(f"{problem.pointer or '/'}: {problem.message}" for problem in problems))
        self.problems = tuple(problems)
