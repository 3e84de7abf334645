"""What staff see of stores: requests, failures with a second try, counts; and where a secret goes in."""

import os

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.utils import timezone

from cdp.core import audit, source_secrets
from cdp.core.models import AccessEntry, AuditEntry, Source, SourceSecret
from commerce.models import HookDelivery, StoreNotice
from commerce.services.hooks import deliveries
from tests import factories
from tests.commerce.hooks.stores import SECRET
from tests.commerce.hooks.test_shopify import CUSTOMER, ORDER

REDACT = {"shop_id": 1, "customer": {"id": 5, "email": "ada@example.com"}, "orders_to_redact": []}


@pytest.fixture
def privacy(client):
    client.force_login(factories.staff("privacy"))
    return client


def test_a_request_is_shown_until_the_privacy_officer_closes_it(shopify, privacy):
    shopify.tell("customers/redact", REDACT)
    page = privacy.get("/hooks/").content.decode()
    assert "A customer asks to be erased" in page
    assert "a•••@example.com" in page
    notice = StoreNotice.objects.get()
    assert privacy.post(f"/hooks/requests/{notice.id}/close").status_code == 302
    notice.refresh_from_db()
    assert (notice.state, notice.wrapped) == ("closed", None)
    assert AuditEntry.objects.filter(action="commerce:store_notice:closed").count() == 1
    assert "ada@example.com" not in privacy.get("/hooks/").content.decode()
    assert privacy.post(f"/hooks/requests/{notice.id}/close").status_code == 404


def test_whom_a_request_names_is_shown_when_asked_for_and_the_look_is_written_down(shopify, privacy):
    shopify.tell("customers/redact", REDACT)
    notice = StoreNotice.objects.get()
    assert "ada@example.com" not in privacy.get("/hooks/").content.decode()
    assert not AuditEntry.objects.filter(action="customers:contact:revealed").exists()
    assert "ada@example.com" in privacy.post(f"/hooks/requests/{notice.id}/show").content.decode()
    looked = AccessEntry.objects.get(view="commerce:notice-show")
    assert looked.reason == "store notice: customer_redact"
    assert AuditEntry.objects.get(action="customers:contact:revealed").object_id == str(notice.id)
    assert privacy.get(f"/hooks/requests/{notice.id}/show").status_code == 405
    assert "ada@example.com" not in privacy.get("/hooks/").content.decode()


def test_whom_a_closed_request_named_is_not_shown(shopify, privacy):
    shopify.tell("customers/redact", REDACT)
    notice = StoreNotice.objects.get()
    privacy.post(f"/hooks/requests/{notice.id}/close")
    assert privacy.post(f"/hooks/requests/{notice.id}/show").status_code == 404
    assert not AccessEntry.objects.filter(view="commerce:notice-show").exists()


def test_a_marketer_is_not_shown_whom_a_request_names(shopify, privacy, client):
    shopify.tell("customers/redact", REDACT)
    client.force_login(factories.staff("marketer"))
    assert client.post(f"/hooks/requests/{StoreNotice.objects.get().id}/show").status_code == 403


def test_a_failure_is_told_in_words_and_tried_again_by_a_click(shopify, privacy):
    shopify.tell("orders/create", ORDER | {"currency": "bitcoin"})
    page = privacy.get("/hooks/").content.decode()
    assert "Unknown currency" in page
    assert "orders/create" in page
    failed = HookDelivery.objects.get()
    assert privacy.post(f"/hooks/deliveries/{failed.id}/replay").status_code == 302
    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == ("waiting", 0)
    deliveries.work_off(now=timezone.now())
    assert privacy.post(f"/hooks/deliveries/{factories.ids.uuid7()}/replay").status_code == 404


def test_counts_are_shown_by_source_and_topic(shopify, privacy):
    shopify.tell("customers/create", CUSTOMER)
    shopify.send("themes/publish", {"id": 1})
    page = privacy.get("/hooks/").content.decode()
    assert "customers/create" in page
    assert "themes/publish" in page
    assert SECRET not in page


def test_the_page_of_a_shop_without_stores_says_what_to_do(db, privacy):
    assert "Nothing has been told yet" in privacy.get("/hooks/").content.decode()


