"""The shop's tablet in a customer's hands: nothing of staff can be reached from it until a member of staff is back."""

import html

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cdp.core.models import AuditEntry, User
from surveys.models import Response
from surveys.rules import ready
from surveys.rules.definition import written
from tests import factories, filling
from tests.architecture import test_permissions as policy
from tests.surveys import asking
from tests.surveys.forms import opened
from tests.surveys.rules.questionnaires import page, question, value

PUBLIC = {f"/{form}/{part}" for form in ("signup", "warranty", "preorder") for part in ("", "done/")} | {
    "/privacy/",
    "/terms/",
    "/kiosk/unlock/",
}
UNLOCK = "/kiosk/unlock/"


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def clerk(db) -> User:
    return factories.staff("clerk")


@pytest.fixture
def tablet(clerk) -> Client:
    """The clerk's own browser after the tablet was handed over."""
    browser = Client()
    browser.force_login(clerk)
    assert browser.post("/kiosk/", {"form": "signup", "language": "th", "back": "/counter/"}).status_code == 302
    return browser


def test_handing_over_opens_the_form_in_the_chosen_language_and_is_in_the_audit(client, clerk):
    client.force_login(clerk)
    answer = client.post("/kiosk/", {"form": "warranty", "language": "ko"})
    assert answer["Location"] == "/warranty/?src=kiosk&kiosk=ko&lang=ko"
    page = client.get(answer["Location"])
    assert page.headers["Content-Language"] == "ko"
    (entry,) = AuditEntry.objects.filter(action="core:kiosk:locked")
    assert (entry.actor_id, entry.details) == (clerk.id, {"form": "warranty"})


def test_a_tablet_runs_a_survey_for_one_customer_after_the_other_and_opens_nothing_else(client, clerk):
    asking.opened(value(page("one", question("nps", "score", required=True))), slug="nps")
    asking.opened(written(ready.one("about_you")), slug="quiet", is_anonymous=True)
    client.force_login(clerk)
    assert "survey:nps" in client.get("/kiosk/").content.decode()
    assert client.post("/kiosk/", {"form": "survey:quiet", "language": "th"}).status_code == 422
    begun = client.post("/kiosk/", {"form": "survey:nps", "language": "ko", "back": "/counter/"})["Location"]
    assert begun == "/s/nps/?src=kiosk&kiosk=ko&lang=ko"
    for score in ("9", "3"):  # the second finds nothing of the first
        first = opened(client, begun)
        assert " checked" not in first.text
        thanks = first.send(client, q__score=score).content.decode()
        assert 'href="/s/nps/?' in thanks
    assert sorted(Response.objects.values_list("mode", "state")) == [("kiosk", "complete")] * 2
    for path in ("/s/nps/some-token-of-somebody", "/s/quiet/claim/", "/surveys/"):
        assert client.get(path)["Location"] == UNLOCK, path
    assert begun in html.unescape(client.get(UNLOCK).content.decode())
    back = client.post(UNLOCK, {"password": factories.PASSWORD})
    assert back["Location"] == "/counter/"


def test_every_staff_page_leads_to_the_unlocking_page_while_the_tablet_is_locked(tablet):
    for name, method, _who in policy.PAGES:
        path = policy.address(name)
        answer = tablet.generic(method, path, content_type="application/x-www-form-urlencoded")
        assert (answer.status_code, answer["Location"]) == (302, UNLOCK), (method, path)
    for path in (
        "/admin/",
        "/admin/customers/customer/",
        "/accounts/login/",
        "/accounts/logout/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/language/",
        "/metrics",
        "/no/such/page/",
        "/unsubscribe/nonsense",
        "/kiosk/",
    ):
        assert tablet.get(path)["Location"] == UNLOCK, path


def test_parts_of_pages_and_the_interface_are_refused_on_a_locked_tablet(tablet):
    part = tablet.get("/jobs/", headers={"HX-Request": "true"})
    assert part.status_code == 401
    for path in ("/api/v1/customers", "/api/v1/customers/lookup", "/api/docs/", "/api/schema/"):
        assert tablet.get(path).status_code == 403, path


def test_the_session_of_the_clerk_is_gone_and_not_only_hidden(tablet):
    assert "_auth_user_id" not in tablet.session
    for path in PUBLIC:
        assert not tablet.get(path).wsgi_request.user.is_authenticated, path


def test_a_locked_tablet_takes_one_customer_after_the_other_whatever_the_address_says(tablet):
    for name in ("Ann Smith", "Bo Lee"):
        page = tablet.get("/signup/")
        assert page.status_code == 200
        assert page.headers["Content-Language"] == "th"
        assert 'autocomplete="name"' not in page.content.decode()
        done = filling.send(tablet, "signup", name=name, email=f"{name[0]}@example.com")["Location"]
        first, second = (tablet.get(done).content.decode() for _ in range(2))
        assert ("voucher" in first, "voucher" in second) == (True, False)


