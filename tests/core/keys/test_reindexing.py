"""A new root for the search index: everything is found by it as before, and nothing by the one that was seen (ADR 27)."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from cdp.core import actors
from cdp.core.checks import OURS
from cdp.core.crypto import index, tokens
from cdp.core.crypto.fields import SealedField
from cdp.core.imports import undoing
from cdp.core.keys import digests, processes, proofs, reindexing
from cdp.core.models import AuditEntry, IndexRoot, Job
from consent.services import links
from customers.models import Customer, Identifier
from customers.rules import people
from customers.selectors import listing
from customers.services import erasing, identity, merging
from events.services import deduplication
from loyalty.selectors import coupons
from tests import factories

NOW = timezone.now()
COUNTED = ("bigint", "bigint[]", "bytea")
COUNTS = frozenset(
    {
        *("core_job.done", "core_job.total", "core_jobreject.line", "core_chain.position", "core_chainlink.position"),
        *("core_chaincheck.rows", "core_export.rows", "core_hourlykey.hour", "consent_breach.people"),
        *("consent_fieldfigure.have", "consent_fieldfigure.of", "consent_retentionline.rows"),
        *("consent_retentionline.people", "consent_retentionline.held", "consent_retentionline.removed"),
        *("events_sourcehour.stored", "events_sourcehour.duplicates", "events_sourcehour.rejected"),
        *("events_sourcehour.unconsented", "events_sourcehour.bots", "events_refusedrequests.count"),
        *("surveys_reading.names", "surveys_anonymousreading.names"),  # which list it was
        *("commerce_hooktally.count", "surveys_socialact.followers", "analytics_customermetrics.followers"),
    }
)
LOCKS = frozenset({"core_job.claimed_by", "core_notice.claimed_by", "campaigns_message.claimed_by"})
SEALED = frozenset(
    {
        *("core_jobreject.value", "core_jobreject.row", "core_formreceipt.answer", "core_idempotentanswer.answer"),
        *("core_webhookfact.sealed", "core_webhookdelivery.sealed", "consent_linkrequest.asked"),
        *("consent_privacycode.asked", "events_inboxrow.sealed", "events_rejectedevent.sealed"),
        *("commerce_hookdelivery.sealed", "core_ringkey.proof"),
        *("surveys_anonymouswaiting.sealed", "surveys_anonymousanswer.text", "surveys_waitingclaim.sealed"),
        *("surveys_theme.words", "surveys_vocabulary.secret"),
        "core_importtrace.data",  # what was noted before a reindex is not undone any more
    }
)
OTHER_KEYS = frozenset(
    {
        *("core_chain.mac", "core_chain.closing", "core_chainlink.mac", "core_chaincheckpoint.proof"),
        *("core_source.write_key_digest", "core_apikey.digest"),  # plain hashes of long random keys
        *("core_idempotentanswer.digest", "core_idempotentanswer.body_digest", "core_job.fingerprint"),
        *(
            "commerce_orderkey.digest",
            "commerce_cartkey.digest",
            "commerce_refundkey.digest",
            "surveys_reviewkey.digest",
            "surveys_socialactkey.digest",
        ),
        # plain hashes of long random secrets
        *("surveys_responsekey.digest", "surveys_response.key_digest", "surveys_spentclaim.digest"),
        *("surveys_invitationkey.digest", "surveys_invitation.key_digest", "surveys_rewardclaim.code_digest"),
        "surveys_waitingclaim.code_digest",
        *("loyalty_cardkey.digest", "loyalty_card.secret_digest"),
        *("surveys_ticketkey.digest", "surveys_ticketmessage.key_digest"),
        *("commerce_order.content_digest", "commerce_refund.content_digest", "events_handover.awaits"),
        # under the secret of the vocabulary, which an index root says nothing about
        *("surveys_reading.terms", "surveys_anonymousreading.terms", "surveys_theme.terms"),
        "loyalty_draw.entries",  # how many
        "events_session.fingerprint",  # of ids
        "surveys_picture.data",  # pictures of the shop
    }
)


def reindex() -> reindexing.Done:
    return reindexing.reindex(actor=actors.SYSTEM, at=timezone.now())


def resolve(**raw: str) -> identity.Resolution:
    person, _faults = people.clean(raw, people.Rules(region="TH", today=NOW.date()))
    (found,) = identity.resolve_many([person], source=factories.source(), now=NOW, teller=identity.Teller.OTHERS)
    return found


def found(text: str) -> list[uuid.UUID]:
    return [row.id for row in listing.search(text, listing.Filters(), region="TH", in_full=True).rows]


def stored(column: digests.Column) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column.column}" FROM {column.table} WHERE "{column.column}" IS NOT NULL')
        return [bytes(one) if isinstance(one, memoryview) else one for (one,) in cursor.fetchall()]


def test_every_column_that_may_hold_a_digest_is_declared_or_is_none() -> None:
    declared = {column.name for column in (*digests.every(), *digests.lasting())}
    named = COUNTS | LOCKS | SEALED | OTHER_KEYS
    unknown = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.local_fields
        if field.db_type(connection) in COUNTED
        and not isinstance(field, SealedField)
        and "AutoField" not in field.get_internal_type()
        and field.column != "wrapped"
    } - declared
    assert unknown == named, "declare it in the room's declarations.py, or say here what it is"
    for column in digests.every():
        kind = column.model._meta.get_field(column.column).db_type(connection)
        assert kind == {"digest": "bytea", "number": "bigint", "numbers": "bigint[]"}[column.kind.value]


def test_everything_is_found_and_recognised_under_the_new_root(db: None) -> None:
    ada = factories.customer(
        name="Ada Lovelace", email="ada@example.com", phone="0812345678", street="1 Rama IV", external_id="a-1"
    )
    twin = factories.customer(name="Ada King", email="king@example.com", member_number="M-77")
    merged = merging.merge(survivor=ada.id, absorbed=twin.id, choices={}, reason="steward", actor=actors.SYSTEM, at=NOW)
    gone = factories.customer(name="Gone Person", email="gone@example.com")
    erasing.erase(customer=gone.id, actor=actors.SYSTEM, at=NOW)
    code = factories.coupon(ada).code
    mailed = links.unsubscribe_token(customer=ada.id, purpose="marketing", channel="email")
    owner = factories.staff()
    factor = Authenticator.objects.create(
        user=owner, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt("BASE32SECRET")}
    )
    message = deduplication.digest(uuid.UUID(int=7), "m-1")
    assert deduplication.claim([message], now=NOW) == {message}
    before = {column.name: stored(column) for column in digests.every()}
    old = {"ada": bytes(index.digest("identifier.email", "\nada@example.com")), "link": index.of_links()[0]}

    done = reindex()
    assert done.version == 2
    assert done.values["customers_suppressedidentifier.digest"] == 1
    step = index.steps()[0]
    for column in digests.every():
        turn = {
            digests.Kind.DIGEST: lambda one: step.digest(one) if len(one) == index.DIGEST else one,
            digests.Kind.NUMBER: step.number,
            digests.Kind.NUMBERS: lambda some: sorted(map(step.number, some)),
        }[column.kind]
        assert sorted(stored(column)) == sorted(map(turn, before[column.name])), column.name

    assert not Identifier.objects.filter(digest=old["ada"]).exists(), "who knows the old root finds nobody"
    for text in ("ada@example.com", "081-234-5678", "Ada Love", "5678", "45678", "M-77", "king@example.com"):
        assert found(text) == [ada.id], text
    for raw in ({"email": "ADA@example.com"}, {"phone": "0812345678", "name": "Ada"}, {"external_id": "a-1"}):
        assert resolve(**raw).customer == ada.id
    assert Customer.objects.filter(status="known").count() == 1, "nobody came twice"
    back, _faults = people.clean({"email": "gone@example.com"}, people.Rules(region="TH", today=NOW.date()))
    assert identity.forgotten([back], source=factories.source()) == [True], "who was erased does not come back"
    assert coupons.find(code) is not None
    assert links.read_unsubscribe(mailed).customer == ada.id
    assert deduplication.claim([deduplication.digest(uuid.UUID(int=7), "m-1")], now=NOW) == set()
    factor.refresh_from_db()
    assert get_adapter().decrypt(factor.data["secret"]) == "BASE32SECRET"

    merging.unmerge(merge_log=merged.id, actor=actors.SYSTEM, at=NOW + dt.timedelta(minutes=1))
    assert found("king@example.com") == [twin.id]
    assert found("Ada King") == [twin.id]
    assert found("Ada Lovelace") == [ada.id]

    assert reindex().version == 3, "and again"
    assert found("ada@example.com") == found("5678") == found("Lovel") == [ada.id]
    assert identity.forgotten([back], source=factories.source()) == [True]
    assert links.read_unsubscribe(mailed).customer == ada.id
    entries = AuditEntry.objects.filter(action__startswith="core:reindex").order_by("id")
    assert [one.action for one in entries] == ["core:reindex:begun", "core:reindex:done"] * 2

    assert reindexing.end_old_links(actor=actors.SYSTEM, at=NOW) == 2
    with pytest.raises(tokens.BadToken):
        links.read_unsubscribe(mailed)
    factor.refresh_from_db()
    assert get_adapter().decrypt(factor.data["secret"]) == "BASE32SECRET"
    assert links.read_unsubscribe(links.unsubscribe_token(customer=ada.id, purpose="marketing", channel="email"))


def test_cut_off_anywhere_it_goes_on_and_nobody_starts_or_looks_meanwhile(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = factories.customer(name="Ada Lovelace", email="ada@example.com", phone="0812345678")
    bring, left = reindexing._bring, iter(range(12))

    def cut(*told: Any) -> int:
        done = bring(*told)
        if next(left, None) is None:
            raise KeyboardInterrupt  # after the work, before it is committed
        return done

    monkeypatch.setattr(reindexing, "_bring", cut)
    with pytest.raises(KeyboardInterrupt):
        reindex()
    index.forget()
    half = IndexRoot.objects.get(version=2)
    assert not half.is_ready
    assert half.done
    with pytest.raises(index.Reindexing):
        index.digest("identifier.email", "\nada@example.com")
    with pytest.raises(proofs.WrongKeys, match=r"manage\.py reindex"):
        proofs.demand()
    with pytest.raises(CommandError, match=r"manage\.py reindex"):
        call_command("prepare")
    with pytest.raises(reindexing.UnableToReindex):
        reindexing.end_old_links(actor=actors.SYSTEM, at=NOW)

    monkeypatch.undo()
    done = reindex()
    assert done.version == 2
    assert not set(done.values) & set(half.done), "nothing is brought along twice"
    proofs.demand()
    assert found("ada@example.com") == found("Lovel") == found("5678") == [ada.id]


def test_it_does_not_begin_beside_another_process_and_an_old_import_stays(
    db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = factories.customer(name="Ada", email="ada@example.com")
    web = processes.Process("123", "shop", ("k1",), True, NOW)
    with monkeypatch.context() as patch:
        patch.setattr(processes, "others", lambda: [web])
        with pytest.raises(CommandError, match=r"123 \(shop\)"):
            call_command("reindex")
        looks = iter([[], [web]])  # it connected while the root was made
        patch.setattr(processes, "others", lambda: next(looks))
        with pytest.raises(CommandError, match=r"123 \(shop\)"):
            call_command("reindex")
    assert list(IndexRoot.objects.values_list("version", flat=True)) == [1]
    undo = Job.objects.create(kind="import_undo", state="waiting")
    with pytest.raises(CommandError, match="being undone"):
        call_command("reindex")
    undo.delete()

    started = (NOW - dt.timedelta(hours=3)).isoformat()
    params = {"kind": "customers", "source": "shop", "dry_run": False, "mapping": {}}
    imported = Job.objects.create(kind="import", state="done", params=params, result={undoing.BEGUN: started})
    assert undoing.why_not(imported, at=NOW) == ""
    call_command("reindex", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["version"] == 2
    assert told["by_column"]["customers_identifier.digest"] == 1
    assert "events_messagekey.digest" in told["lasting"]
    assert "made anew" in undoing.why_not(imported, at=NOW)
    assert found("ada@example.com") == [ada.id]