@pytest.mark.parametrize("vendor", ["shopify", "woocommerce", "facebook", "linkedin", "line"])
def test_an_administrator_connects_each_kind_by_its_own_steps_and_gets_its_address(client, db, settings, vendor):
    settings.CDP_BASE_URL = "https://crm.example.com"
    client.force_login(factories.staff("owner"))
    assert "/hooks/connect/" in client.get("/hooks/").content.decode()
    assert f"/hooks/connect/{vendor}/" in client.get("/hooks/connect/").content.decode()
    asked = client.get(f"/hooks/connect/{vendor}/").content.decode()
    assert ('name="token"' in asked) == (vendor in {"facebook", "linkedin", "line"})
    answer = client.post(f"/hooks/connect/{vendor}/", {"name": "Bangkok Shop", "secret": SECRET}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [("/hooks/connections/bangkok-shop/", 302)]
    assert f'data-copy="https://crm.example.com/hooks/{vendor}/bangkok-shop"' in page
    assert (source_secrets.verify_token("bangkok-shop") in page) == (vendor == "facebook")
    assert "Nothing has arrived yet" in page
    assert SECRET not in page
    secret = SourceSecret.objects.get(source__key="bangkok-shop", source__kind="store", vendor=vendor)
    assert source_secrets.find(secret.source) == SECRET.encode()
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {
        "core:source:created",
        audit.Action.SOURCE_SECRET_SET,
    }


def test_a_secret_made_here_is_filled_in_and_a_part_of_it_is_refused(client, db):
    client.force_login(factories.staff("owner"))
    place = "/hooks/connect/woocommerce/"
    made = client.get(place).context["proposed"]
    filled = {"name": "ร้านชา", "proposed": made}
    for cut in (made[:8], made[:-1], "a secret of 15"):
        refused = client.post(place, filled | {"secret": cut})
        assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"secret"})
        page = refused.content.decode()
        assert f'value="{made}"' in page, "it stands there again"
        assert f'value="{cut}"' not in page
    assert "only a part of the secret" in client.post(place, filled | {"secret": made[:20]}).content.decode()
    assert client.post(place, filled | {"secret": made}).status_code == 302
    kept = SourceSecret.objects.get()
    assert (kept.source.key, kept.source.name) == ("source-1", "ร้านชา")
    assert source_secrets.find(kept.source) == made.encode()
    assert "ร้านชา" in client.get("/hooks/").content.decode()
    assert 'value="ร้านชา"' in client.get(f"{place}?name=source-1").content.decode()


def test_the_page_of_a_connection_follows_what_arrives(shopify, privacy):
    cache.clear()
    place = f"/hooks/connections/{shopify.source.key}/"

    def state() -> str:
        return privacy.get(place, {"watch": ""}, headers={"HX-Request": "true"}).content.decode()

    assert "Nothing has arrived yet" in state()
    shopify.send("customers/create", CUSTOMER, secret="another secret altogether")
    assert "signature does not fit" in state()
    shopify.tell("customers/create", CUSTOMER)
    assert "It works" in state()
    shopify.tell("orders/create", ORDER | {"currency": "bitcoin"})
    assert "Unknown currency" in state()
    assert privacy.get("/hooks/connections/no-such/").status_code == 404


@pytest.mark.parametrize(
    ("name", "secret"),
    [("…", SECRET), ("Sample", SECRET), ("", SECRET), ("Shop", "short"), ("Shop", SECRET[:31]), ("Shop", "")],
)
def test_a_store_without_a_usable_name_or_secret_is_not_connected(client, db, name, secret):
    client.force_login(factories.staff("owner"))
    answer = client.post("/hooks/connect/shopify/", {"name": name, "secret": secret})
    assert answer.status_code == 422
    assert not SourceSecret.objects.exists()
    assert f'value="{SECRET}"' not in answer.content.decode()
    assert client.post("/hooks/connect/nothing/", {"name": name, "secret": secret}).status_code == 404


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("token", "short"),
        ("token", "ไม่ใช่โทเค็น-ไม่ใช่โทเค็น"),
        ("consent_box", "ยินยอม"),
        ("secret", " a b c "),
        ("name", "?"),
    ],
)
def test_a_fault_stands_at_the_field_that_has_it_and_nothing_is_written(client, db, field, text):
    client.force_login(factories.staff("owner"))
    given = {"name": "Page", "secret": SECRET, "token": "", "consent_box": "", field: text}
    answer = client.post("/hooks/connect/facebook/", given)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not SourceSecret.objects.exists()
    assert not Source.objects.filter(key="page").exists()


