"""The label of an advertisement in a subject: once, at its start, and in no spelling but the law's own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from consent.rules.packs import Label


@dataclass(frozen=True, slots=True)
class Fault:
    """A piece of a subject that stands for the label: another spelling, or the label itself in a place of its own."""

    piece: str
    label: str
    is_variant: bool


def faults(subject: str, labels: Sequence[Label]) -> list[Fault]:
    """What is wrong with a subject as it was written. The label itself may begin it: it is not written twice."""
    found: dict[str, Fault] = {}
    for label in labels:
        rest = subject.strip().removeprefix(label.text)
        for piece in _pieces(rest, label):
            found.setdefault(piece, Fault(piece, label.text, is_variant=piece != label.text))
    return list(found.values())


def labelled(subject: str, label: str, variants: Sequence[str] = ()) -> str:
    """The subject with the label at its start, once; what imitated it there is taken away. As it is without a label."""
    if not label:
        return subject
    rest = subject.strip()
    imitated = "|".join(f"(?:{pattern})" for pattern in (re.escape(label), *variants))
    while (found := re.match(imitated, rest, re.IGNORECASE)) is not None:
        rest = rest[found.end() :].strip()
    return f"{label} {rest}".strip()


def _pieces(text: str, label: Label) -> list[str]:
    either = "|".join(f"(?:{pattern})" for pattern in (re.escape(label.text), *label.variants))
    return [found[0] for found in re.finditer(either, text, re.IGNORECASE)]
