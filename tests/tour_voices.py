"""The pages of surveys and voice for the tour: what lies behind them is made by `tests.surveys.showing` inside the shop."""

import json
from collections.abc import Iterator, Mapping
from typing import Literal

from tests.running import Shop

Visitor = Literal["owner", "nobody"]
MAKE = "from tests.surveys import showing; showing.tell()"
EVERY, VOICE = "/surveys/every/", "/voice/"
SURVEYS = {
    "surveys": "/surveys/",
    "survey-new": "/surveys/new/",
    "survey-new-of-answers": "/surveys/new/answers/",
    "survey-build": EVERY,
    "survey-texts": f"{EVERY}texts/",
    "survey-page": f"{EVERY}pages/1/",
    "survey-question": f"{EVERY}pages/1/0/",
    "survey-question-options": f"{EVERY}pages/4/2/",
    "survey-question-matrix": f"{EVERY}pages/6/0/",
    "survey-question-pictures": f"{EVERY}pages/7/0/",
    "survey-score": f"{EVERY}scores/0/",
    "survey-preview": f"{EVERY}preview/",
    "survey-publish": f"{EVERY}publish/",
    "survey-publish-first": "/surveys/drafted/publish/",
    "survey-version": f"{EVERY}versions/1/",
    "survey-replace": "/surveys/drafted/replace/",
    "survey-settings": f"{EVERY}settings/",
    "survey-ask": f"{EVERY}ask/",
    "survey-ask-draft": "/surveys/drafted/ask/",
    "survey-ask-anonymous": "/surveys/quiet/ask/",
    "survey-sheet": f"{EVERY}ask/sheet/",
    "survey-results": f"{EVERY}results/",
    "survey-result": f"{EVERY}results/score/?by=mode&beside=room",
    "survey-result-ranking": f"{EVERY}results/order/",
    "survey-result-matrix": f"{EVERY}results/rate/",
    "survey-result-text": f"{EVERY}results/why/",
    "survey-results-none": "/surveys/empty/results/",
    "survey-results-anonymous": "/surveys/quiet/results/",
    "survey-answers": f"{EVERY}answers/",
    "survey-answers-none": "/surveys/empty/answers/",
    "survey-refused": f"{EVERY}refused/",
    "survey-refused-none": "/surveys/empty/refused/",
    "survey-long": "/surveys/long-words/",
    "survey-long-question": "/surveys/long-words/pages/1/0/",
    "reviews": VOICE,
    "reviews-none": f"{VOICE}?sku=nothing",
    "comments": f"{VOICE}comments/",
    "posts": f"{VOICE}comments/posts/",
    "social-accounts": f"{VOICE}comments/accounts/",
    "social-accounts-edit": f"{VOICE}comments/accounts/?edit=new",
    "themes": f"{VOICE}themes/",
    "mentions": f"{VOICE}mentions/",
    "mentions-new": f"{VOICE}mentions/?edit=new",
    "interviews": f"{VOICE}interviews/",
    "interview-guides": f"{VOICE}interviews/guides/",
    "interview-guide-new": f"{VOICE}interviews/guides/new/",
    "interview-guide": f"{VOICE}interviews/guides/unsaid/",
    "interview-guide-publish": f"{VOICE}interviews/guides/unsaid/publish/",
    "quotes": f"{VOICE}interviews/quotes/",
    "testimonials": f"{VOICE}interviews/testimonials/",
    "tickets": f"{VOICE}tickets/",
    "ticket-rules": f"{VOICE}tickets/rules/",
}
PLACED = {
    "survey-response": "response",
    "survey-call": "call",
    "review": "review",
    "theme": "theme",
    "interview-begin": "interview begin",
    "interview": "interview single",
    "interview-group": "interview group",
    "quote": "quote",
    "testimonial": "testimonial asked",
    "testimonial-published": "testimonial published",
    "ticket": "ticket",
    "ticket-new": "ticket new",
}
"""Name of a stop → the name that `showing.places` has for it."""
PUBLIC = {
    "ask": ("/s/every/", 200),
    "ask-long": ("/s/long-words/", 200),
    "ask-kiosk": ("/s/every/?kiosk=1", 200),
    "ask-embedded": ("/s/every/?embed=1", 200),
    "ask-anonymous": ("/s/quiet/", 200),
    "ask-claim": ("/s/quiet/claim/", 200),
    "ask-soon": ("/s/soon/", 200),
    "ask-over": ("/s/over/", 410),
    "ask-unknown": ("/s/nothing/", 404),
    "testimonials-wall": ("/s/_/testimonials/", 200),
}
LINKED = {
    "ask-personal": ("link", 200),
    "ask-personal-expired": ("link expired", 410),
    "ask-personal-used": ("link used", 410),
    "ask-personal-taken-back": ("link revoked", 410),
    "ticket-rate": ("rate", 200),
    "testimonial-asked": ("words asked", 200),
    "testimonial-allowed": ("words published", 200),
}
EMPTY = {
    "surveys": "surveys/",
    "survey-results": "surveys/nps/results/",
    "survey-ask": "surveys/nps/ask/",
    "reviews": "voice/",
    "comments": "voice/comments/",
    "posts": "voice/comments/posts/",
    "tickets": "voice/tickets/",
    "interviews": "voice/interviews/",
    "interview-guides": "voice/interviews/guides/",
    "quotes": "voice/interviews/quotes/",
    "testimonials": "voice/interviews/testimonials/",
    "themes": "voice/themes/",
    "mentions": "voice/mentions/",
}
"""What a shop without anybody shows of them."""


def prepare(shop: Shop) -> dict[str, str]:
    """Make what is to be seen; where each page is."""
    told: dict[str, str] = json.loads(shop.run("shell", "-v0", "-c", MAKE).strip().splitlines()[-1])
    return told


def stops(places: Mapping[str, str]) -> Iterator[tuple[str, str, Visitor, int]]:
    """`(name, path, visitor, status)` of each."""
    yield from ((name, path, "owner", 200) for name, path in SURVEYS.items())
    yield from ((name, places[place], "owner", 200) for name, place in PLACED.items())
    yield from ((name, path, "nobody", status) for name, (path, status) in PUBLIC.items())
    yield from ((name, places[place], "nobody", status) for name, (place, status) in LINKED.items())
