"""Staff accounts under /settings/, and the second factor that a shop may require."""

import re
import threading

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from cdp.core import accounts, actors
from cdp.core.models import AuditEntry, StaffPolicy, User
from cdp.web import second_factor
from tests import factories

NOW = timezone.now()
ACTIVATE = "/accounts/2fa/totp/activate/"


@pytest.fixture
def owner(db: None, client: Client) -> User:
    user = factories.staff("owner")
    client.force_login(user)
    return user


class HalfMinutes:
    """The clock of second factors, which goes on when told."""

    now = 1000


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> HalfMinutes:
    cache.clear()  # codes that were used
    stands = HalfMinutes()
    monkeypatch.setattr(totp, "yield_hotp_counters_from_time", lambda: iter([stands.now]))
    return stands


def code(secret: str) -> str:
    """What the telephone shows at this moment."""
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def set_up(client: Client) -> str:
    """Log in as somebody who knows the password, and scan the code; the secret."""
    page = client.get(ACTIVATE)
    if page.status_code == 302:  # asks for the password once more
        client.post(page["Location"], {"password": factories.PASSWORD})
        page = client.get(ACTIVATE)
    secret = page.context["form"].secret
    assert client.post(ACTIVATE, {"code": code(secret)}).status_code == 302
    return secret


def require(*roles: str) -> None:
    accounts.set_policy(second_factor="required", roles=roles, actor=actors.SYSTEM, at=NOW)


def test_an_owner_sees_everybody_with_role_factor_and_last_login(client: Client, owner: User) -> None:
    factories.staff("clerk", "cla@example.com")
    page = client.get("/settings/").content.decode()
    for told in ("cla@example.com", "owner@example.com", "Clerk", "Never", "Protect your account"):
        assert told in page


def test_an_invited_colleague_chooses_a_password_by_the_link_and_logs_in(client: Client, owner: User) -> None:
    answer = client.post("/settings/staff/new/", {"email": "Cla@example.com", "name": "Cla", "role": "clerk"})
    assert (answer.status_code, answer["Location"]) == (302, "/settings/")
    cla = User.objects.get(email="cla@example.com")
    assert (cla.role, cla.name) == ("clerk", "Cla")
    [letter] = mail.outbox
    assert letter.to == ["cla@example.com"]
    link = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", letter.body)
    assert link
    guest = Client()
    form = guest.get(link[1], follow=True)
    chosen = {"password1": "a horse that is new", "password2": "a horse that is new"}
    assert guest.post(form.redirect_chain[-1][0], chosen).status_code == 302
    assert guest.login(email="cla@example.com", password="a horse that is new")
    assert AuditEntry.objects.filter(action="core:staff:created", actor_id=owner.id).exists()


