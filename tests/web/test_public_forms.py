"""What every public form promises: taken once, nothing ticked in advance, nothing lost, nothing told to strangers."""

import datetime as dt
import html
import re
import threading

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from cdp.core import bounding, receipts
from cdp.core.actors import SYSTEM
from cdp.core.models import Source
from commerce.models import PreOrder, Warranty
from consent.models import ConsentRecord
from customers.models import Arrival, Customer, FormChoice, ProfileQuestion
from loyalty.models import Coupon, Offer
from loyalty.services import coupons
from tests import factories, filling

ANN = {"name": "Ann Smith", "email": "ann@example.com"}
FORMS = {
    "signup": ANN,
    "warranty": ANN | {"product": "Kettle", "serial": "MC-1", "bought_on": "2026-11-01"},
    "preorder": ANN | {"product": "Gift box", "quantity": "2", "way": "pickup"},
}
OTHER = {"warranty": {"serial": "MC-2"}}
ROWS = {"signup": Coupon, "warranty": Warranty, "preorder": PreOrder}
every = pytest.mark.parametrize("form", FORMS)


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


def thanks(client, form):
    return client.get(f"/{form}/done/").content.decode()


@every
def test_nothing_is_ticked_in_advance_and_an_empty_form_says_what_is_missing(db, client, form):
    page = client.get(f"/{form}/").content.decode()
    boxes = page.split('type="checkbox"')[1:]
    assert len(boxes) >= 3
    assert not any("checked" in box.split(">")[0] for box in boxes)
    answer = filling.send(client, form)
    assert answer.status_code == 422
    assert {"name", "email"} <= set(answer.context["form"].errors)


@every
def test_a_form_reaches_the_profile_with_its_consents_and_where_it_was_found(db, client, form):
    told = FORMS[form] | {"consent_marketing_email": "on"}
    assert filling.send(client, form, "?src=qr-counter&utm_campaign=may&utm_content=a@b.c", **told).status_code == 302
    who = Customer.objects.get(status="known")
    assert who.source == "qr-counter"
    arrival = Arrival.objects.get()
    assert (arrival.customer_id, arrival.form, arrival.place, arrival.campaign) == (
        who.id,
        form,
        "qr-counter",
        {"campaign": "may"},
    )
    assert ConsentRecord.objects.get().source == "qr-counter"
    assert ROWS[form].objects.get().customer_id == who.id


@every
def test_the_same_form_sent_again_is_answered_alike_and_writes_nothing(db, client, form):
    token = filling.token(form)
    answers = []
    for _ in range(3):
        answers.append(filling.send(client, form, form_token=token, **FORMS[form])["Location"])
        answers.append(thanks(client, form))
    assert len(set(answers[::2])) == len(set(answers[1::2])) == 1
    assert ROWS[form].objects.count() == Arrival.objects.count() == 1


@every
def test_two_open_tabs_are_one_sending(db, client, form):
    other = Client()
    filling.send(client, form, **FORMS[form])
    filling.send(other, form, **FORMS[form])
    assert thanks(client, form) == thanks(other, form)
    assert ROWS[form].objects.count() == 1


def test_the_same_wish_is_a_second_one_after_a_while(db, client, monkeypatch):
    filling.send(client, "preorder", **FORMS["preorder"])
    monkeypatch.setattr(receipts, "SAME_CONTENT", -dt.timedelta(seconds=1))
    filling.send(client, "preorder", **FORMS["preorder"])
    assert PreOrder.objects.count() == 2


def test_a_used_form_with_other_words_is_not_swallowed(db, client):
    token = filling.token("preorder")
    filling.send(client, "preorder", form_token=token, **FORMS["preorder"])
    changed = FORMS["preorder"] | {"quantity": "5"}
    asked = filling.send(client, "preorder", form_token=token, **changed)
    assert (asked.status_code, PreOrder.objects.count()) == (422, 1)
    fresh = asked.context["form"].data["form_token"]
    assert filling.send(client, "preorder", form_token=fresh, **changed).status_code == 302
    assert sorted(PreOrder.objects.values_list("quantity", flat=True)) == [2, 5]


@pytest.mark.django_db(transaction=True)
def test_a_double_click_that_runs_at_the_same_time_is_one_sending():
    token, start, seen = filling.token("signup"), threading.Barrier(4), []

    def click():
        browser = Client()
        start.wait()
        filling.send(browser, "signup", form_token=token, **ANN)
        seen.append(thanks(browser, "signup"))
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert (len(seen), len(set(seen))) == (4, 1)
    assert (Coupon.objects.count(), Customer.objects.filter(status="known").count()) == (1, 1)


