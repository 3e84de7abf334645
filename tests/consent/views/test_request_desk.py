"""The desk of requests says what really became of a press, and does nothing for somebody nobody made sure of."""

import datetime as dt
import re

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone, translation

from cdp.core import actors
from cdp.core.models import Job
from consent.models import PrivacyRequest, Restriction, Right
from consent.selectors import restrictions
from consent.services import holding, restricting
from consent.services.requests import intake, rectifying, running, steps
from consent.services.requests.steps import UnableToDo
from customers.models import Customer, Status
from tests import factories, requesting

pytestmark = pytest.mark.django_db
State = PrivacyRequest.State


@pytest.fixture
def officer():
    client = Client()
    client.force_login(factories.staff("privacy"))
    return client


def taken(right, *, identity="id_card", address="ann@example.com", country="", **more):
    who = factories.customer(name="Ann", email="ann@example.com", country=country)
    words = steps.Words(said="please", reach=("email", address) if address else ("", ""))
    ask = intake.Ask(
        customer=who.id, right=right, door="letter", identity=identity, words=words, **{"language": "en", **more}
    )
    return intake.begin(ask, actor=actors.SYSTEM, at=timezone.now()).request


def pressed(client, request, act, **more):
    """What the desk says after a button."""
    answer = client.post(f"/consent/requests/{request.id}/do/", {"act": act, **more})
    assert answer.status_code == 302, answer.content.decode()
    return str(list(get_messages(answer.wsgi_request))[-1])


def test_whose_data_are_held_is_not_offered_to_be_erased_and_nobody_is_told_it_was_done(officer):
    request = taken("erasure")
    page = f"/consent/requests/{request.id}/"
    assert 'name="act" value="run"' in officer.get(page).content.decode()
    hold = holding.place(
        customer=request.customer_id,
        ground=holding.Ground.CLAIM,
        why="A lawsuit",
        actor=actors.SYSTEM,
        at=timezone.now(),
    )
    shown = officer.get(page).content.decode()
    assert 'name="act" value="run"' not in shown
    assert re.search(r'<button[^>]* disabled aria-describedby="why-held"', shown)
    assert f"/consent/people/{request.customer_id}/#holds" in shown
    assert pressed(officer, request, "run").startswith("Nothing was erased. A legal hold"), "an old page's button"
    assert Customer.objects.get(id=request.customer_id).status == Status.KNOWN
    holding.lift(customer=request.customer_id, hold=hold.id, actor=actors.SYSTEM, at=timezone.now())
    assert "Held up" not in officer.get(page).content.decode().split("What was done")[0]
    assert pressed(officer, request, "run") == "The person is erased. The certificate is below."


def test_each_answer_says_what_became_of_it_and_whether_the_person_knows(officer):
    request = taken("withdrawal", identity="", address="")
    assert "sure who asks" in pressed(officer, request, "prove", identity="id_card")
    said = pressed(officer, request, "run")
    assert said == "There was no consent left to take back. No address of the person is known: tell them yourself."
    copy = taken("access", identity="")
    pressed(officer, copy, "prove", identity="id_card")
    assert pressed(officer, copy, "run") == "The copy is being made."
    fields = taken("rectification", changes={"city": "Lamphun", "name": "Ann Jaidee"})
    first, last = fields.changes.order_by("id")
    said = pressed(officer, fields, "accept-change", change=str(first.id))
    assert said == "Decided. 1 field still waits."
    said = pressed(officer, fields, "refuse-change", change=str(last.id), reason="No proof")
    assert said == "Every field is decided: the request is answered. The person is written to."
    worded = taken("rectification", identity="id_card")
    assert "and what not, as the person reads it" in officer.get(f"/consent/requests/{worded.id}/").content.decode()
    said = pressed(officer, worded, "answer", text="The street is mended.")
    assert said == "The request is answered in your words. The person is written to."
    assert "0 fields" not in officer.get(f"/consent/requests/{worded.id}/").content.decode()


@pytest.mark.parametrize("right", Right.values)
def test_nothing_is_done_for_a_letter_that_nobody_checked(officer, right):
    request = taken(right, identity="", **({"changes": {"city": "Lamphun"}} if right == "rectification" else {}))
    assert request.state == State.OPEN
    now = timezone.now()
    with pytest.raises(UnableToDo) as unable:
        running.run(request=request.id, actor=actors.SYSTEM, at=now)
    assert unable.value.code == "identity"
    assert officer.post(f"/consent/requests/{request.id}/do/", {"act": "run"}).status_code == 422
    for change in request.changes.all():
        with pytest.raises(UnableToDo):
            rectifying.decide(request=request.id, change=change.id, accept=True, actor=actors.SYSTEM, at=now)
    assert running.tidy(now=now + running.ABANDONED) == 0
    request.refresh_from_db()
    assert (request.state, request.closed_at) == (State.OPEN, None)
    person = Customer.objects.get(id=request.customer_id)
    assert (person.status, person.city) == (Status.KNOWN, "")
    assert not Job.objects.filter(title=request.reference).exists()
    assert not Restriction.objects.exists()
    assert set(request.steps.values_list("kind", flat=True)) == {"received", "acknowledged"}


