"""Leads and words of LINE through the door: who follows, who writes, who leaves."""

import pytest

from cdp.core.crypto import subjects
from cdp.core.models import SourceToken
from commerce.models import HookDelivery
from commerce.selectors import hooks as reading
from consent.models import ConsentRecord, ConsentState
from customers.models import ContactPoint, Lead
from customers.selectors import leads, profiles
from surveys.models import SocialAct, Ticket, TicketMessage
from surveys.selectors.social import story
from surveys.selectors.tickets import opened
from tests import factories
from tests.commerce.hooks.platforms import NOBODY, USER

pytestmark = pytest.mark.django_db
PERSON = {"full_name": "Ada Somsri", "email": "ada@example.com", "phone_number": "+66812345678"}


def test_line_tries_the_address_with_no_events(line):
    assert line.send(line.body()).status_code == 200
    assert not HookDelivery.objects.exists()


def test_who_follows_the_account_is_known_by_the_name_they_gave_themselves(line):
    line.has()
    line.tell(line.body(line.event("follow")))
    lead = Lead.objects.get()
    person = profiles.one(lead.customer_id)
    assert (person.name, person.customer.language, person.customer.source) == ("มะลิ", "th", "shop-line")
    assert (lead.platform, lead.form, lead.external_id) == ("line", "follow", "")
    assert [(one.kind, one.value) for one in person.contacts] == [("line", USER)]
    assert not ConsentRecord.objects.exists()


def test_the_name_of_a_chat_is_no_news_of_somebody_known(line):
    known = factories.customer(line_id=USER, name="Mali Suksai")
    line.has(name="มะลิ 🌸")
    line.tell(line.body(line.event("follow")))
    assert profiles.one(known.id).name == "Mali Suksai"
    assert Lead.objects.get().customer_id == known.id


def reachable() -> bool:
    return ContactPoint.objects.get(kind="line").bounced_at is None


def test_who_leaves_cannot_be_reached_there_until_they_come_back(line):
    line.has()
    line.tell(line.body(line.event("follow", at=1_790_000_000_000)))
    line.tell(line.body(line.event("unfollow", at=1_790_000_100_000)))
    assert not reachable()
    line.tell(line.body(line.event("follow", at=1_790_000_200_000)))
    assert reachable()
    assert Lead.objects.count() == 1
    assert not ConsentState.objects.exists()


def test_a_follow_that_arrives_late_does_not_undo_that_somebody_left(line):
    line.has()
    line.tell(line.body(line.event("follow", at=1_790_000_000_000)))
    line.tell(line.body(line.event("unfollow", at=1_790_000_100_000)))
    line.tell(line.body(line.event("message", at=1_790_000_050_000, message={"type": "text", "text": "hi"})))
    assert not reachable()


def test_the_first_words_of_somebody_new_stay_with_the_lead(line):
    line.has()
    line.tell(line.body(line.event("message", message={"type": "text", "text": "มีเซรั่มไหม"})))
    assert leads.opened(Lead.objects.get()).answers[0].answer == "มีเซรั่มไหม"


def test_what_people_write_stands_on_their_timeline_once(line):
    line.has()
    message = {"type": "text", "id": "m-1", "text": "มีเซรั่มไหม"}
    line.tell(line.body(line.event("message", number="01A", message=message)))
    line.tell(line.body(line.event("message", number="01B", message=message)))
    chat = SocialAct.objects.get()
    lead = Lead.objects.get()
    assert (chat.platform, chat.kind, chat.customer_id) == ("line", "message", lead.customer_id)
    assert Ticket.objects.get().customer_id == lead.customer_id
    more = {"type": "text", "id": "m-2", "text": "ยังรออยู่"}
    line.tell(line.body(line.event("message", number="01C", message=more)))
    assert (SocialAct.objects.count(), Ticket.objects.count()) == (2, 1)
    assert TicketMessage.objects.filter(direction="in").count() == 2


def test_the_same_event_sent_again_is_the_same_event(line):
    line.has()
    line.tell(line.body(line.event("follow", number="01A")))
    again = line.event("follow", number="01A")
    again["deliveryContext"] = {"isRedelivery": True}
    line.tell(line.body(again))
    assert HookDelivery.objects.count() == 1


def test_without_a_profile_the_id_alone_says_who_it_is(line):
    line.tell(line.body(line.event("follow", user=NOBODY)))
    assert profiles.one(Lead.objects.get().customer_id).name == ""


@pytest.mark.parametrize(("status", "reason"), [(401, "token_refused"), (403, "permission_missing")])
def test_a_lead_is_taken_by_its_id_alone_where_line_refuses_our_token_and_staff_see_that(line, status, reason):
    line.api.answers[f"/v2/bot/profile/{USER}"] = (status, {})
    line.tell(line.body(line.event("follow", number="01A")))
    person = profiles.one(Lead.objects.get().customer_id)
    assert ([(one.kind, one.value) for one in person.contacts], line.states()) == ([("line", USER)], [("done", "")])
    token = SourceToken.objects.get(name="access")
    assert (token.refused_for, token.refused_at is None) == (reason, False)
    assert list(reading.tokens().values()) == [reading.reason(reason)]
    line.client.force_login(factories.staff("steward"))
    page = line.client.get("/hooks/").content.decode()
    assert "access token refused" in page
    assert str(reading.reason(reason)) in page
    line.has()
    line.tell(line.body(line.event("message", number="01B", message={"type": "text", "text": "hi"})))
    assert profiles.one(person.customer.id).name == "มะลิ"
    assert list(reading.tokens().values()) == [""]


def test_a_long_message_is_kept_whole_with_its_lines(line):
    line.has()
    text = "\n".join(f"line {number} of a long letter" for number in range(170))
    line.tell(line.body(line.event("message", message={"type": "text", "id": "m-1", "text": text})))
    assert leads.opened(Lead.objects.get()).answers[0].answer == text
    assert (SocialAct.objects.count(), line.states()) == (1, [("done", "")])


def test_groups_and_unknown_people_are_left_aside(line):
    event = line.event("message", message={"type": "text", "text": "hi"})
    event["source"] = {"type": "group", "groupId": "C1"}
    line.tell(line.body(event))
    assert (Lead.objects.count(), line.states()) == (0, [("ignored", "")])


def test_a_picture_opens_a_ticket_and_what_is_taken_back_is_gone(line):
    line.has()
    line.tell(
        line.body(line.event("message", number="01A", message={"type": "text", "id": "m-1", "text": "My secret"}))
    )
    line.tell(
        line.body(line.event("message", number="01B", at=1_790_000_001_000, message={"type": "image", "id": "m-2"}))
    )
    ticket = Ticket.objects.get()

    def shown() -> list[str]:
        keyring = subjects.load([ticket.customer_id])
        ticket.refresh_from_db()
        said = [one.words for one in opened.of_ticket(ticket, keyring)]
        acts = [one.words for one in story.opened(SocialAct.objects.order_by("at"), keyring)]
        answers = [one.answer for lead in Lead.objects.all() for one in leads.opened(lead).answers]
        return [opened.subject(ticket, keyring), *said, *acts, *answers]

    assert shown() == ["My secret", *["My secret", "(sent a picture)"] * 2, "My secret"]
    for _twice in range(2):
        line.tell(line.body(line.event("unsend", number="01C", unsend={"messageId": "m-1"})))
    assert shown() == ["(taken back)", *["(taken back)", "(sent a picture)"] * 2, "(taken back)"]
    line.tell(line.body(line.event("unsend", number="01D", unsend={"messageId": "m-9"})))
    assert Ticket.objects.count() == 1
