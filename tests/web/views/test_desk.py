"""The counter and the phone through their doors: what is found, written down, asked, and who was shown."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cdp.core import actors
from cdp.core.crypto import subjects
from cdp.core.models import AccessEntry, AuditEntry
from commerce.models import Order, Product
from commerce.rules.inputs import LineInput
from commerce.services import products
from consent.models import ConsentRecord, EvidenceFile, Pending, ServedNotice
from consent.selectors import ledger, purposes
from customers.models import Asked, Customer, Identifier, Interaction, MergeSuggestion
from customers.selectors import profiles
from customers.services import erasing
from loyalty.models import Coupon
from tests import factories, filling, papers

HTMX = {"HTTP_HX_REQUEST": "true"}
CARD = "4111 1111 1111 1111"


@pytest.fixture
def clerk(db):
    client = Client()
    client.force_login(factories.staff("clerk"))
    return client


@pytest.fixture
def malee(db):
    return factories.customer(
        name="Malee Srisuk", phone="0812345678", email="malee@example.com", language="th", member_number="M-77"
    )


def text(response):
    return response.content.decode()


def page(customer, desk="counter-person"):
    return reverse(f"web:{desk}", args=[customer.id])


@pytest.mark.parametrize("typed", ["0812345678", "+66 81 234 5678", "malee@example.com", "M-77", " m-77 "])
@pytest.mark.parametrize("desk", ["counter", "phone"])
def test_whoever_is_named_beyond_doubt_is_opened_at_once(clerk, malee, desk, typed):
    response = clerk.post(f"/{desk}/", {"q": typed})
    assert response.status_code == 302
    assert response["Location"] == f"/{desk}/{malee.id}/"


@pytest.mark.parametrize("typed", ["5678", "mal", "มาลี"])
def test_finds_while_one_types_and_shows_contacts_masked(clerk, malee, typed):
    factories.customer(name="มาลี ใจดี", phone="0899995678")
    found = text(clerk.post("/counter/find/", {"q": typed}, **HTMX))
    assert "•••" in found
    assert "81 234 5678" not in found
    assert "malee@example.com" not in found
    entry = AccessEntry.objects.get()
    assert entry.view == "web:counter-find"
    assert entry.customer_ids


def test_the_number_of_a_payment_card_is_neither_looked_up_nor_repeated(clerk, malee):
    for response in (clerk.post("/counter/", {"q": CARD}), clerk.post("/counter/find/", {"q": CARD}, **HTMX)):
        assert "payment card" in text(response)
        assert "4111" not in text(response)


def test_somebody_who_was_forgotten_comes_back_by_their_own_hand_only(clerk, malee):
    erasing.erase(customer=malee.id, actor=actors.SYSTEM, at=timezone.now())
    response = clerk.post("/counter/new/", {"name": "Malee Srisuk", "phone": "0812345678"})
    assert response.status_code == 422
    assert "hand them the tablet" in text(response)
    nok = factories.customer(name="Nok", email="nok@example.com")
    answer = sheet(question="phone", answer_phone="0812345678")
    assert clerk.post(page(nok), answer).status_code == 422
    assert clerk.get(page(malee)).status_code == 404


def test_a_card_is_found_however_its_number_is_told_or_scanned(clerk):
    ada = factories.customer(name="Ada Lovelace", member_number="M1234567894")
    told = ("M1234567894", "m 123 456 7894", "1234567894", "123-456-7894", "๑๒๓๔๕๖๗๘๙๔", "Ｍ１２３４５６７８９４")
    scanned = ("?ๅ/-ภถุึคตภ", "ทๅ/-ภถุึคตภ", "ㅡ1234567894")  # by a keyboard that is set to Thai or Korean
    for text_ in (*told, *scanned, "lovelace", "Lovel"):
        assert clerk.post("/counter/", {"q": text_}).get("Location") == page(ada), text_
    # Ten digits that are a phone of one and a card of another open neither of them unasked.
    factories.customer(name="Bob", phone="0812345678")
    factories.customer(name="Eve", member_number="M0812345678")
    assert text(clerk.post("/counter/", {"q": "0812345678"})).count("data-desk-match") == 2


def test_a_mistyped_member_number_is_told(clerk):
    for typed in ("M1234567890", "1234567890"):
        assert "A digit of this member number is wrong" in text(clerk.post("/counter/", {"q": typed}))
    assert "A digit" not in text(clerk.post("/counter/", {"q": "0812345678"}))


def test_a_telephone_system_opens_the_caller(clerk, malee):
    assert clerk.get("/phone/?number=%2B66812345678")["Location"] == f"/phone/{malee.id}/"
    assert clerk.get("/phone/?number=+66812345678")["Location"] == f"/phone/{malee.id}/"
    assert clerk.post("/phone/", {"number": "0812345678"})["Location"] == f"/phone/{malee.id}/"


def test_an_unknown_number_is_ready_to_be_saved(clerk):
    answer = text(clerk.get("/phone/?number=%2B66899999999"))
    assert 'value="+66899999999"' in answer
    assert "Nobody found" in answer


def test_a_new_caller_comes_from_the_phone_and_says_how_they_heard(clerk):
    response = clerk.post("/phone/new/", {"name": "Somchai Dee", "phone": "089 999 9999", "heard": "friend"})
    customer = Customer.objects.get(tags__contains=["heard:friend"])
    assert response["Location"] == f"/phone/{customer.id}/"
    assert (customer.source, profiles.one(customer).phone) == ("phone", "+66899999999")
    assert Asked.objects.get(customer=customer).question == "heard"


@pytest.mark.parametrize("desk", ["counter", "phone"])
def test_somebody_new_is_called_without_their_title(clerk, desk):
    response = clerk.post(f"/{desk}/new/", {"name": "คุณสมใจ", "phone": "089 999 9999"})
    found = profiles.one(Customer.objects.get(status="known"))
    assert (found.name, found.given_name, found.family_name) == ("คุณสมใจ", "สมใจ", "")
    assert 'avatar-lg" aria-hidden="true">ส<' in text(clerk.get(response["Location"]))


def test_somebody_new_needs_a_name_and_a_way_to_be_reached(clerk):
    response = clerk.post("/counter/new/", {"name": "Somchai"})
    assert response.status_code == 422
    assert "Give a phone number or an e-mail address." in text(response)
    again = clerk.post("/counter/new/", {"name": "Somchai", "phone": "12", "heard": "friend"})
    assert again.status_code == 422
    for kept in ('value="Somchai"', 'value="12"', 'value="friend" selected'):
        assert kept in text(again)


def sheet(desk="counter", **fields):
    """A page of that desk as it is sent: with the token of one that was opened a minute ago."""
    return {"form_token": filling.token(desk), "direction": "in", "how": "read"} | fields


def call(**fields):
    return sheet("phone", **fields)


def test_a_call_and_its_answer_are_saved_together(clerk, malee):
    url = page(malee, "phone-call")
    assert "Customer since" in text(clerk.get(url))
    fields = call(
        topic="delivery", outcome="solved", text="Parcel late", question="birth_date", answer_birth_date="1990-03-05"
    )
    response = clerk.post(url, fields)
    assert response["Location"] == "/phone/"
    after = text(clerk.get("/phone/"))
    assert after.count("toast-success") == 1
    assert f'<a href="/customers/{malee.id}/">' in after
    row = Interaction.objects.get(customer=malee)
    assert (row.kind, row.topic, row.outcome, row.source) == ("call", "delivery", "solved", "phone")
    malee.refresh_from_db()
    assert str(malee.birth_date) == "1990-03-05"
    assert clerk.post(url, fields).status_code == 302
    assert Interaction.objects.count() == 1


def test_nothing_of_a_call_is_saved_when_the_answer_cannot_be_read(clerk, malee):
    fields = call(topic="order", question="birth_date", answer_birth_date="the day before")
    response = clerk.post(page(malee, "phone-call"), fields)
    assert response.status_code == 422
    assert "the day before" in text(response)
    assert not Interaction.objects.exists()
    assert not Asked.objects.exists()


def test_a_call_about_nothing_is_not_a_call(clerk, malee):
    response = clerk.post(page(malee, "phone-call"), call())
    assert response.status_code == 422
    assert "Choose what it was about" in text(response)


def test_what_belongs_to_somebody_else_is_asked_of_a_steward(clerk, malee):
    factories.customer(name="Somebody Else", email="else@example.com")
    Asked.objects.all().delete()
    profile = factories.customer(name="Nok", phone="0811111111")
    response = clerk.post(page(profile), sheet(question="email", answer_email="else@example.com"))
    assert response.status_code == 422
    assert "A data steward was asked" in text(response)
    assert len(profiles.one(profile).contacts) == 1


def test_a_promise_is_open_until_it_is_done(clerk, malee):
    clerk.post(page(malee, "phone-call"), call(topic="order", outcome="promised", follow_up_on="2099-01-01"))
    assert not Interaction.objects.exists()  # within a year
    day = (timezone.localdate() + dt.timedelta(days=3)).isoformat()
    clerk.post(page(malee, "phone-call"), call(topic="order", outcome="promised", follow_up_on=day))
    row = Interaction.objects.get()
    done = f"promise:{row.id}"
    assert done in text(clerk.get(page(malee)))
    assert clerk.post(page(malee), sheet(do=done))["Location"] == page(malee)
    assert done not in text(clerk.get(page(malee)))


def test_contacts_are_masked_at_both_desks_for_every_role(malee):
    client = Client()
    client.force_login(factories.staff("owner"))
    for desk in ("counter-person", "phone-call"):
        shown = text(client.get(page(malee, desk)))
        assert "+66 •• ••• 5678" in shown
        for clear in ("81 234 5678", "812345678", "malee@example.com"):
            assert clear not in shown


def test_consent_is_recorded_with_the_words_the_way_and_the_clerk(clerk, malee):
    response = clerk.get(page(malee))
    assert 'name="yes"' in text(response)
    assert 'name="yes" value="marketing_email" checked' not in text(response)
    url = page(malee)
    clerk.post(url, sheet(yes=["marketing_email"], no=["marketing_phone"]))
    rows = {row.channel: row for row in ConsentRecord.objects.filter(customer=malee)}
    yes, no = rows["email"], rows["phone"]
    assert (yes.status, yes.method, yes.language, yes.policy_version) == ("given", "counter", "th", "1.0")
    assert (no.status, yes.actor_kind) == ("denied", "staff")
    evidence = ledger.evidence(yes, subjects.load([malee.id]))
    wording = next(one for one in purposes.offered("th") if one.key == "marketing")
    assert evidence["text"] == f"ข่าวสารและข้อเสนอ (อีเมล)\n{wording.description}"
    assert evidence["how"] == "read"
    assert len(evidence["shown"]) == 4
    kept = ServedNotice.objects.get(customer=malee)
    assert (kept.place, kept.language, kept.agreed) == ("counter", "th", 1)
    assert kept.versions == {"privacy": "1.0", "purpose.marketing": "1", "purpose.profiling": "1"}
    assert set(kept.records) == {yes.id, no.id}
    assert kept.shown_at <= kept.answered_at == yes.recorded_at
    assert "not wanted" in text(clerk.get(page(malee, "phone-call")))
    clerk.post(url, sheet(no=["marketing_email"], how="shown"))
    assert ConsentRecord.objects.filter(customer=malee, channel="email", status="withdrawn").exists()
    assert [row.agreed for row in ServedNotice.objects.filter(customer=malee).order_by("shown_at", "id")] == [1, 0]


def test_a_file_at_the_desk_proves_what_was_ticked_and_nothing_else(clerk, malee):
    url = page(malee, "phone-call")
    recording = [SimpleUploadedFile("call.wav", papers.WAV)]
    alone = clerk.post(url, call(topic="order", evidence=recording))
    assert "Tick what the customer said" in text(alone)
    assert "choose the file again" in text(alone)
    bad = [SimpleUploadedFile("call.wav", b"<html>")]
    ticked = {"topic": "order", "yes": ["marketing_email", "profiling_any"], "how": "read"}
    assert "This is no file we keep" in text(clerk.post(url, call(evidence=bad, **ticked)))
    assert not ConsentRecord.objects.exists()
    recording[0].seek(0)
    assert clerk.post(url, call(evidence=recording, **ticked)).status_code == 302
    # One recording proves both.
    file = EvidenceFile.objects.get()
    assert [row.files[0]["id"] for row in ConsentRecord.objects.all()] == [str(file.id)] * 2


def test_a_call_its_answer_and_its_consent_are_one_save(clerk, malee):
    url = page(malee, "phone-call")
    said = call(topic="order", question="birth_date", reply="declined", yes="marketing_phone", how="read")
    assert clerk.post(url, said).status_code == 302
    record = ConsentRecord.objects.get()
    assert (record.channel, record.method, record.source) == ("phone", "phone", "phone")
    assert "may be made" in text(clerk.get(url))
    refused = clerk.post(url, call(topic="order", yes="nothing of the kind", how="read"))
    assert refused.status_code == 422
    assert Interaction.objects.count() == 1


def test_where_the_law_wants_a_second_step_the_customer_is_written_to_and_a_child_is_asked_for_nothing(clerk):
    ann = factories.customer(email="ann@example.com", phone="+4915123456789", language="en")
    saved = clerk.post(page(ann), sheet(yes=["marketing_email"], no=["marketing_sms"]), follow=True)
    assert "their yes counts once they confirm it" in text(saved)
    assert list(ConsentRecord.objects.values_list("channel", "status")) == [("sms", "denied")]
    assert Pending.objects.get().boxes == [["marketing", "email"]]
    kid = factories.customer(email="kid@example.com", country="KR", birth_date="2015-05-01")
    refused = clerk.post(page(kid), sheet(yes=["marketing_email"]))
    assert (refused.status_code, "a guardian has to allow this" in text(refused)) == (422, True)
    assert AuditEntry.objects.get(action="consent:record:refused").details["door"] == "counter"
    assert not ConsentRecord.objects.filter(customer=kid).exists()


def test_nothing_is_recorded_without_a_tick_or_with_both(clerk, malee):
    for fields in ({}, {"yes": "marketing_email", "no": "marketing_email"}, {"yes": "other_thing"}):
        assert clerk.post(page(malee), sheet(**fields)).status_code == 422
    assert not ConsentRecord.objects.exists()


def sell(clerk, customer, **fields):
    return clerk.post(page(customer), sheet(**fields))


def test_a_purchase_is_written_once(clerk, malee):
    fields = sheet(amount="1,290.50")
    for _ in range(2):
        answer = clerk.post(page(malee), fields, follow=True)
        assert "1,290.50" in text(answer)
        assert answer.redirect_chain == [(page(malee), 302)]
    order = Order.objects.get(customer=malee)
    assert (order.source, order.channel, str(order.amount)) == ("counter", "store", "1290.5000")
    # Another amount on the same page is no repetition and must not get lost: it is asked about.
    changed = clerk.post(page(malee), fields | {"amount": "15"})
    assert changed.status_code == 422
    assert "saved before" in text(changed)
    again = clerk.post(page(malee), fields | {"amount": "15", "form_token": changed.context["token"]})
    assert again.status_code == 302
    assert Order.objects.count() == 2


def test_articles_are_all_taken_or_refused_with_words(clerk, malee):
    products.learn([LineInput(Decimal(1), Decimal(10), "T-1", "Tea")], now=timezone.now())
    Product.objects.update(price=Decimal(10), currency="THB")
    assert sell(clerk, malee, articles="T-1\r\n" * 60).status_code == 302
    assert str(Order.objects.get().amount) == "600.0000"
    many = sell(clerk, malee, articles="T-1 " * 501)
    assert "These are 501 articles" in text(many)
    unknown = sell(clerk, malee, articles="NO-SUCH T-1 NOR-THIS")
    assert "There is no article NO-SUCH, NOR-THIS." in text(unknown)
    assert "NO-SUCH T-1 NOR-THIS" in text(unknown)
    assert Order.objects.count() == 1


def test_a_coupon_is_used_with_the_purchase_or_nothing_is_written(clerk, malee):
    issued = factories.coupon(malee)
    shown = text(clerk.get(page(malee)))
    assert f'value="{issued.code}"' in shown
    answer = clerk.post(page(malee), fields := sheet(amount="890", known_coupon=issued.code), follow=True)
    assert "801.00" in text(answer)
    assert "89.00" in text(answer)
    assert clerk.post(page(malee), fields).status_code == 302
    order, used = Order.objects.get(), Coupon.objects.get()
    assert (str(order.amount), str(order.discount), order.coupon) == ("801.0000", "89.0000", issued.code)
    assert (used.order_id, used.redeemed_by, used.reference) == (order.id, "counter", order.external_id)
    assert f'value="{issued.code}"' not in text(clerk.get(page(malee)))

    bob = factories.customer(name="Bob", phone="0898765432")
    ended = factories.coupon(bob, valid_days=1, now=timezone.now() - dt.timedelta(days=9))
    bobs, other = factories.coupon(bob), factories.coupon(bob, minimum=Decimal(500), currency="THB")
    for customer, wrong, why in (
        (bob, {"coupon": issued.code}, "has been used"),
        (malee, {"coupon": bobs.code}, "belongs to somebody else"),
        (bob, {"coupon": ended.code}, "has expired"),
        (bob, {"coupon": "NO-SUCH"}, "There is no such coupon"),
        (bob, {"coupon": other.code}, "smaller than this coupon asks for"),
        (bob, {"coupon": bobs.code, "known_coupon": other.code}, "One coupon for each purchase"),
        (malee, {"coupon": factories.coupon(malee).code}, "has bought before"),
    ):
        refused = sell(clerk, customer, amount="100", **wrong)
        assert refused.status_code == 422
        assert why in text(refused), why
        assert 'value="100"' in text(refused)
    assert Order.objects.count() == 1
    assert Coupon.objects.filter(redeemed_at__isnull=False).count() == 1


def test_one_fault_keeps_everything_else_as_it_was_typed(clerk, malee):
    typed = sheet(
        amount="120", articles="NO-SUCH", topic="order", outcome="solved", text="Two bags",
        question="birth_date", reply="postponed", yes="marketing_email", no="marketing_phone", how="shown",
    )  # fmt: skip
    for fields in (typed, typed | {"do": "member"}, typed | {"do": "promise:nothing"}, typed | {"card_token": CARD}):
        answer = clerk.post(page(malee), fields)
        shown = text(answer)
        for part in (
            'value="120"',
            "NO-SUCH</textarea>",
            "Two bags</textarea>",
            'value="postponed" checked',
            'name="yes" value="marketing_email" checked',
            'name="no" value="marketing_phone" checked',
            'name="how" value="shown" checked',
        ):
            assert part in shown, (fields, part)
        assert shown.count('value="order" ') == 1
        assert fields["form_token"] == answer.context["token"]
    assert not [model for model in (Order, Interaction, ConsentRecord) if model.objects.exists()]


def test_all_faults_of_a_page_are_told_at_once(clerk, malee):
    bobs = factories.coupon(factories.customer(name="Bob", phone="0898765432"))
    asked = {"question": "email", "answer_email": "malee at home"}
    both = {"yes": "marketing_email", "no": "marketing_email"}
    answer = clerk.post(page(malee), sheet(amount="120", coupon=bobs.code, follow_up_on="then", **asked, **both))
    assert answer.status_code == 422
    assert "belongs to somebody else" in str(answer.context["sale_form"].errors["coupon"])
    assert answer.context["question_faults"].keys() == {"email"}
    assert answer.context["form"].errors.keys() == {"follow_up_on"}
    assert answer.context["consent_faults"]
    factories.customer(name="Somebody Else", email="else@example.com")
    answer = clerk.post(
        page(malee), sheet(amount="120", coupon="NO-SUCH", question="email", answer_email="else@example.com")
    )
    assert "A data steward was asked" in text(answer)
    assert answer.context["sale_form"].errors.keys() == {"coupon"}
    assert MergeSuggestion.objects.count() == 1
    assert not [model for model in (Order, Interaction, ConsentRecord, Asked) if model.objects.exists()]


def test_an_answer_and_that_there_was_none_is_refused(clerk, malee):
    both = {"question": "birth_date", "answer_birth_date": "1990-03-05", "reply": "declined"}
    for answer in (
        clerk.post(page(malee), sheet(**both)),
        clerk.post(page(malee, "phone-call"), call(topic="order", **both)),
    ):
        assert answer.status_code == 422
        assert "Keep one of them" in text(answer)
        assert 'value="declined" checked' in text(answer)
        assert 'value="1990-03-05"' in text(answer)
    assert not Asked.objects.exists()


def test_a_call_with_a_consent_that_is_sent_twice_has_one_answer(clerk, malee):
    url = page(malee, "phone-call")
    fields = call(topic="order", yes="marketing_phone")
    first, second = clerk.post(url, fields), clerk.post(url, fields)
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"]) == (302, "/phone/")
    assert (Interaction.objects.count(), ConsentRecord.objects.count()) == (1, 1)
    # Taken back since; the page that is loaded again does not bring it back.
    clerk.post(url, call(topic="order", no="marketing_phone"))
    assert clerk.post(url, fields).status_code == 302
    assert ConsentRecord.objects.latest("recorded_at").status == "withdrawn"
    # Two clerks who tick the same box: the second is told nothing is wrong.
    clerk.post(page(malee), sheet(yes="marketing_email"))
    assert clerk.post(url, call(topic="order", yes="marketing_email")).status_code == 302


GARBAGE = ["\x00", "x" * 5000, "ﷺ", "ffffffff-ffff-ffff-ffff-ffffffffffff", "1e999999", "NaN", "9" * 400, "0001-01-01",
           "promise:ffffffff-ffff-ffff-ffff-ffffffffffff", "\ud800"]  # fmt: skip
FIELDS = ("direction", "topic", "outcome", "text", "follow_up_on", "question", "reply", "answer_phone", "answer_", "desk",
          "amount", "articles", "coupon", "known_coupon", "yes", "no", "how", "card_token")  # fmt: skip


EACH = [FIELDS, ("form_token",), ("do",)]
MORE = [*EACH, FIELDS[1:-1], ("amount",), ("question", "reply"), ("coupon",), ("yes", "how"), ("no",)]


@pytest.mark.parametrize(
    ("desk", "fields"),
    [
        pytest.param("counter", EACH, marks=pytest.mark.long),
        pytest.param("counter", MORE, marks=pytest.mark.long),
        pytest.param("phone", MORE, marks=pytest.mark.long),
    ],
)
def test_no_field_of_a_page_can_break_it(clerk, malee, desk, fields):
    url = page(malee, "counter-person" if desk == "counter" else "phone-call")
    wrong = []

    def send(path, **told):
        sent = {name: text_.encode("utf-8", "surrogatepass") for name, text_ in told.items()}
        status = clerk.post(path, sent).status_code
        if status not in {200, 302, 400, 422}:
            wrong.append((path, told, status))

    good = sheet(desk, topic="order", question="birth_date")
    for value in GARBAGE:
        for names in fields:
            send(url, **good | dict.fromkeys(names, value))
        send(f"/{desk}/new/", **dict.fromkeys(("name", "phone", "email", "heard"), value))
        send(f"/{desk}/find/", q=value)
    assert not wrong


def test_a_card_is_known_by_its_token_and_never_by_its_number(clerk, malee):
    refused = clerk.post(page(malee), sheet(do="card", card_token=CARD.replace(" ", "")))
    assert refused.status_code == 422
    assert "4111" not in text(refused)
    assert not Identifier.objects.filter(kind="card").exists()
    assert clerk.post(page(malee), sheet(card_token="tok_9f8e7d"))["Location"] == page(malee)
    assert clerk.post("/counter/", {"q": "tok_9f8e7d"})["Location"] == page(malee)


def test_somebody_who_was_erased_or_never_was_is_not_at_the_counter(clerk):
    assert clerk.get(reverse("web:counter-person", args=[uuid.uuid4()])).status_code == 404