def test_what_is_done_at_once_is_one_letter_and_a_pause_is_ended_with_a_code_from_it():
    request = taken("restriction")
    assert requesting.notices("request-received") == []
    (told,) = requesting.notices("request-answered")
    assert told["received"]
    assert list(request.steps.values_list("kind", flat=True).order_by("id"))[-2:] == ["answered", "acknowledged"]
    later = timezone.now()
    assert restrictions.restricted([request.customer_id], at=later)
    visitor, page = Client(), requesting.page(request)
    assert "End it: use my data again" not in visitor.get(page + "?lang=en").content.decode()
    sent = visitor.post(page, {"act": "code"}).content.decode()
    ticket = re.search(r'name="ticket" value="([^"]+)"', sent)[1]
    assert visitor.post(page, {"act": "end", "ticket": ticket, "code": "000000x"}).status_code == 422
    assert restrictions.restricted([request.customer_id], at=later)
    # What staff let rest for a claim is not the person's to end.
    restricting.restrict(customer=request.customer_id, reason=restricting.Reason.CLAIMS, actor=actors.SYSTEM, at=later)
    ended = visitor.post(page, {"act": "end", "ticket": ticket, "code": requesting.code_sent()})
    assert ended.status_code == 302
    still = Restriction.objects.filter(lifted_at__isnull=True).values_list("reason", flat=True)
    assert list(still) == [restricting.Reason.CLAIMS]
    restricting.lift(customer=request.customer_id, actor=actors.SYSTEM, at=timezone.now())
    assert not restrictions.restricted([request.customer_id], at=timezone.now())
    assert "in use again" in visitor.get(page + "?lang=en").content.decode()


def test_a_hold_shows_its_last_day_and_its_ground_in_the_readers_language(officer):
    who = factories.customer(name="Ann")
    page = f"/consent/people/{who.id}/"
    officer.post(page, {"act": "hold", "ground": "other", "why": "A dispute", "until": "2099-01-31"})
    shown = officer.get(page).content.decode()
    assert "until 31 Jan 2099" in shown
    officer.post(page, {"act": "hold", "ground": "tax", "why": "Books"})
    assert "until it is lifted" in officer.get(page).content.decode().split("<details>")[0]
    with translation.override("th"):
        assert "ระบบอื่น" not in officer.get(page, headers={"accept-language": "th"}).content.decode()


def test_who_was_identified_is_not_refused_as_unidentified_and_erasure_cites_its_own_section(officer):
    request = taken("erasure", country="TH")
    page = officer.get(f"/consent/requests/{request.id}/").content.decode()
    assert 'value="not_identified"' not in page
    assert "s.33" in page.split("What to do")[0]
    assert "s.30:" not in page.split("What to do")[0]
    refused = officer.post(
        f"/consent/requests/{request.id}/do/", {"act": "refuse", "ground": "not_identified", "reason": "No card"}
    )
    assert refused.status_code == 422
    assert "sure already" in refused.content.decode()
    assert (
        'value="not_identified"'
        in officer.get(f"/consent/requests/{taken('restriction', identity='').id}/").content.decode()
    )


def test_a_reason_is_written_in_the_language_the_person_is_answered_in(officer):
    request = taken("restriction", language="ko", identity="")
    page = f"/consent/requests/{request.id}/"
    assert "as the person reads it: in Korean" in officer.get(page).content.decode()
    told = {"act": "refuse", "ground": "unfounded", "reason": "ไม่มีเหตุตามกฎหมาย"}
    refused = officer.post(f"{page}do/", told)
    assert refused.status_code == 422
    assert "write the reason in Korean" in refused.content.decode()
    assert 'name="may_mix"' in refused.content.decode()
    pressed(officer, request, **told, may_mix="yes")
    request.refresh_from_db()
    assert request.state == State.REFUSED


def test_all_that_is_wrong_with_what_staff_took_down_is_said_at_once_each_at_its_field(officer):
    person = factories.customer(name="Ann Suksai", email="ann@example.com")
    path = f"/consent/requests/new/{person.id}/"
    page = officer.get(path).content.decode()
    assert page.index('name="new_name"') < page.index('name="door"'), "what to correct stands behind the choice of it"
    day = (timezone.localdate() + dt.timedelta(days=2)).isoformat()
    told = {"right": "rectification", "door": "counter", "asker": "guardian", "language": "en", "received_on": day}
    answer = officer.post(path, told)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"received_on", "proof", "said"}
    assert not PrivacyRequest.objects.exists()


def test_a_receipt_is_in_the_language_of_the_answer_with_dates_of_one_kind(officer):
    request = taken("erasure", country="TH", language="th")
    page = officer.get(f"/consent/requests/{request.id}/receipt/").content.decode()
    paper = page.split('<div lang="th">')[1]
    assert "Back to the customer" in page
    assert paper.count(f"พ.ศ. {timezone.localdate().year + 543}") == 2
    assert "คุณขอ" in paper
