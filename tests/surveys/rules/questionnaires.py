"""Questionnaires of a few lines for the tests of rules."""

from typing import Any

from surveys.rules import definition
from surveys.rules.definition import Definition


def question(kind: str, key: str, **rest: Any) -> dict[str, Any]:
    return {"kind": kind, "key": key, "text": {"en": f"{key}?"}, **rest}


def option(key: str, **rest: Any) -> dict[str, Any]:
    return {"key": key, "text": {"en": key}, **rest}


def page(key: str, *questions: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"key": key, "questions": list(questions), **rest}


def value(*pages: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"schema": 1, "title": {"en": "Your visit"}, "languages": ["en"], "pages": list(pages), **rest}


def read(*pages: dict[str, Any], **rest: Any) -> Definition:
    return definition.read(value(*pages, **rest))
