"""Whoever sits at a terminal."""

import os

from django.conf import settings


def language() -> str:
    """The language the terminal asks for (LC_ALL, LC_MESSAGES, LANG), as far as we speak it."""
    known = dict(settings.LANGUAGES)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if asked := os.environ.get(name):
            code = asked.partition(".")[0].partition("_")[0].lower()
            return code if code in known else settings.LANGUAGE_CODE
    return str(settings.LANGUAGE_CODE)