def test_a_name_in_use_is_refused_until_replacing_is_chosen(client, db):
    client.force_login(factories.staff("owner"))
    first = {"name": "Bangkok Shop", "secret": SECRET, "token": "a-token-of-line"}
    assert 'name="replaces"' not in client.get("/hooks/connect/line/").content.decode()
    assert client.post("/hooks/connect/line/", first).status_code == 302
    again = {"name": "bangkok shop", "secret": "another secret that has 32 letters", "token": ""}
    asked = client.post("/hooks/connect/facebook/", again)
    assert (asked.status_code, set(asked.context["form"].errors)) == (422, {"replaces"})
    assert 'name="replaces"' in asked.content.decode()
    kept = SourceSecret.objects.get()
    assert (kept.vendor, source_secrets.find(kept.source)) == ("line", SECRET.encode())
    assert source_secrets.find_token(kept.source, "access") == "a-token-of-line"
    assert client.post("/hooks/connect/facebook/", again | {"replaces": "on"}).status_code == 302
    kept.refresh_from_db()
    assert (kept.vendor, source_secrets.find(kept.source)) == ("facebook", b"another secret that has 32 letters")
    assert 'name="replaces"' in client.get("/hooks/connect/line/?name=bangkok-shop").content.decode()


def test_a_steward_sees_who_connects_a_store_and_cannot_do_it(client, db):
    client.force_login(factories.staff("steward"))
    page = client.get("/hooks/").content.decode()
    assert "The owner connects a store" in page
    assert "/hooks/connect/" not in page
    assert client.get("/hooks/connect/").status_code == 403


def test_the_command_sets_a_secret_from_the_environment_and_never_prints_it(db, monkeypatch, capsys):
    monkeypatch.setitem(os.environ, "STORE_SECRET", SECRET)
    call_command("create_source", "My Store", secret_from_env="STORE_SECRET")
    call_command("create_source", "My Store", secret_from_env="STORE_SECRET")
    printed = capsys.readouterr()
    assert printed.out.count("wk_") == 1
    assert SECRET not in printed.out + printed.err
    kept = SourceSecret.objects.get()
    assert SECRET.encode() not in bytes(kept.wrapped)
    assert source_secrets.find(kept.source) == SECRET.encode()


def test_the_command_asks_for_a_secret(db, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda _prompt: SECRET)
    call_command("create_source", "Asked", secret_prompt=True)
    assert source_secrets.find(SourceSecret.objects.get().source) == SECRET.encode()


@pytest.mark.parametrize("secret", ["", "short", "x" * 501])
def test_a_text_that_cannot_be_a_secret_is_refused_and_makes_no_source(db, monkeypatch, secret):
    monkeypatch.setitem(os.environ, "STORE_SECRET", secret)
    with pytest.raises(CommandError) as refused:
        call_command("create_source", "My Store", secret_from_env="STORE_SECRET")
    assert not SourceSecret.objects.exists()
    assert not secret or secret not in str(refused.value)


def test_a_variable_that_is_not_there_is_named(db):
    with pytest.raises(CommandError, match="NO_SUCH_VARIABLE"):
        call_command("create_source", "My Store", secret_from_env="NO_SUCH_VARIABLE")


def test_an_administrator_sets_a_secret_and_it_is_never_shown(db, client):
    client.force_login(factories.staff("owner"))
    source = factories.source("shop")
    client.post("/admin/core/sourcesecret/add/", {"source": str(source.id), "secret": SECRET})
    kept = SourceSecret.objects.get()
    assert source_secrets.find(source) == SECRET.encode()
    assert SECRET not in client.get(f"/admin/core/sourcesecret/{kept.id}/change/").content.decode()
    client.post(f"/admin/core/sourcesecret/{kept.id}/change/", {"secret": "another secret"})
    assert source_secrets.find(source) == b"another secret"
    assert AuditEntry.objects.filter(action="core:source:secret_set").count() == 2


def test_a_steward_may_not_set_a_secret(db, client):
    client.force_login(factories.staff("steward"))
    assert client.get("/admin/core/sourcesecret/add/").status_code == 403


def test_a_secret_of_one_source_does_not_open_for_another(db):
    first, second = factories.source("first"), factories.source("second")
    source_secrets.put(source=first, secret=SECRET, actor=factories.actors.SYSTEM, now=timezone.now())
    SourceSecret.objects.filter(source=first).update(source=second)
    with pytest.raises(Exception, match="does not open"):
        source_secrets.find(second)
