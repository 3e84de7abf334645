import datetime as dt

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from cdp.core import actors
from cdp.core.models import AuditEntry
from consent.models import PolicyText, PolicyVersion, Purpose
from consent.services import policies, reference

pytestmark = pytest.mark.django_db


def draft(version: str = "2.0", **texts: str) -> PolicyVersion:
    row = PolicyVersion.objects.create(policy="privacy", version=version)
    for language, body in texts.items():
        PolicyText.objects.create(version=row, language=language, title=f"Policy {version}", body=body)
    return row


@pytest.mark.parametrize("path", ["/privacy/", "/terms/"])
@pytest.mark.parametrize(("language", "word"), [("en", "rights"), ("th", "สิทธิ"), ("ko", "권리")])
def test_the_first_documents_are_there_in_three_languages(
    client: Client, settings: object, path: str, language: str, word: str
) -> None:
    settings.CDP_SHOP_NAME = "Baan Mali"
    settings.DEFAULT_FROM_EMAIL = "care@example.com"
    response = client.get(path, {"lang": language})
    page = response.content.decode()
    assert response.status_code == 200
    assert word in page
    assert "Baan Mali" in page
    assert "care@example.com" in page
    assert "{" not in "".join(
        part for block in response.context["document"].blocks for part in [block.text, *block.items]
    )
    assert f'<html lang="{language}"' in page
    assert response.headers["Content-Language"] == language


def test_an_unknown_language_is_ignored_and_an_unknown_version_is_not_there(client: Client) -> None:
    assert client.get("/privacy/?lang=xx").status_code == 200
    assert client.get("/privacy/?version=9").status_code == 404
    assert client.get("/privacy/?version=%00").status_code == 404
    assert client.post("/privacy/").status_code == 405


def test_a_new_version_is_shown_once_published_and_the_old_one_stays_readable(client: Client) -> None:
    version = draft(en="New words.")
    assert b"New words." not in client.get("/privacy/").content
    assert client.get("/privacy/?version=2.0").status_code == 404
    policies.publish(version=version, actor=actors.SYSTEM, at=timezone.now())
    assert b"New words." in client.get("/privacy/").content
    old = client.get("/privacy/?version=1.0")
    assert b"earlier version" in old.content
    assert b"New words." not in old.content
    assert AuditEntry.objects.filter(action="consent:policy:published").count() == 1


def test_a_version_without_the_readers_language_is_shown_in_another_and_says_so(client: Client) -> None:
    policies.publish(version=draft(en="Only English."), actor=actors.SYSTEM, at=timezone.now())
    page = client.get("/privacy/?lang=ko").content.decode()
    assert '<div class="prose" lang="en">' in page


def test_words_of_a_policy_are_escaped(client: Client) -> None:
    policies.publish(
        version=draft(en="## <b>x</b>\n\n<script>1</script>\n\n- <i>"), actor=actors.SYSTEM, at=timezone.now()
    )
    page = client.get("/privacy/?lang=en").content
    assert b"<script>1" not in page
    assert b"&lt;b&gt;x" in page


def test_a_version_is_published_once_and_not_without_text() -> None:
    with pytest.raises(policies.UnableToPublish, match="needs a text"):
        policies.publish(version=draft(), actor=actors.SYSTEM, at=timezone.now())
    first = PolicyVersion.objects.get(policy="privacy", version="1.0")
    with pytest.raises(policies.UnableToPublish, match="before"):
        policies.publish(version=first, actor=actors.SYSTEM, at=timezone.now())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent_policyversion SET version = '9' WHERE version = '1.0'",
        "UPDATE consent_policyversion SET published_at = NULL WHERE version = '1.0'",
        "DELETE FROM consent_policytext",
        "UPDATE consent_policytext SET body = 'x'",
        """INSERT INTO consent_policytext (id, version_id, language, title, body)
        SELECT gen_random_uuid(), id, 'xx', 't', 'b' FROM consent_policyversion WHERE version = '1.0'""",
    ],
)
def test_the_database_refuses_to_change_what_is_published(statement: str) -> None:
    with pytest.raises(DatabaseError, match="final"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_draft_may_be_changed_and_thrown_away() -> None:
    version = draft(en="Words.")
    PolicyText.objects.filter(version=version).update(body="Better words.")
    version.delete()
    assert not PolicyVersion.objects.filter(version="2.0").exists()


def test_ensuring_the_first_rows_again_changes_nothing_the_shop_made_its_own() -> None:
    Purpose.objects.filter(key="marketing").update(channels=["email"], is_active=False)
    before = PolicyVersion.objects.count(), PolicyText.objects.count(), Purpose.objects.count()
    reference.ensure()
    assert (PolicyVersion.objects.count(), PolicyText.objects.count(), Purpose.objects.count()) == before
    assert Purpose.objects.get(key="marketing").channels == ["email"]


def test_every_purpose_is_named_and_described_in_three_languages() -> None:
    for purpose in Purpose.objects.all():
        assert set(purpose.name) == set(purpose.description) == {"en", "th", "ko"}
        assert all(purpose.name.values())
        assert all(purpose.description.values())
        assert purpose.channels


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_the_migrations_of_the_room_go_back_and_forth() -> None:
    call_command("migrate", "consent", "0001", verbosity=0)
    call_command("migrate", "consent", verbosity=0)
    documents = PolicyVersion.objects.filter(policy__in=["privacy", "terms"])
    assert documents.filter(published_at__lte=dt.datetime.now(dt.UTC)).count() == 2
