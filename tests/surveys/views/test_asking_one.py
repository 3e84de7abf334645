"""Asking one customer from their page: a link of their own with ready texts, or why not."""

import html

import pytest
from django.utils import timezone

from cdp.core import actors
from consent.services import grants
from surveys.models import Invitation, Survey
from surveys.rules import ready
from surveys.rules.definition import written
from surveys.selectors import letters, links, questionnaires
from surveys.services import inviting
from tests import factories
from tests.surveys import asking

pytestmark = pytest.mark.django_db


def test_a_customer_is_asked_from_their_page_with_texts_for_each_way_that_is_open(client, settings):
    settings.CDP_BASE_URL = "https://crm.example.com"
    for slug in ("nps", "other"):
        asking.opened(written(ready.one("nps")), slug=slug)
    asking.opened(written(ready.one("about_you")), slug="quiet", is_anonymous=True)
    mali = factories.customer(email="mali@example.com", name="Mali", language="th")
    grants.record(
        customer=mali.id,
        purpose="marketing",
        channel="email",
        granted=True,
        at=timezone.now(),
        source="shop",
        method="form",
        actor=actors.CUSTOMER,
    )
    client.force_login(factories.staff("clerk"))
    staff, page = client, f"/surveys/for/{mali.id}/"
    assert page in staff.get(f"/customers/{mali.id}/").content.decode()
    assert 'value="quiet"' not in staff.get(page).content.decode()
    done = staff.post(page, {"survey": "nps"}, follow=True)
    (row,) = Invitation.objects.all()
    told, link = html.unescape(done.content.decode()), links.personal("nps", inviting.secret_of(row.id))
    assert told.count(link) >= 3
    assert '<svg class="qr"' in told
    # Mail is allowed; nobody asked about text messages, and there is no LINE to write to: each says so.
    assert "แนะนำ" in told
    assert told.count("Not this way: the customer") == 2
    # The one link stays theirs; another survey so soon is too much, and says so, on the page and when it is tried.
    staff.post(page, {"survey": "nps"})
    assert Invitation.objects.count() == 1
    assert "Not now: the customer was asked something only lately." in staff.get(page).content.decode()
    refused = staff.post(page, {"survey": "other"}, follow=True).content.decode()
    assert "was asked something only lately" in refused
    assert Invitation.objects.count() == 1
    assert staff.post(page, {"survey": "quiet"}).status_code == 404


@pytest.mark.parametrize(("language", "most"), [("en", 160), ("th", 70), ("ko", 70)])
def test_the_text_message_of_each_language_is_one(settings, language, most):
    settings.CDP_BASE_URL = "https://crm.example.com"
    survey = asking.opened(written(ready.one("nps")), slug="nps")
    texts = letters.texts(survey, links.personal("nps", "x" * 20), language=language, label="(광고)")
    assert (texts.messages, texts.room) == (1, 70)
    texts = letters.texts(survey, links.public("nps", language=language), language=language)
    assert (texts.messages, texts.units <= texts.room, texts.room) == (1, True, most)
    assert texts.sms.endswith(f"/s/nps/?lang={language}")


@pytest.mark.parametrize(("language", "label", "wish"), [("th", "", "แบบสอบถาม"), ("ko", "(광고)", "설문")])
@pytest.mark.parametrize("address", ["https://crm.example.com", "https://x.co"])
def test_however_long_the_link_the_text_message_says_why_it_comes(settings, language, label, wish, address):
    settings.CDP_BASE_URL, settings.CDP_SHOP_NAME = address, "Mali & Sons"
    survey = asking.opened(written(ready.one("nps")), slug="nps")
    for url in (links.personal("nps", "x" * 20), links.public("nps", language=language)):
        texts = letters.texts(survey, url, language=language, label=label)
        assert (texts.messages, texts.room, texts.sms.endswith(url)) == (1, 70, True)
        said = texts.sms.removesuffix(url)
        assert wish in said or "ความเห็น" in said or "의견" in said
        assert said.startswith(f"{label} Mali".strip()) or len(url) > 45


def test_every_open_survey_can_be_asked_however_many_are_over(client):
    now = timezone.now()
    first = asking.opened(written(ready.one("nps")), slug="first")
    for n in range(9):
        over = asking.opened(written(ready.one("nps")), slug=f"later-{n}")
        Survey.objects.filter(id=over.id).update(closes_at=now if n % 2 else None)
    found = questionnaires.open_now(at=now)
    assert (len(found), found[-1].id) == (6, first.id)
