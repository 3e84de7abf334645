"""Addresses at which questionnaires are answered."""

import urllib.parse

from django.conf import settings

PATH = "/s"
SHEET = "sheet"
"""The place (customers.rules.arrivals) that answers from a printed sheet came from."""


def public(slug: str, *, language: str = "") -> str:
    """The page that anybody may open."""
    query = f"?{urllib.parse.urlencode({'lang': language})}" if language else ""
    return f"{settings.CDP_BASE_URL}{PATH}/{slug}/{query}"


def sheet(slug: str, language: str) -> str:
    """The same as a printed sheet has it: in its language, and answers tell that they came from there."""
    return f"{public(slug, language=language)}&src={SHEET}"


def kiosk(slug: str, language: str) -> str:
    """The same for the shop's tablet: it speaks that language until somebody chooses another."""
    return f"{public(slug)}?kiosk={language}"


def personal(slug: str, secret: str) -> str:
    """The page of one invitation. Short, because it stands in text messages."""
    return f"{settings.CDP_BASE_URL}{PATH}/{slug}/{secret}"


def claim(slug: str) -> str:
    """The page at which the code of an anonymous answer becomes a reward."""
    return f"{settings.CDP_BASE_URL}{PATH}/{slug}/claim/"


def draw(key: str, *, language: str) -> str:
    """The page of a prize draw with its conditions; empty for one that has no key."""
    return f"{settings.CDP_BASE_URL}/draws/{key}/?{urllib.parse.urlencode({'lang': language})}" if key else ""


def embed() -> str:
    """The script by which another site shows one inside of its page."""
    return f"{settings.CDP_BASE_URL}{PATH}/embed.js"


def testimonials() -> str:
    """What everybody may read of what customers said."""
    return f"{settings.CDP_BASE_URL}{PATH}/_/testimonials/"


def testimonials_script() -> str:
    """The script by which another site shows it inside of its page."""
    return f"{settings.CDP_BASE_URL}{PATH}/testimonials.js"