def test_the_language_of_one_customer_is_not_left_to_the_next(tablet):
    assert tablet.get("/signup/?lang=ko").headers["Content-Language"] == "ko"
    assert "cdp_language" not in tablet.cookies
    assert tablet.get("/signup/").headers["Content-Language"] == "th"


def test_a_tablet_without_a_login_begins_in_its_own_language_and_leaves_no_cookie(db, client):
    client.cookies["cdp_language"] = "en"
    assert client.get("/signup/?kiosk=th").headers["Content-Language"] == "th"
    switched = client.get("/signup/?kiosk=th&lang=ko")
    assert switched.headers["Content-Language"] == "ko"
    assert "cdp_language" not in switched.cookies


def test_staff_are_asked_to_hand_over_before_a_tablet_form_opens_in_their_session(client, clerk):
    client.force_login(clerk)
    for path in ("/signup/?kiosk=th", "/signup/done/?kiosk=th"):
        assert client.get(path)["Location"] == "/kiosk/?form=signup&language=th"
    page = client.get("/kiosk/?form=signup&language=th").content.decode()
    assert 'value="th" selected' in page
    assert client.get("/counter/").status_code == 200  # looking at it locks nothing


@pytest.mark.parametrize("given", [{"form": "login"}, {"language": "xx"}, {"form": "signup\x00"}, {}])
def test_nonsense_locks_nothing(client, clerk, given):
    client.force_login(clerk)
    assert client.post("/kiosk/", given).status_code == 422
    assert client.get("/counter/").status_code == 200


def test_the_password_of_the_clerk_brings_the_work_back(tablet, clerk):
    assert tablet.post(UNLOCK, {"password": "wrong"}).status_code == 422
    assert tablet.get("/counter/")["Location"] == UNLOCK
    assert tablet.post(UNLOCK, {"password": factories.PASSWORD})["Location"] == "/counter/"
    assert tablet.get("/counter/").status_code == 200
    assert AuditEntry.objects.get(action="core:kiosk:unlocked").actor_id == clerk.id
    assert tablet.get(UNLOCK)["Location"] == "/"


def test_back_leads_nowhere_else(client, clerk):
    client.force_login(clerk)
    client.post("/kiosk/", {"form": "signup", "language": "en", "back": "https://evil.example/"})
    assert client.post(UNLOCK, {"password": factories.PASSWORD})["Location"] == "/"


def test_somebody_else_of_the_shop_takes_over_with_an_account_of_their_own(tablet):
    other = factories.staff("steward")
    assert tablet.post(UNLOCK, {"email": other.email, "password": "wrong"}).status_code == 422
    assert tablet.post(UNLOCK, {"email": other.email, "password": factories.PASSWORD})["Location"] == "/"
    assert tablet.get("/").wsgi_request.user == other


def test_the_second_factor_of_somebody_else_is_not_skipped(tablet):
    other = factories.staff("owner")
    totp.TOTP.activate(other, totp.generate_totp_secret())
    answer = tablet.post(UNLOCK, {"email": other.email, "password": factories.PASSWORD})
    assert answer["Location"] == reverse("account_login")
    assert not tablet.get("/accounts/login/").wsgi_request.user.is_authenticated


def test_somebody_who_left_unlocks_nothing(tablet, clerk):
    clerk.is_active = False
    clerk.save()
    assert tablet.post(UNLOCK, {"password": factories.PASSWORD}).status_code == 422


def test_guessing_is_stopped_after_some_attempts(tablet):
    for _ in range(12):
        answer = tablet.post(UNLOCK, {"password": "guess"})
    assert answer.status_code == 422
    assert tablet.post(UNLOCK, {"password": factories.PASSWORD}).status_code == 422


def test_nothing_of_the_locked_pages_and_of_staff_stays_in_the_browsers_memory(tablet, client, clerk):
    client.force_login(clerk)
    for seen in (client.get("/counter/"), client.get("/customers/"), tablet.get(UNLOCK), tablet.get("/counter/")):
        assert "no-store" in seen.headers["Cache-Control"]


def test_the_unlocking_page_names_nobodys_address_and_goes_back_to_the_form(tablet, clerk):
    page = tablet.get(UNLOCK).content.decode()
    assert clerk.email not in page
    assert "/signup/?src=kiosk&amp;kiosk=th&amp;lang=th" in page
    assert 'http-equiv="refresh"' in page
