"""Who may open what beside the pages of our rooms: the data admin, allauth's pages, the API's documents, health.

With `test_permissions.py` every address of the product stands in a table; one that stands in none fails here.
"""

import uuid

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core.cache import cache
from django.urls import get_resolver, reverse
from django.utils import timezone

from cdp import api
from cdp.core import actors, source_secrets
from cdp.core.access import LETTERS
from cdp.core.models import Role, Source
from customers.models import ContactPoint
from tests import factories
from tests.architecture import test_permissions as rooms

# Model in the data admin: who may see its rows, who may add one. "" is nobody.
ADMIN = {
    "account.emailaddress": ("", ""),
    "auth.group": ("", ""),
    "mfa.authenticator": ("", ""),
    "campaigns.campaign": ("spo", ""),
    "commerce.exchangerate": ("spo", "spo"),
    "commerce.order": ("spo", ""),
    "commerce.product": ("spo", "spo"),
    "commerce.refund": ("spo", ""),
    "commerce.store": ("spo", "spo"),
    "commerce.storefront": ("spo", "o"),
    "consent.consentrecord": ("spo", ""),
    "consent.policyversion": ("spo", ""),
    "consent.purpose": ("spo", ""),
    "core.source": ("spo", ""),
    "core.sourcesecret": ("spo", "o"),
    "customers.address": ("spo", ""),
    "customers.asked": ("spo", ""),
    "customers.contactpoint": ("spo", ""),
    "customers.customer": ("spo", ""),
    "customers.formchoice": ("spo", "spo"),
    "customers.identifier": ("spo", ""),
    "customers.interaction": ("spo", ""),
    "customers.interactiontopic": ("spo", "spo"),
    "customers.mergesuggestion": ("spo", ""),
    "customers.note": ("spo", ""),
    "customers.profilequestion": ("spo", ""),
    "loyalty.offer": ("spo", ""),
}
# allauth's pages and others without a room: what a stranger gets, and what whoever is logged in gets.
LOG_IN = (302, "/accounts/login/")
ALONE = {
    "account_login": (200, 302),
    "account_logout": (302, 200),
    "account_inactive": (200, 200),
    "account_signup": (200, 302),
    "account_reauthenticate": (LOG_IN, 200),
    "account_email": (LOG_IN, 200),
    "account_email_verification_sent": (200, 200),
    "account_change_password": (LOG_IN, 200),
    "account_set_password": (LOG_IN, 302),
    "account_reset_password": (200, 200),
    "account_confirm_login_code": (302, 302),
    "account_confirm_email": (200, 200),
    "account_reset_password_from_key_done": (200, 200),
    "account_reset_password_from_key": (200, 200),
    "account_reset_password_done": (200, 200),
    "mfa_index": (LOG_IN, 200),
    "mfa_authenticate": (302, 302),
    "mfa_reauthenticate": (LOG_IN, 302),
    "mfa_activate_totp": (LOG_IN, 302),
    "mfa_deactivate_totp": (LOG_IN, 404),
    "mfa_view_recovery_codes": (LOG_IN, 404),
    "mfa_generate_recovery_codes": (LOG_IN, 302),
    "mfa_download_recovery_codes": (LOG_IN, 404),
    "set_language": (302, 302),
    "api-schema": (200, 200),
    "api-docs": (200, 200),
    "api-redoc": (200, 200),
    "healthz": (200, 200),
    "readyz": (200, 200),
    "metrics": (200, 200),  # the test client stands on loopback
}
TAKES = {
    "account_confirm_email": ["nonsense"],
    "account_reset_password_from_key": ["1", "set-password"],
}


@pytest.fixture(autouse=True)
def empty_cache(db):
    cache.clear()


