"""The page of one customer: what is shown, to whom, and what is written down about the looking."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cdp.core import actors
from cdp.core.models import AccessEntry, AuditEntry
from commerce.models import Cart, CartLine, PreOrder, Warranty
from customers.models import Customer, Interaction, Note, Status
from customers.services import notes
from tests import factories, filling

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def ada(db):
    return factories.customer(
        name="Ada Lovelace",
        email="ada@example.com",
        phone="0812345678",
        street="12 Analytical Road",
        city="Bangkok",
        country="TH",
        tags="vip, tea",
    )


def page(customer):
    return reverse("customers:customer-detail", args=[customer.id])


def text(response):
    return response.content.decode()


def test_whoever_gave_the_same_telephone_is_named_on_the_page(log_in, ada):
    factories.customer(name="Bea Lovelace", phone="0812345678", email="bea@example.com")
    factories.customer(name="Cyd Else", phone="0812345679")
    told = text(log_in("clerk").get(page(ada)))
    assert "The same phone number:" in told
    assert "Bea Lovelace" in told
    assert "Cyd Else" not in told


def test_shows_who_it_is_and_what_happened(clerk, ada):
    factories.order(ada, external_id="10482", amount="1290")
    factories.consent(ada)
    response = clerk.get(page(ada))
    assert response.status_code == 200
    for words in ("Ada Lovelace", "+66 81 234 5678", "ada@example.com", "12 Analytical Road", "vip", "10482"):
        assert words in text(response)
    assert "Next best action" in text(response)
    assert "Key numbers" in text(response)


def test_shows_the_orders_amount_in_words(clerk, ada):
    factories.order(ada, external_id="10482", amount="1290")
    assert "฿1,290.00" in text(clerk.get(page(ada)))


def test_masks_contacts_for_those_who_need_them_not(marketer, ada):
    words = text(marketer.get(page(ada)))
    assert "a•••@example.com" in words
    assert "+66 •• ••• 5678" in words
    for clear in ("ada@example.com", "812345678", "81 234 5678", "Analytical"):
        assert clear not in words


def test_shows_one_contact_after_asking_why_and_writes_it_down(marketer, ada):
    part = contact_id(ada, "email")
    url = reverse("customers:contact-show", args=[ada.id, part])
    asked = marketer.get(url, **HTMX)
    assert "ada@example.com" not in text(asked)
    assert "Why do you need it?" in text(asked)
    shown = marketer.post(url, {"reason": "order"}, **HTMX)
    assert "ada@example.com" in text(shown)
    entry = AccessEntry.objects.get()  # one look, one entry
    assert (entry.reason, entry.customer_ids) == ("order", [ada.id])
    audit = AuditEntry.objects.get(action="customers:contact:revealed")
    assert audit.details == {"kind": "email", "reason": "order"}


def test_writes_down_that_the_masked_contact_was_shown_again(marketer, ada):
    url = reverse("customers:contact-show", args=[ada.id, contact_id(ada, "email")])
    assert "a•••@example.com" in text(marketer.get(f"{url}?cancel=1", **HTMX))
    assert AccessEntry.objects.get().customer_ids == [ada.id]


def test_shows_nothing_without_a_reason_of_the_list(marketer, ada):
    url = reverse("customers:contact-show", args=[ada.id, contact_id(ada, "email")])
    for reason in ("", "because ada@example.com"):
        assert "ada@example.com" not in text(marketer.post(url, {"reason": reason}, **HTMX))
    assert not AuditEntry.objects.filter(action="customers:contact:revealed").exists()


def test_shows_a_street_after_asking_why(marketer, ada):
    url = reverse("customers:contact-show", args=[ada.id, place_id(ada)])
    assert "Analytical" in text(marketer.post(url, {"reason": "order"}, **HTMX))
    assert AuditEntry.objects.get(action="customers:contact:revealed").details["kind"] == "address"


def test_does_not_show_a_contact_of_somebody_else(marketer, ada):
    other = factories.customer(email="bo@example.com")
    url = reverse("customers:contact-show", args=[ada.id, contact_id(other, "email")])
    assert marketer.post(url, {"reason": "order"}, **HTMX).status_code == 404


def test_puts_the_look_into_the_access_log(clerk, ada):
    clerk.get(page(ada))
    entry = AccessEntry.objects.get()
    assert (entry.view, entry.customer_ids) == ("customers:customer-detail", [ada.id])


def test_never_names_the_customer_in_the_title_of_the_tab(clerk, ada):
    title = text(clerk.get(page(ada))).split("<title>")[1].split("</title>")[0]
    assert "Ada" not in title


def test_a_merged_id_leads_to_the_survivor(clerk, ada):
    other = factories.customer(name="Ada again")
    Customer.objects.filter(id=other.id).update(status=Status.MERGED, merged_into=ada.id)
    response = clerk.get(page(other))
    assert response.status_code == 302
    assert response["Location"] == page(ada)


def test_an_erased_person_is_gone_and_a_stranger_not_found(clerk, ada):
    Customer.objects.filter(id=ada.id).update(status=Status.ERASED)
    assert clerk.get(page(ada)).status_code == 410
    assert clerk.get(reverse("customers:customer-detail", args=[uuid.uuid4()])).status_code == 404
    bucket = Customer.objects.filter(status=Status.BUCKET).first()
    assert clerk.get(page(bucket)).status_code == 404


def test_keeps_a_note_and_shows_it_first(clerk, ada):
    url = reverse("customers:note-add", args=[ada.id])
    response = clerk.post(url, {"kind": "call", "text": "Wants the parcel <b>after</b> 18:00."}, **HTMX)
    assert response.status_code == 200
    assert "Wants the parcel &lt;b&gt;after&lt;/b&gt; 18:00." in text(response)
    assert "toast" in response["HX-Trigger"]
    call = Interaction.objects.get()
    assert call.kind == "call"
    assert b"parcel" not in bytes(call.text)
    assert AuditEntry.objects.filter(action="customers:interaction:logged", customer_id=ada.id).exists()
    clerk.post(url, {"kind": "note", "text": "Likes tea"}, **HTMX)
    note = Note.objects.get()
    assert b"tea" not in bytes(note.text)
    assert AuditEntry.objects.filter(action="customers:note:added", customer_id=ada.id).exists()


@pytest.mark.parametrize("body", [{"text": "  "}, {"text": "x" * 4001}, {"text": "x", "kind": "spell"}, {}])
def test_says_why_a_note_is_not_kept_and_gives_the_text_back(clerk, ada, body):
    response = clerk.post(reverse("customers:note-add", args=[ada.id]), body, **HTMX)
    assert response.status_code == 422
    assert 'role="alert"' in text(response)
    assert not Note.objects.exists()


def test_a_note_without_scripts_leads_back_to_the_page(clerk, ada):
    response = clerk.post(reverse("customers:note-add", args=[ada.id]), {"kind": "note", "text": "Hello"})
    assert response.status_code == 302
    assert "Hello" in text(clerk.get(page(ada)))


def test_the_timeline_narrows_to_a_kind_and_goes_on_in_pages(clerk, ada):
    factories.order(ada, external_id="10482")
    start = timezone.now() - dt.timedelta(days=100)
    for number in range(45):
        notes.add(
            customer=ada.id,
            kind="note",
            text=f"note {number:02}",
            actor=actors.SYSTEM,
            at=start + dt.timedelta(hours=number),
        )
    url = reverse("customers:customer-timeline", args=[ada.id])
    first = clerk.get(url, {"kind": "note"}, **HTMX)
    assert "10482" not in text(first)
    assert "note 44" in text(first)
    assert "note 05" not in text(first)
    before = first.context["before"]
    second = clerk.get(url, {"kind": "note", "before": before}, **HTMX)
    seen = [f"note {number:02}" in text(first) or f"note {number:02}" in text(second) for number in range(45)]
    assert all(seen)
    assert second.context["before"] == ""


@pytest.mark.parametrize("before", ["yesterday", "2026-01-01", "2026-01-01T00:00:00", "2026-99-01T00:00:00Z"])
def test_a_moment_that_is_none_is_not_found(clerk, ada, before):
    url = reverse("customers:customer-timeline", args=[ada.id])
    assert clerk.get(url, {"before": before}, **HTMX).status_code == 404


def test_asks_for_the_next_useful_thing(clerk, ada):
    nobody = factories.customer(name="Bo Diddley")
    assert "Ask how to reach them" in text(clerk.get(page(nobody)))
    assert "Ask for a birthday" in text(clerk.get(page(ada)))


def test_suggests_a_win_back_only_to_those_who_may_hear_from_us(clerk, ada):
    from analytics.services import metrics

    now = timezone.now()
    factories.order(ada, placed_at=now - dt.timedelta(days=200))
    metrics.update([ada.id], now)
    assert "win-back" not in text(clerk.get(page(ada)))
    factories.consent(ada)
    assert "Consider a win-back" in text(clerk.get(page(ada)))


@pytest.mark.parametrize("language", ["en", "th", "ko"])
def test_speaks_every_language(clerk, ada, language):
    clerk.cookies["cdp_language"] = language
    response = clerk.get(page(ada))
    assert response.status_code == 200
    assert f'<html lang="{language}"' in text(response)


def contact_id(customer, kind):
    from customers.models import ContactPoint

    return ContactPoint.objects.get(customer_id=customer.id, kind=kind).id


def place_id(customer):
    from customers.models import Address

    return Address.objects.get(customer_id=customer.id).id


def test_a_visit_of_many_clicks_is_one_entry_that_unfolds(clerk, ada, monkeypatch):
    from cdp.core import timeline

    now = timezone.now().replace(hour=5)
    clicks = [
        timeline.Entry(id=f"{number}", at=now - dt.timedelta(minutes=number), kind="event", title=f"Click {number}")
        for number in range(5)
    ]
    order = timeline.Entry(id="o", at=now - dt.timedelta(minutes=9), kind="order", title="Order 7")
    monkeypatch.setattr(timeline, "_providers", {"event": ("Visits", "customers", lambda question: [*clicks, order])})
    response = clerk.get(page(ada))
    assert "5 steps on the website" in text(response)
    assert "Click 4" in text(response)
    assert [entry["title"] for entry in response.context["entries"]] == ["5 steps on the website", "Order 7"]
    assert len(clerk.get(page(ada), {"kind": "event"}).context["entries"]) == 6


def test_the_segments_of_a_day_are_one_entry_that_unfolds(clerk, ada, monkeypatch):
    from cdp.core import timeline

    now = timezone.now().replace(hour=5)

    def entry(number: int, *, days: int = 0, entered: bool = True) -> timeline.Entry:
        at = now - dt.timedelta(days=days, minutes=number)
        return timeline.Entry(
            id=f"{number}", at=at, kind="segment", title=f"Segment {number}", data={"entered": entered}
        )

    found = [*map(entry, range(4)), entry(4, days=1), entry(5, days=1, entered=False), entry(6, days=2)]
    monkeypatch.setattr(timeline, "_providers", {"segment": ("Segments", "segments", lambda question: found)})
    response = clerk.get(page(ada))
    titles = [entry["title"] for entry in response.context["entries"]]
    assert titles == ["Entered 4 segments", "2 changes of segments", "Segment 6"]
    assert "Segment 3" in text(response)
    assert len(clerk.get(page(ada), {"kind": "segment"}).context["entries"]) == 7


def test_the_languages_to_choose_from_have_their_names(clerk, ada):
    words = text(clerk.get(reverse("customers:customer-edit", args=[ada.id])))
    assert "Danish" in words
    assert ">da<" not in words


def test_a_customer_who_pays_in_another_currency_sees_it_first(clerk, ada):
    from analytics.services import metrics

    factories.order(ada, amount="33000", currency="KRW")
    metrics.update([ada.id], timezone.now())
    words = text(clerk.get(page(ada)))
    assert "₩33,000" in words
    assert "no exchange rate for KRW" in words


def test_all_money_on_the_page_is_written_in_one_way(clerk, ada):
    from analytics.services import metrics

    factories.order(ada, amount="1290")
    now = timezone.now()
    cart = Cart.objects.create(
        customer_id=ada.id, source="shop", tokens=["c1"], started_at=now, told_at=now, total="1290", currency="THB"
    )
    CartLine.objects.create(customer_id=ada.id, cart=cart, sku="T1", name="Tea", quantity=1, unit_price="1290")
    metrics.update([ada.id], timezone.now())
    words = text(clerk.get(page(ada)))
    assert words.count("฿1,290.00") == words.count("1,290") >= 4
    assert "1290 THB" not in words


def test_says_that_nobody_asked_about_email_and_what_to_do(clerk, ada):
    words = text(clerk.get(page(ada)))
    assert "Never asked about offers by e-mail" in words
    assert f'href="/counter/{ada.id}/"' in words
    factories.consent(ada)
    assert "Never asked about offers by e-mail" not in text(clerk.get(page(ada)))


def test_the_parts_of_the_page_read_nothing_twice(clerk, ada):
    factories.order(ada, external_id="10482", amount="1290", placed_at=timezone.now() - dt.timedelta(days=200))
    factories.consent(ada)
    factories.coupon(ada)
    told = {"name": "Ada Lovelace", "email": "ada@example.com", "product": "Kettle"}
    filling.send(Client(), "warranty", bought_on="2026-11-01", **told)
    filling.send(Client(), "preorder", quantity="2", way="pickup", **told)
    assert ada.id == Warranty.objects.get().customer_id == PreOrder.objects.get().customer_id
    clerk.get(page(ada))
    with CaptureQueriesContext(connection) as asked:
        clerk.get(page(ada))
    statements = [query["sql"] for query in asked.captured_queries]
    assert sorted(statements) == sorted(set(statements))


def test_the_timeline_is_narrowed_to_a_group_or_to_one_kind(clerk, ada):
    factories.order(ada, external_id="A-7")
    clerk.post(reverse("customers:note-add", args=[ada.id]), {"text": "Likes green tea", "kind": "note"})

    def kinds(kind):
        return {entry["kind"] for entry in clerk.get(page(ada), {"kind": kind}).context["entries"]}

    assert kinds("") >= {"order", "note"}
    assert kinds("bought") == kinds("order") == {"order"}
    assert kinds("said") == kinds("note") == {"note"}
    shown = clerk.get(page(ada), {"kind": "order"})
    assert [group["key"] for group in shown.context["groups"]] == ["", "bought", "said", "online", "known"]
    listed = [one["key"] for group in shown.context["kinds"] for one in group["kinds"]]
    assert len(listed) == len(set(listed)) > 15
    assert text(shown).count('aria-current="true"') >= 1