@pytest.mark.parametrize("token", ["", "nonsense", "a:b:c", "\x00"])
def test_a_form_without_a_good_token_is_asked_for_once_more_with_everything_kept(db, client, token):
    asked = filling.send(client, "signup", form_token=token, **ANN)
    assert (asked.status_code, "ann@example.com" in asked.content.decode()) == (422, True)
    fresh = asked.context["form"].data["form_token"]
    assert filling.send(client, "signup", form_token=fresh, **ANN).status_code == 302


def test_a_form_that_is_filled_in_no_time_is_asked_for_once_more_and_no_longer(db, client):
    token = receipts.new_token("signup", now=timezone.now())
    asked = filling.send(client, "signup", form_token=token, **ANN)
    assert (asked.status_code, Customer.objects.filter(status="known").count()) == (422, 0)
    again = asked.context["form"].data["form_token"]
    assert filling.send(client, "signup", form_token=again, **ANN).status_code == 302


@pytest.mark.parametrize(("role", "sees"), [("clerk", True), ("marketer", False)])
def test_the_way_to_somebody_is_shown_to_those_who_may_see_contacts(db, client, role, sees):
    told = {"way": "delivery", "address": "12 Charoen Krung Road", "note": "Ring twice"}
    filling.send(client, "preorder", **FORMS["preorder"] | told)
    staff = Client()
    staff.force_login(factories.staff(role))
    page = staff.get("/preorders/").content.decode()
    assert ("Charoen Krung" in page, "Ring twice" in page) == (sees, sees)


def test_a_token_of_another_form_does_not_count(db, client):
    assert filling.send(client, "signup", form_token=filling.token("warranty"), **ANN).status_code == 422


@every
def test_who_is_known_gets_the_same_thanks_as_who_is_new(db, client, form):
    factories.order(factories.customer(**ANN))
    filling.send(client, form, **FORMS[form])
    stranger = Client()
    filling.send(stranger, form, **FORMS[form] | {"email": "new@example.com"} | OTHER.get(form, {}))

    def shape(page):
        return "".join(letter for letter in page if letter.islower())

    assert shape(thanks(client, form)) == shape(thanks(stranger, form))


def test_a_serial_number_that_was_there_gets_one_answer_for_its_owner_and_for_others(db, client, monkeypatch):
    monkeypatch.setattr(receipts, "SAME_CONTENT", -dt.timedelta(seconds=1))
    filling.send(client, "warranty", **FORMS["warranty"])
    assert "Warranty until" in thanks(client, "warranty")
    pages = []
    for mail in ("ann@example.com", "bo@example.com"):
        filling.send(client, "warranty", **FORMS["warranty"] | {"email": mail, "name": mail.split("@")[0]})
        pages.append(thanks(client, "warranty"))
    assert pages[0] == pages[1]
    assert "registered already" in pages[0]
    assert "receipt" in pages[0]
    owners = list(Warranty.objects.values_list("customer_id", flat=True))
    assert len(owners) == len(set(owners)) == 2


def test_another_browser_sees_the_thanks_and_nothing_of_it(db, client):
    filling.send(client, "signup", **ANN)
    assert "voucher-code" in thanks(client, "signup")
    assert "voucher-code" not in thanks(Client(), "signup")
    assert "voucher-code" not in client.get("/preorder/done/").content.decode()


def test_the_coupon_comes_whether_something_is_ticked_or_not_and_can_be_switched_off(db, client):
    filling.send(client, "signup", **ANN)
    assert "10% off your first order" in thanks(client, "signup")
    Offer.objects.update(is_on=False)
    filling.send(client, "signup", **ANN | {"email": "b@example.com"})
    assert Coupon.objects.count() == 1


def test_an_address_brings_one_coupon_whoever_types_it_and_tells_nobody_whether_it_was_used(db, client, monkeypatch):
    monkeypatch.setattr(receipts, "SAME_CONTENT", -dt.timedelta(seconds=1))
    ann = factories.customer(**ANN)
    old = timezone.now() - dt.timedelta(days=30)
    offer = Offer.objects.get(key=Offer.FIRST_ORDER)
    first = coupons.welcome(customer=ann.id, offer=offer, source="signup", actor=SYSTEM, now=old)
    shown = set()
    for used in (False, True):
        Coupon.objects.update(redeemed_at=timezone.now() if used else None)
        browser = Client()
        filling.send(browser, "signup", **ANN)
        found = thanks(browser, "signup")
        assert first.code in found
        shown.add(re.search(r"good once, until ([^.<]+)", found)[1])
    filling.send(client, "signup", **ANN | {"email": "new@example.com", "name": "New Person"})
    shown.add(re.search(r"good once, until ([^.<]+)", thanks(client, "signup"))[1])
    assert Coupon.objects.filter(customer_id=ann.id).count() == 1
    assert len(shown) == 1, "the day of a new one"


