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
from tests.architecture.voice_pages import VOICE

ID = uuid.uuid4()

# URL name, method, who may.
PAGES = [
    ("web:home", "GET", "vcmspo"),
    ("web:search", "POST", "vcmspo"),
    ("web:jobs-tray", "GET", "vcmspo"),
    ("web:design", "GET", "vcmspo"),
    ("web:design-toast", "POST", "vcmspo"),
    ("web:import-list", "GET", "so"),
    ("web:import-new", "GET", "so"),
    ("web:import-new", "POST", "so"),
    ("web:import-detail", "GET", "so"),
    ("web:import-choose", "POST", "so"),
    ("web:import-rejects", "GET", "so"),
    ("web:import-act", "POST", "so"),
    ("web:import-undo", "GET", "so"),
    ("web:import-undo", "POST", "so"),
    ("web:export-list", "GET", "mspo"),
    ("web:export-new", "GET", "mspo"),
    ("web:export-new", "POST", "mspo"),
    ("web:export-detail", "GET", "mspo"),
    ("web:export-file", "GET", "mspo"),
    ("web:export-act", "POST", "mspo"),
    ("customers:customer-list", "GET", "vcmspo"),
    ("customers:customer-list", "POST", "vcmspo"),
    ("customers:customer-detail", "GET", "vcmspo"),
    ("customers:customer-timeline", "GET", "vcmspo"),
    ("customers:contact-show", "GET", "cmspo"),
    ("customers:contact-show", "POST", "cmspo"),
    ("customers:customer-new", "GET", "cspo"),
    ("customers:customer-new", "POST", "cspo"),
    ("customers:customer-edit", "GET", "cspo"),
    ("customers:customer-edit", "POST", "cspo"),
    ("customers:note-add", "POST", "cspo"),
    ("customers:member-number-give", "POST", "cspo"),
    ("web:counter", "GET", "cspo"),
    ("web:counter", "POST", "cspo"),
    ("web:counter-find", "POST", "cspo"),
    ("web:counter-new", "POST", "cspo"),
    ("web:counter-person", "GET", "cspo"),
    ("web:counter-person", "POST", "cspo"),
    ("web:phone", "GET", "cspo"),
    ("web:phone", "POST", "cspo"),
    ("web:phone-find", "POST", "cspo"),
    ("web:phone-new", "POST", "cspo"),
    ("web:phone-call", "GET", "cspo"),
    ("web:phone-call", "POST", "cspo"),
    ("customers:customer-erase", "GET", "po"),
    ("customers:customer-erase", "POST", "po"),
    ("customers:pair-list", "GET", "spo"),
    ("customers:pair-detail", "GET", "spo"),
    ("customers:pair-detail", "POST", "spo"),
    ("customers:customer-unmerge", "POST", "spo"),
    ("business:lead-list", "GET", "vcmspo"),
    ("business:lead-detail", "GET", "vcmspo"),
    ("business:lead-show", "POST", "cmspo"),
    ("business:lead-change", "POST", "cspo"),
    ("business:company-list", "GET", "vcmspo"),
    ("business:company-detail", "GET", "vcmspo"),
    ("business:company-new", "GET", "cspo"),
    ("business:company-new", "POST", "cspo"),
    ("business:company-edit", "GET", "cspo"),
    ("business:company-edit", "POST", "cspo"),
    ("business:company-choose", "GET", "cspo"),
    ("business:company-choose", "POST", "cspo"),
    ("business:company-make", "POST", "cspo"),
    ("business:company-merge", "GET", "spo"),
    ("business:company-merge", "POST", "spo"),
    ("analytics:segment-list", "GET", "vmo"),
    ("analytics:segment-new", "GET", "mo"),
    ("analytics:segment-new", "POST", "mo"),
    ("analytics:segment-detail", "GET", "vmo"),
    ("analytics:segment-edit", "GET", "mo"),
    ("analytics:segment-edit", "POST", "mo"),
    ("analytics:segment-find-person", "POST", "vmo"),
    ("analytics:segment-refresh", "POST", "mo"),
    ("analytics:segment-archive", "POST", "mo"),
    ("analytics:rule-part", "POST", "mo"),
    ("analytics:product-list", "GET", "vcmspo"),
    ("analytics:product-detail", "GET", "vcmspo"),
    ("analytics:rule-preview", "POST", "vmo"),
    ("campaigns:campaign-list", "GET", "vmpo"),
    ("campaigns:campaign-detail", "GET", "vmpo"),
    ("campaigns:campaign-check", "GET", "vmpo"),
    ("campaigns:campaign-dry-run", "GET", "vmpo"),
    ("campaigns:campaign-new", "GET", "mo"),
    ("campaigns:campaign-new", "POST", "mo"),
    ("campaigns:campaign-edit", "GET", "mo"),
    ("campaigns:campaign-edit", "POST", "mo"),
    ("campaigns:campaign-preview", "POST", "mo"),
    ("campaigns:campaign-preview-head", "POST", "mo"),
    ("campaigns:campaign-preview-people", "POST", "mo"),
    ("campaigns:campaign-test", "POST", "mo"),
    ("campaigns:campaign-act", "POST", "mo"),
    ("surveys:call", "GET", "cspo"),
    ("surveys:call", "POST", "cspo"),
    ("surveys:list", "GET", "vmpo"),
    ("surveys:new", "GET", "mo"),
    ("surveys:new", "POST", "mo"),
    ("surveys:from-answers", "GET", "so"),
    ("surveys:from-answers", "POST", "so"),
    ("surveys:from-answers-columns", "GET", "so"),
    ("surveys:from-answers-columns", "POST", "so"),
    ("surveys:codebook", "GET", "vmpo"),
    ("surveys:build", "GET", "vmpo"),
    ("surveys:download", "GET", "vmpo"),
    ("surveys:replace", "GET", "mo"),
    ("surveys:replace", "POST", "mo"),
    ("surveys:texts", "GET", "mo"),
    ("surveys:texts", "POST", "mo"),
    ("surveys:score", "GET", "mo"),
    ("surveys:score", "POST", "mo"),
    ("surveys:step", "POST", "mo"),
    ("surveys:page", "GET", "mo"),
    ("surveys:page", "POST", "mo"),
    ("surveys:question", "GET", "mo"),
    ("surveys:question", "POST", "mo"),
    ("surveys:preview", "GET", "vmpo"),
    ("surveys:preview-frame", "GET", "vmpo"),
    ("surveys:preview-frame", "POST", "vmpo"),
    ("surveys:publish", "GET", "mo"),
    ("surveys:publish", "POST", "mo"),
    ("surveys:version", "GET", "vmpo"),
    ("surveys:settings", "GET", "vmpo"),
    ("surveys:settings", "POST", "mo"),
    ("surveys:state", "POST", "mo"),
    ("surveys:ask", "GET", "vmpo"),
    ("surveys:ask", "POST", "mo"),
    ("surveys:sheet", "GET", "vmpo"),
    ("surveys:take-back", "POST", "mo"),
    ("surveys:results", "GET", "vmpo"),
    ("surveys:result", "GET", "vmpo"),
    ("surveys:answers", "GET", "vmpo"),
    ("surveys:refused", "GET", "vmpo"),
    ("surveys:response", "GET", "vmpo"),
    ("surveys:response-remove", "POST", "mo"),
    ("consent:overview", "GET", "vmpo"),
    ("web:settings", "GET", "o"),
    ("web:staff-policy", "POST", "o"),
    ("web:staff-factor-later", "POST", "vcmspo"),
    ("web:staff-new", "GET", "o"),
    ("web:staff-new", "POST", "o"),
    ("web:staff-account", "GET", "o"),
    ("web:staff-account", "POST", "o"),
    ("web:staff-factor-reset", "POST", "o"),
    ("web:staff-password-link", "POST", "o"),
    ("web:key-list", "GET", "o"),
    ("web:key-new", "GET", "o"),
    ("web:key-new", "POST", "o"),
    ("web:key-revoke", "POST", "o"),
    ("web:webhook-list", "GET", "o"),
    ("web:webhook-new", "GET", "o"),
    ("web:webhook-new", "POST", "o"),
    ("web:webhook-detail", "GET", "o"),
    ("web:webhook-edit", "GET", "o"),
    ("web:webhook-edit", "POST", "o"),
    ("web:webhook-act", "POST", "o"),
    ("consent:access-log", "GET", "po"),
    ("consent:sealing", "GET", "po"),
    ("consent:sealing-rotate", "POST", "o"),
    ("consent:request-list", "GET", "po"),
    ("consent:request-detail", "GET", "po"),
    ("consent:request-act", "POST", "po"),
    ("consent:request-certificate", "GET", "po"),
    ("consent:request-copy", "POST", "po"),
    ("consent:guardian-record", "GET", "cspo"),
    ("consent:guardian-record", "POST", "cspo"),
    ("consent:request-new", "GET", "cspo"),
    ("consent:request-new", "POST", "cspo"),
    ("consent:request-receipt", "GET", "cspo"),
    ("consent:person", "GET", "po"),
    ("consent:person", "POST", "po"),
    ("consent:ledger", "GET", "po"),
    ("consent:proof", "GET", "po"),
    ("consent:history", "GET", "vcmspo"),
    ("consent:ledger-verify", "POST", "po"),
    ("consent:record-find", "GET", "cspo"),
    ("consent:record-find", "POST", "cspo"),
    ("consent:record", "GET", "cspo"),
    ("consent:record", "POST", "cspo"),
    ("consent:evidence-file", "GET", "po"),
    ("consent:receipt", "POST", "cspo"),
    ("consent:purpose-list", "GET", "po"),
    ("consent:purpose-list", "POST", "po"),
    ("consent:purpose", "GET", "po"),
    ("consent:purpose", "POST", "po"),
    ("consent:document-list", "GET", "po"),
    ("consent:text", "GET", "po"),
    ("consent:text-begin", "POST", "po"),
    ("consent:text-edit", "GET", "po"),
    ("consent:text-edit", "POST", "po"),
    ("consent:text-publish", "GET", "po"),
    ("consent:text-publish", "POST", "po"),
    ("consent:text-withdraw", "POST", "po"),
    ("consent:text-unreachable", "GET", "po"),
    ("consent:text-trial", "POST", "po"),
    ("consent:text-asking", "POST", "po"),
    ("consent:register", "GET", "po"),
    ("consent:register-csv", "GET", "po"),
    ("consent:activity", "GET", "po"),
    ("consent:activity", "POST", "po"),
    ("consent:activity-new", "GET", "po"),
    ("consent:activity-new", "POST", "po"),
    ("consent:complained", "POST", "cspo"),
    ("consent:special-keep", "POST", "cspo"),
    ("consent:send-link", "POST", "cspo"),
    ("consent:special-forget", "POST", "cspo"),
    ("consent:special-show", "POST", "cspo"),
    ("consent:retention-listed", "GET", "po"),
    ("consent:retention-pause", "POST", "po"),
    ("consent:breach-list", "GET", "po"),
    ("consent:breach-new", "GET", "po"),
    ("consent:breach-new", "POST", "po"),
    ("consent:breach-detail", "GET", "po"),
    ("consent:breach-people", "POST", "po"),
    ("consent:breach-act", "POST", "po"),
    ("consent:breach-pack", "POST", "po"),
    ("consent:breach-fetch", "POST", "po"),
    ("consent:breach-draft", "GET", "po"),
    ("consent:breach-draft", "POST", "po"),
    ("consent:minimisation", "GET", "po"),
    ("consent:minimisation-count", "POST", "po"),
    ("consent:minimisation-decide", "POST", "po"),
    ("consent:retention", "GET", "po"),
    ("consent:retention-confirm", "GET", "po"),
    ("consent:retention-confirm", "POST", "po"),
    ("consent:retention-start", "POST", "po"),
    ("consent:retention-forget", "POST", "po"),
    ("consent:retention-run", "GET", "po"),
    ("consent:retention-rule", "GET", "po"),
    ("consent:retention-rule", "POST", "po"),
    ("commerce:warranty-list", "GET", "vcmspo"),
    ("commerce:warranty-list", "POST", "vcmspo"),
    ("commerce:warranty-detail", "GET", "vcmspo"),
    ("commerce:warranty-claim", "POST", "cspo"),
    ("commerce:warranty-close", "POST", "cspo"),
    ("commerce:preorder-list", "GET", "vcmspo"),
    ("commerce:preorder-list", "POST", "vcmspo"),
    ("commerce:preorder-move", "POST", "cspo"),
    ("web:kiosk-start", "GET", "cmspo"),
    ("web:kiosk-start", "POST", "cmspo"),
    ("web:form-list", "GET", "vcmspo"),
    ("web:form-poster", "GET", "vcmspo"),
    ("commerce:stores", "GET", "spo"),
    ("commerce:store-connect", "GET", "o"),
    ("commerce:vendor-connect", "GET", "o"),
    ("commerce:vendor-connect", "POST", "o"),
    ("commerce:connection", "GET", "spo"),
    ("commerce:delivery-replay", "POST", "spo"),
    ("commerce:notice-show", "POST", "spo"),
    ("commerce:notice-close", "POST", "po"),
    ("events:overview", "GET", "spo"),
    ("events:connect", "GET", "o"),
    ("events:source", "GET", "o"),
    ("events:connect", "POST", "o"),
    ("events:source", "POST", "o"),
    ("events:quarantine-list", "GET", "spo"),
    ("events:quarantine-again", "POST", "spo"),
    ("events:quarantine-detail", "GET", "spo"),
    ("events:quarantine-detail", "POST", "spo"),
    *VOICE,
]
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
    "ask:page",
    "ask:personal",
    "ask:picture",
    "ask:embed",
    "ask:rate",
    "ask:claim",
    "ask:testimonial",
    "ask:testimonials",
    "ask:testimonials-embed",
}
FORMS = {f"web:{form}{part}" for form in ("signup", "warranty", "preorder") for part in ("", "-done")}
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
    "surveys",
    "voice",
    "ask",
}
ARGUMENTS = {
    "job_id": ID,
    "job": ID,
    "run_id": ID,
    "breach": ID,
    "act": ID,
    "theme": ID,
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
    "page": 0,
    "part": ID,
    "pair": ID,
    "product": ID,
    "key": "no-such",
    "name": "privacy",
    "action": "start",
    "step": "content",
    "token": "nonsense",
    "secret": "nonsense",
    "slug": "no-such",
    "user": ID,
    "ticket": ID,
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
