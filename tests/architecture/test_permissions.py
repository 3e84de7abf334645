"""Who may open what: the whole policy of the staff pages as one table, tried with every role and with nobody.

Letters are roles: viewer, clerk, marketer, steward, privacy officer, owner.
"""

import uuid

import pytest
from django.core.cache import cache
from django.urls import get_resolver, reverse

from cdp.core.access import LETTERS
from cdp.core.models import Role
from tests import factories
from tests.architecture.pages_by_role import PAGES

ID = uuid.uuid4()

LINKS = {
    "consent:unsubscribe",
    "consent:unsubscribe-cut",
    "consent:confirm",
    "consent:confirm-cut",
    "consent:preferences",
    "consent:preferences-link",
    "consent:review",
    "consent:review-cut",
    "consent:privacy-purpose",  # of a purpose that there is
    "consent:gpc",
    "consent:guardian",
    "consent:guardian-cut",
    "consent:my-data-code",
    "consent:my-data-progress",
    "consent:my-data-certificate",
    "consent:receipt-keys",
    "card:page",
    "card:manifest",
    "card:worker",
    "card:icon",
    "ask:page",
    "ask:personal",
    "ask:picture",
    "ask:embed",
    "ask:rate",
    "ask:claim",
    "ask:testimonial",
    "ask:testimonials",
    "ask:testimonials-embed",
    "draws:proof",
    "draws:list",
    "draws:won",
}
FORMS = {f"web:{form}{part}" for form in ("signup", "warranty", "preorder", "feedback") for part in ("", "-done")}
UNLOCK = {"web:kiosk-unlock"}  # only the tablet that was handed over: tests/web/test_kiosk.py
OPEN = (
    FORMS | UNLOCK | {"consent:privacy", "consent:terms", "consent:my-data", "commerce:hook", "surveys:schema"} | LINKS
)
ROOMS = {
    "web",
    "business",
    "customers",
    "analytics",
    "products",
    "campaigns",
    "consent",
    "events",
    "commerce",
    "loyalty",
    "card",
    "draws",
    "surveys",
    "voice",
    "ask",
}
ARGUMENTS = {
    "job_id": ID,
    "job": ID,
    "run_id": ID,
    "breach": ID,
    "draw": "no-such",
    "win": ID,
    "act": ID,
    "adjustment": ID,
    "theme": ID,
    "account": ID,
    "brand": ID,
    "export": ID,
    "draft_id": ID,
    "kind": "core.audit",
    "event_id": ID,
    "record_id": ID,
    "delivery_id": ID,
    "notice_id": ID,
    "warranty": ID,
    "preorder": ID,
    "order": ID,
    "form": "signup",
    "store": "shopify",
    "source": "shop",
    "customer": ID,
    "field": "ethnicity",
    "lead": ID,
    "company": ID,
    "campaign": ID,
    "survey": "no-such",
    "guide": "no-such",
    "interview": ID,
    "quote": ID,
    "testimonial": ID,
    "batch": ID,
    "number": 1,
    "question_key": "score",
    "response": ID,
    "review": ID,
    "where": "review",
    "thing": ID,
    "page": 0,
    "part": ID,
    "pair": ID,
    "product": ID,
    "key": "no-such",
    "name": "privacy",
    "action": "start",
    "section": "bonuses",
    "step": "content",
    "token": "nonsense",
    "secret": "nonsense",
    "slug": "no-such",
    "user": ID,
    "ticket": ID,
    "referral": ID,
    "pk": ID,
    "vendor": "shopify",
    "file": ID,
}


def names(resolver=None, space=""):
    """Every URL name of our rooms with the arguments it takes."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from names(pattern, pattern.namespace or space)
        elif space in ROOMS:
            yield f"{space}:{pattern.name}", tuple(pattern.pattern.converters)


TAKES = {}
for _name, _arguments in names():
    TAKES.setdefault(_name, _arguments)


def address(name: str) -> str:
    return reverse(name, kwargs={argument: ARGUMENTS[argument] for argument in TAKES[name]})


@pytest.fixture(autouse=True)
def empty_cache(db):
    cache.clear()


def test_every_page_stands_in_the_table():
    assert set(TAKES) == {name for name, _method, _who in PAGES} | OPEN


@pytest.mark.parametrize("role", Role.values)
def test_a_role_may_open_its_pages_and_no_other(client, role):
    client.force_login(factories.staff(role))
    client.raise_request_exception = False
    wrong = []
    for name, method, who in PAGES:
        status = client.generic(method, address(name), content_type="application/x-www-form-urlencoded").status_code
        may = role in {LETTERS[letter] for letter in who}
        if (status == 403) is may or status >= 500 or status in {401, 405}:
            wrong.append((name, method, status, "may" if may else "may not"))
    assert not wrong, wrong


def test_a_method_that_stands_in_no_line_opens_nothing(client):
    """The table is whole: beside its lines no page takes GET or POST, not even from the owner."""
    known = {(name, method) for name, method, _who in PAGES}
    client.force_login(factories.staff("owner"))
    client.raise_request_exception = False
    wrong = []
    for name in sorted({name for name, _method in known}):
        for method in ("GET", "POST"):
            if (name, method) not in known:
                answer = client.generic(method, address(name), content_type="application/x-www-form-urlencoded")
                wrong += [(name, method, answer.status_code)] if answer.status_code != 405 else []
    assert not wrong, wrong


def test_nobody_sees_a_staff_page_without_logging_in(client):
    for name, method, _who in PAGES:
        response = client.generic(method, address(name), content_type="application/x-www-form-urlencoded")
        assert (response.status_code, response["Location"].split("?")[0]) == (302, "/accounts/login/"), name


def test_a_part_of_a_page_answers_401_to_a_session_that_ended(client):
    for name in ("customers:customer-timeline", "web:jobs-tray"):
        assert client.get(address(name), headers={"HX-Request": "true"}).status_code == 401


def test_somebody_who_left_is_nobody(client):
    user = factories.staff("owner")
    client.force_login(user)
    user.is_active = False
    user.save()
    assert client.get("/").status_code == 302


def test_public_pages_are_open_to_everybody(client):
    for name in OPEN - LINKS - UNLOCK - {"commerce:hook"}:
        assert client.get(address(name)).status_code == 200, name


@pytest.mark.parametrize(
    ("role", "status"),
    [("viewer", 302), ("clerk", 302), ("marketer", 302), ("steward", 200), ("privacy", 200), ("owner", 200)],
)
def test_the_admin_is_for_stewards(client, role, status):
    client.force_login(factories.staff(role))
    assert client.get("/admin/").status_code == status


def test_stewards_read_accounts_and_keys_and_change_none(client):
    client.force_login(factories.staff("steward"))
    for model in ("core/user", "core/apikey"):
        assert client.get(f"/admin/{model}/add/").status_code in {403, 404}, model