@every
def test_a_busy_address_must_wait_ten_minutes_and_keeps_what_was_typed(db, client, form, monkeypatch):
    monkeypatch.setattr(bounding, "MOST", 1)
    filling.send(client, form, **FORMS[form])
    busy = filling.send(client, form, **FORMS[form] | {"name": "Bo Lee"})
    assert (busy.status_code, busy["Retry-After"]) == (429, "600")
    assert "Bo Lee" in busy.content.decode()


@every
def test_pages_are_never_kept_by_a_cache(db, client, form):
    assert "no-store" in client.get(f"/{form}/")["Cache-Control"]
    filling.send(client, form, **FORMS[form])
    assert "no-store" in client.get(f"/{form}/done/")["Cache-Control"]


@every
def test_the_shops_tablet_forgets_everybody(db, client, form):
    page = client.get(f"/{form}/?kiosk=th").content.decode()
    assert f"/{form}/?src=kiosk&amp;kiosk=th&amp;lang=th" in page
    assert 'autocomplete="name"' not in page
    assert 'autocomplete="email"' not in page
    answer = filling.send(client, form, "?kiosk=th", **FORMS[form])
    assert answer["Location"] == f"/{form}/done/?kiosk=th&lang=th"
    first, second = (client.get(answer["Location"]).content.decode() for _ in range(2))
    assert 'http-equiv="refresh"' in first
    assert ("voucher" in first, "voucher" in second) == (True, False)
    assert Customer.objects.get(status="known").source == "kiosk"


def test_a_place_of_the_shops_own_is_a_source_and_any_other_word_is_only_counted(db, client):
    Source.objects.create(key="fair", name="Fair", kind=Source.Kind.FORM)
    for place, mail in (("fair", "a@example.com"), ("made-up", "b@example.com"), ("shop", "c@example.com")):
        filling.send(client, "signup", f"?src={place}", **ANN | {"email": mail, "name": mail[0] * 4})
    known = dict(Customer.objects.filter(status="known").values_list("source", "id"))
    assert set(known) == {"fair", "signup"}
    assert sorted(Arrival.objects.values_list("place", flat=True)) == ["fair", "made-up", "shop"]


def test_the_lists_are_the_shops_own(db, client):
    FormChoice.objects.filter(list="heard").update(is_active=False)
    FormChoice.objects.create(list="interest", key="tea", name={"en": "Tea", "th": "ชา"})
    page = client.get("/signup/?lang=th").content.decode()
    assert "ชา" in page
    assert 'name="heard"' not in page
    filling.send(client, "signup", interests=["tea", "home"], **ANN)
    assert set(Customer.objects.get(status="known").interests) == {"tea", "home"}


def test_a_form_asks_the_next_useful_thing_of_the_shops_list_and_keeps_the_answer(db, client):
    assert 'name="heard"' in client.get("/warranty/").content.decode()
    filling.send(client, "warranty", heard="friend", **FORMS["warranty"])
    assert Customer.objects.get(status="known").tags == ["heard:friend"]
    ProfileQuestion.objects.filter(key="heard").update(contexts=["counter"])
    ProfileQuestion.objects.filter(key="gender").update(position=0)
    assert 'name="heard"' not in client.get("/warranty/").content.decode()
    filling.send(client, "warranty", gender="female", **FORMS["warranty"] | {"name": "Bo", "email": "b@example.com"})
    assert Customer.objects.get(status="known", tags=[]).gender == "female"


def test_a_form_asks_nothing_twice_and_nothing_sensitive(db, client):
    ProfileQuestion.objects.exclude(key__in=["heard", "income_band", "children", "occupation"]).update(is_active=False)
    ProfileQuestion.objects.update(level=0, position=0)
    form = client.get("/signup/").context["form"]
    assert form.asked is None
    ProfileQuestion.objects.update(is_active=False)
    assert client.get("/warranty/").context["form"].asked is None


@pytest.mark.parametrize("typed", ["1990-03-05", "5/3/2533", "5 มี.ค. 2533"])
def test_a_birthday_is_read_in_any_usual_form(db, client, typed):
    filling.send(client, "signup", birth_date=typed, **ANN)
    assert Customer.objects.get(status="known").birth_date == dt.date(1990, 3, 5)