def every(resolver=None, space=""):
    """Every address: its name space and name."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from every(pattern, pattern.namespace or space)
        else:
            yield space, pattern.name


def test_every_address_of_the_product_stands_in_a_table():
    calls = {pattern.name for pattern in api.router.urls}
    others = {(space, name) for space, name in every() if space != "admin" and name not in calls}
    assert {space for space, _name in others} <= rooms.ROOMS | {""}, "a room of its own has a table of its own"
    assert {name for space, name in others if not space} == set(ALONE)
    assert {model._meta.label_lower for model in admin.site._registry} == set(ADMIN)


@pytest.mark.parametrize("role", Role.values)
def test_a_role_sees_its_records_in_the_data_admin_and_no_others(client, role):
    client.force_login(factories.staff(role))
    client.raise_request_exception = False
    may_enter, wrong = role in {LETTERS[letter] for letter in "spo"}, []
    for label, letters in ADMIN.items():
        base = f"/admin/{label.replace('.', '/')}/"
        for path, who in zip((base, f"{base}add/"), letters, strict=True):
            status = client.get(path).status_code
            may = role in {LETTERS[letter] for letter in who}
            if status != (200 if may else 403 if may_enter else 302):
                wrong.append((path, status, "may" if may else "may not"))
    assert not wrong, wrong


def test_a_stranger_sees_nothing_of_the_data_admin(client):
    for label in ADMIN:
        answer = client.get(f"/admin/{label.replace('.', '/')}/")
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/"), label


@pytest.mark.parametrize("role", ["", *Role.values])
def test_pages_without_a_room_are_open_to_whom_the_table_says(client, role):
    if role:
        client.force_login(factories.staff(role))
    client.raise_request_exception = False
    wrong = []
    for name, (stranger, colleague) in ALONE.items():
        answer = client.get(reverse(name, args=TAKES.get(name, ())))
        found = answer.status_code
        expected = colleague if role else stranger
        if expected == LOG_IN:
            found = (found, answer.get("Location", "").split("?")[0])
        if found != expected:
            wrong.append((name, found, expected))
    assert not wrong, wrong


# --- Somebody else's things -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["viewer", "clerk", "marketer", "steward", "privacy"])
def test_nobody_but_an_owner_reaches_an_account_by_its_address(client, role):
    owner = factories.staff("owner")
    client.force_login(factories.staff(role))
    for path in ("", "second-factor/", "password/"):
        answer = client.post(f"/settings/staff/{owner.id}/{path}", {"name": "X", "role": "viewer"})
        assert answer.status_code == 403, path
    owner.refresh_from_db()
    assert owner.role == "owner"


@pytest.mark.parametrize("role", ["steward", "privacy", "owner"])
def test_second_factors_of_others_are_out_of_reach_in_the_data_admin(client, role):
    owner = factories.staff("owner", "boss@example.com")
    row = Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={"secret": "x"})
    client.force_login(factories.staff(role))
    for path in ("", f"{row.pk}/change/", f"{row.pk}/delete/"):
        assert client.post(f"/admin/mfa/authenticator/{path}", {"post": "yes"}).status_code == 403, path
    assert Authenticator.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("role", ["viewer", "marketer"])
def test_a_contact_of_one_customer_is_not_shown_under_the_address_of_another(client, role):
    ada, bo = factories.customer(name="Ada", email="ada@example.com"), factories.customer(name="Bo")
    part = ada_part(ada)
    client.force_login(factories.staff(role))
    answer = client.post(reverse("customers:contact-show", args=[bo.id, part]), {"reason": "call"})
    assert answer.status_code == (403 if role == "viewer" else 404)
    assert b"ada@example.com" not in answer.content


def ada_part(customer) -> uuid.UUID:
    return ContactPoint.objects.filter(customer=customer).values_list("id", flat=True)[0]


def test_a_key_with_one_scope_learns_nothing_of_what_another_opens(client):
    ada = factories.customer(name="Ada", email="ada@example.com")
    _key, text = factories.api_key(("orders:read",))
    for path in (f"customers/{ada.id}", f"customers/{ada.id}/timeline", f"consents?customer={ada.id}"):
        answer = client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {text}"})
        assert answer.status_code == 403, path
        assert b"ada@example.com" not in answer.content


def test_a_steward_reads_secrets_of_sources_nowhere(client):
    till = Source.objects.create(key="till", name="Till")
    source_secrets.put(source=till, secret="whsec_very_secret", actor=actors.SYSTEM, now=timezone.now())
    client.force_login(factories.staff("steward"))
    for path in ("/admin/core/sourcesecret/", "/admin/core/source/"):
        assert b"whsec_very_secret" not in client.get(path).content