@pytest.mark.parametrize("email", ["owner@example.com", "nonsense"])
def test_an_invitation_that_cannot_be_is_refused_at_the_field(client: Client, owner: User, email: str) -> None:
    answer = client.post("/settings/staff/new/", {"email": email, "name": "X", "role": "clerk"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["email"]


def test_a_role_changes_at_once_and_somebody_shut_out_is_out(client: Client, owner: User) -> None:
    cla = factories.staff("clerk")
    theirs = Client()
    theirs.force_login(cla)
    assert theirs.get("/segments/").status_code == 403
    client.post(f"/settings/staff/{cla.id}/", {"name": "Cla", "role": "marketer", "is_active": "on"})
    assert theirs.get("/segments/").status_code == 200
    client.post(f"/settings/staff/{cla.id}/", {"name": "Cla", "role": "marketer"})
    assert theirs.get("/segments/").status_code == 302
    assert [row.details for row in AuditEntry.objects.filter(action="core:staff:changed").order_by("id")] == [
        {"role": ["clerk", "marketer"]},
        {"is_active": [True, False]},
    ]


def test_the_last_owner_stays_and_nobody_shuts_out_themselves(client: Client, owner: User) -> None:
    mine = f"/settings/staff/{owner.id}/"
    answer = client.post(mine, {"name": "O", "role": "clerk", "is_active": "on"})
    assert "This is the last owner" in answer.content.decode()
    factories.staff("owner", "o2@example.com")
    assert "You cannot shut out yourself" in client.post(mine, {"name": "O", "role": "owner"}).content.decode()
    assert client.post(mine, {"name": "O", "role": "clerk", "is_active": "on"}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_demote_each_other_at_one_moment_leave_one() -> None:
    first, second = factories.staff("owner"), factories.staff("owner", "o2@example.com")
    begin = threading.Barrier(2)

    def demote(who: User) -> None:
        begin.wait()
        try:
            accounts.change(user=who.id, name="x", role="clerk", is_active=True, actor=actors.SYSTEM, at=NOW)
        except accounts.UnableToChange:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=demote, args=[who]) for who in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert User.objects.filter(role="owner").count() == 1


def test_whoever_needs_a_second_factor_sees_nothing_until_it_is_set_up(client: Client, db: None) -> None:
    officer = factories.staff("privacy")
    require("privacy")
    client.force_login(officer)
    for path in ("/", "/customers/", "/consent/", "/admin/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, ACTIVATE), path
    assert client.get("/jobs/", headers={"HX-Request": "true"})["HX-Redirect"] == ACTIVATE
    assert client.get("/privacy/").status_code == 200
    set_up(client)
    assert client.get("/consent/").status_code == 200


def test_with_a_second_factor_the_password_alone_lets_nobody_in(client: Client, db: None, clock: HalfMinutes) -> None:
    officer = factories.staff("privacy")
    client.force_login(officer)
    secret = set_up(client)
    guest = Client()
    answer = guest.post("/accounts/login/", {"login": officer.email, "password": factories.PASSWORD})
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert guest.get("/").status_code == 302
    assert guest.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    clock.now += 1
    guest.post("/accounts/2fa/authenticate/", {"code": code(secret)})
    assert guest.get("/").status_code == 200


def test_the_secret_of_a_second_factor_is_sealed(client: Client, db: None) -> None:
    client.force_login(factories.staff("privacy"))
    secret = set_up(client)
    for row in Authenticator.objects.all():
        assert secret not in str(row.data)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        assert not [data for (data,) in cursor.fetchall() if secret in data]


def test_a_second_factor_that_is_required_cannot_be_put_away(client: Client, db: None) -> None:
    officer = factories.staff("privacy")
    client.force_login(officer)
    set_up(client)
    require("privacy")
    client.post("/accounts/2fa/totp/deactivate/")
    assert second_factor.has_one(officer)


def test_an_owner_resets_the_factor_of_somebody_who_lost_the_telephone(client: Client, owner: User) -> None:
    officer = factories.staff("privacy")
    theirs = Client()
    theirs.force_login(officer)
    set_up(theirs)
    client.post(f"/settings/staff/{officer.id}/second-factor/")
    assert not Authenticator.objects.filter(user=officer).exists()
    assert AuditEntry.objects.filter(action="core:staff:factor_reset", actor_id=owner.id).exists()


def test_the_policy_is_for_roles_and_reaches_whoever_gets_such_a_role_later(client: Client, owner: User) -> None:
    answer = client.post("/settings/second-factor/", {"second_factor": "required"})
    assert (answer.status_code, StaffPolicy.objects.exists()) == (422, False)
    client.post("/settings/second-factor/", {"second_factor": "required", "roles": ["privacy"]})
    cla = factories.staff("clerk")
    accounts.change(user=cla.id, name="Cla", role="privacy", is_active=True, actor=actors.SYSTEM, at=NOW)
    fresh = accounts.create(
        email="p2@example.com", role="privacy", password=factories.PASSWORD, actor=actors.SYSTEM, at=NOW
    )
    assert set(User.objects.filter(factor_required=True)) == {cla, fresh}
    client.post("/settings/second-factor/", {"second_factor": "off", "roles": ["privacy"]})
    assert not User.objects.filter(factor_required=True).exists()
    assert not second_factor.is_recommended(owner)


def test_a_fresh_shop_asks_nobody_for_a_second_factor(client: Client, owner: User) -> None:
    assert accounts.policy().second_factor == "recommended"
    assert second_factor.is_recommended(owner)
    assert client.get("/").status_code == 200


def test_there_is_no_link_for_whoever_may_not_log_in(client: Client, owner: User) -> None:
    cla = factories.staff("clerk")
    client.post(f"/settings/staff/{cla.id}/password/")
    assert len(mail.outbox) == 1
    User.objects.filter(id=cla.id).update(is_active=False)
    client.post(f"/settings/staff/{cla.id}/password/")
    assert len(mail.outbox) == 1


def test_whoever_may_delete_everything_is_advised_to_set_one_up_and_may_put_it_off(client: Client, owner: User) -> None:
    words = "Protect your account with a second factor"
    assert words in client.get("/").content.decode()
    assert client.post("/settings/second-factor/later/")["Location"] == "/"
    assert words not in client.get("/").content.decode()
    client.force_login(factories.staff("privacy"))
    assert words in client.get("/").content.decode(), "somebody else at the same browser is told too"
    client.force_login(factories.staff("steward"))
    assert words not in client.get("/").content.decode()
    client.force_login(owner)
    del client.cookies[second_factor.LATER]
    assert words in client.get("/").content.decode(), "after a week"
    client.force_login(owner)
    set_up(client)
    assert words not in client.get("/").content.decode()