def test_a_child_allows_nothing_alone(db, client):
    born = (timezone.localdate() - dt.timedelta(days=365 * 9)).isoformat()
    filling.send(client, "signup", birth_date=born, consent_marketing_email="on", **ANN)
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize("language", ["en", "th", "ko"])
def test_ten_megabytes_in_a_form_are_refused_in_the_language_of_the_reader(db, client, language):
    answer = filling.send(client, "signup", f"?lang={language}", **ANN | {"name": "x" * 10_000_000})
    page = answer.content.decode()
    assert (answer.status_code, "5 MB" in page, f'<html lang="{language}"' in page) == (413, True, True)
    assert not Customer.objects.filter(status="known").exists()


@pytest.mark.parametrize(
    ("form", "told", "place"),
    [
        ("warranty", {"bought_on": "2999-01-01"}, "bought_on"),
        ("warranty", {"bought_on": "1920-01-01"}, "bought_on"),
        ("warranty", {"bought_on": "yesterday"}, "bought_on"),
        ("warranty", {"bought_on": ""}, "bought_on"),
        ("warranty", {"serial": "---"}, "serial"),
        ("warranty", {"product": "\x00"}, "product"),
        ("warranty", {"product": "x" * 201}, "product"),
        ("preorder", {"quantity": "0"}, "quantity"),
        ("preorder", {"quantity": "-1"}, "quantity"),
        ("preorder", {"quantity": "1e3"}, "quantity"),
        ("preorder", {"wish_on": "2020-01-01"}, "wish_on"),
        ("preorder", {"wish_on": "2999-01-01"}, "wish_on"),
        ("preorder", {"way": "drone"}, "way"),
        ("preorder", {"way": "delivery", "address": " "}, "address"),
        ("preorder", {"email": "", "phone": ""}, "email"),
        ("signup", {"birth_date": "31/02/1990"}, "birth_date"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_written(db, client, form, told, place):
    answer = filling.send(client, form, **FORMS[form] | told)
    assert answer.status_code == 422
    assert place in answer.context["form"].errors
    assert not Customer.objects.filter(status="known").exists()


LETTERS = {"th": re.compile("[\u0e01-\u0e5b]"), "ko": re.compile("[\uac00-\ud7a3]")}
BAD = [
    ("signup", {"birth_date": "2999-01-01"}),
    ("signup", {"birth_date": "1800-01-01"}),
    ("signup", {"birth_date": "soon", "name": "x" * 201, "email": "x" * 255, "phone": "1" * 41}),
    ("signup", {"name": "\x00", "email": "nobody", "phone": "12"}),
    ("signup", {"name": "<>", "email": "a@b", "phone": "+1 555"}),
    ("signup", {"name": "", "email": "a\x00@example.com", "phone": "0812345678 or 0899999999"}),
    ("signup", {"interests": ["nonsense"], "heard": "nonsense", "email": "ann@example.com,bo@example.com"}),
    ("warranty", {"product": "", "serial": "---", "bought_on": "2999-01-01", "place": "x" * 121}),
    ("warranty", {"product": "x" * 201, "serial": "1" * 101, "bought_on": "1920-01-01", "order_number": "x" * 81}),
    ("warranty", {"bought_on": "yesterday"}),
    ("warranty", {"bought_on": ""}),
    ("warranty", {"bought_on": "31/02/2020"}),
    ("preorder", {"quantity": "0", "wish_on": "2020-01-01", "way": "drone"}),
    ("preorder", {"quantity": "1000", "wish_on": "2999-01-01", "way": ""}),
    ("preorder", {"quantity": "1e3", "wish_on": "soon", "way": "delivery", "address": ""}),
    ("preorder", {"quantity": "", "address": "x" * 501, "note": "x" * 1001}),
    ("preorder", {"quantity": "1.5", "product": "", "email": "", "phone": ""}),
]


@pytest.mark.parametrize("language", LETTERS)
@pytest.mark.parametrize(("form", "told"), BAD)
def test_what_is_wrong_is_told_in_the_readers_own_language(db, client, form, told, language):
    answer = filling.send(client, form, f"?lang={language}", **FORMS[form] | told)
    assert answer.status_code == 422
    words = [str(error) for errors in answer.context["form"].errors.values() for error in errors]
    assert words
    assert not [one for one in words if not LETTERS[language].search(one) or re.search("[a-z]{3} [a-z]", one)]


# --- in the middle of a form ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "screen", "told", "places"),
    [
        ("signup", 0, {"name": "Ann", "phone": "12"}, {"phone"}),
        ("signup", 0, {"name": "Ann"}, {"email"}),
        ("signup", 0, {}, {"name", "email"}),
        ("signup", 0, ANN, set()),
        ("signup", 2, {"birth_date": "2999-01-01"}, {"birth_date"}),
        ("signup", 3, {"accept_terms": ""}, {"accept_terms"}),
        ("signup", 3, {"accept_terms": "on"}, set()),
        ("warranty", 0, {"product": "Kettle", "serial": "--"}, {"serial"}),
        ("warranty", 1, {"bought_on": "2999-01-01"}, {"bought_on"}),
        ("preorder", 1, {"way": "delivery"}, {"address"}),
        ("preorder", 1, {"way": "pickup", "wish_on": "2020-01-01"}, {"wish_on"}),
        ("preorder", "9", {}, set()),
        ("preorder", "-1", {}, set()),
        ("preorder", "x\x00", {}, set()),
    ],
)
def test_each_screen_is_judged_before_the_next_in_the_words_of_the_end(db, client, form, screen, told, places):
    asked = client.post(f"/{form}/?lang=ko", told | {"meanwhile": "step", "screen": screen})
    assert asked.status_code == 200
    faults = asked.json()["faults"]
    assert set(faults) == places
    at_the_end = filling.send(client, form, "?lang=ko", **told)
    if at_the_end.status_code == 422:
        errors = at_the_end.context["form"].errors
        assert all(faults[name] == list(errors[name]) for name in places)


KEPT = {
    "signup": {"name": "Ann <Smith>", "phone": "nonsense", "interests": ["home"], "consent_marketing_email": "on"},
    "warranty": {"name": "Ann", "product": "หม้อหุงข้าว", "serial": "--", "bought_on": "2026-11-01"},
    "preorder": {"name": "Ann", "way": "delivery", "address": "12 Main\nRoad", "quantity": "3"},
}


@every
def test_a_form_keeps_what_was_typed_while_the_language_changes(db, client, form):
    token = filling.token(form)
    sent = KEPT[form] | {"form_token": token, "screen": "1", "meanwhile": "language"}
    answer = client.post(f"/{form}/?src=flyer&lang=th", sent)
    assert (answer.status_code, answer.headers["Content-Language"]) == (200, "th")
    shown = answer.context["form"]
    assert {name: shown[name].value() for name in KEPT[form]} == KEPT[form] | (
        {"consent_marketing_email": True} if form == "signup" else {}
    )
    assert (shown["form_token"].value(), answer.context["screen"], shown.errors) == (token, "1", {})
    assert "no-store" in answer.headers["Cache-Control"]


@every
@pytest.mark.parametrize("document", ["privacy", "terms"])
def test_a_form_comes_back_as_it_was_from_the_policy(db, client, form, document):
    read = client.post(f"/{form}/", KEPT[form] | {"screen": "2", "meanwhile": document})
    page = read.content.decode()
    assert "prose" in page
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert hidden["name"] == KEPT[form]["name"].replace("<", "&lt;").replace(">", "&gt;")
    sent = {name: html.unescape(value) for name, value in hidden.items()} | {"meanwhile": "form"}
    back = client.post(f"/{form}/", sent).context["form"]
    told = {name: back[name].value() for name in KEPT[form] if name != "consent_marketing_email"}
    assert told == {name: value for name, value in KEPT[form].items() if name != "consent_marketing_email"}
    assert back.initial.get("consent_marketing_email") is (form == "signup")


@every
def test_enter_sends_the_form_and_changes_no_language(db, client, form):
    page = client.get(f"/{form}/").content.decode()
    first = re.search(r"<button[^>]*>", page).group()
    assert 'form="public-form"' in first
    assert "meanwhile" not in first


@every
def test_the_thanks_lead_on_to_the_shop_where_it_has_an_address(db, client, settings, form):
    assert "shop.example.com" not in client.get(f"/{form}/done/").content.decode()
    settings.CDP_SHOP_URL = "https://shop.example.com"
    assert 'href="https://shop.example.com"' in client.get(f"/{form}/done/").content.decode()


@every
def test_the_signal_of_a_browser_is_named_and_kept(db, form):
    browser, note = Client(headers={"Sec-GPC": "1"}), "We honour that: nothing is handed to partners"
    assert browser.get(f"/{form}/").content.decode().count(note) == 1
    assert note not in Client().get(f"/{form}/").content.decode()
    filling.send(browser, form, **FORMS[form])
    assert "is kept with your form" in thanks(browser, form)
    kept = ConsentRecord.objects.filter(method="gpc", status="denied")
    assert set(kept.values_list("purpose", flat=True)) == {"third_party", "measurement"}
