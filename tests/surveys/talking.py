"""Guides in force and talks by them, made as staff make them."""

import datetime as dt
import html
import re
from typing import Any

from django.utils import timezone

from cdp.core import actors
from consent.services import disclosures
from surveys.models import Guide, Interview
from surveys.services import disclosing
from surveys.services.interviews import guides, holding, testimonials
from surveys.services.interviews.holding import Seat


def guide(slug: str = "product") -> Guide:
    """A ready-made guide with its disclosure in force."""
    at = timezone.now() - dt.timedelta(hours=1)
    made = guides.create(slug=slug, draft=guides.of_ready("product"), actor=actors.SYSTEM, at=at)
    guides.publish(guide=made.id, disclosure=disclosing.usual(is_talk=True), actor=actors.SYSTEM, at=at)
    made.refresh_from_db()
    return made


def talk(made: Guide, *people: Any, **given: Any) -> Interview:
    """A talk with these customers (None: nameless), each of whom agreed."""
    at = timezone.now()
    chosen: dict[str, Any] = {"language": "en", "held_on": timezone.localdate(at), "place": "", **given}
    chosen.setdefault("kind", Interview.Kind.SINGLE if len(people) == 1 else Interview.Kind.GROUP)
    said = disclosures.require("interview", made.slug, language=chosen["language"], at=at).version
    seats = [Seat(one.id if one is not None else None, has_agreed=True) for one in people]
    return holding.begin(guide=made, seats=seats, said=said, actor=actors.SYSTEM, at=at, **chosen)


def praised(customer: Any, words: str = "It saved my morning.") -> Interview:
    """A talk with them, of which everybody may read these words."""
    now, made = timezone.now(), guide()
    held = talk(made, customer)
    first = guides.of_ready("product")["questions"][0]["key"]
    quote = holding.quote(interview=held.id, question=first, seat=1, words=words, themes=["morning"])
    row = testimonials.ask(quote=quote.id, words=words, name="A customer", actor=actors.SYSTEM, at=now)
    token = testimonials.link(row).rpartition("/")[2]
    testimonials.answer(token=token, agrees=True, proof={}, language="en", at=now)
    testimonials.publish(testimonial=row.id, is_shown=True, actor=actors.SYSTEM, at=timezone.now())
    return held


def fields(text: str) -> dict[str, str]:
    """What the form of a page would send as it stands."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", text):
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if told.get("type") not in {"radio", "checkbox"} or " checked" in tag:
            found.setdefault(told.get("name", ""), html.unescape(told.get("value", "")))
    for name, inside in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', text, re.DOTALL):
        found[name] = html.unescape(inside)
    return found
