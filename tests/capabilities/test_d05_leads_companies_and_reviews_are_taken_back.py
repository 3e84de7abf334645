"""D5: imports of leads, companies and reviews are taken back as whole as those of customers and orders."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cdp.core import actors, jobs
from cdp.core.imports import running, undoing
from cdp.core.models import ImportTrace, Job
from commerce.models import Product
from consent.models import ConsentState
from customers.models import Company, CompanyKey, CompanyLink, Customer, Lead, LeadKey
from customers.services.companies import linking
from customers.services.leads import working
from surveys.models import (
    Review,
    ReviewKey,
    SocialAct,
    SocialActKey,
    SocialPost,
    Ticket,
    TicketKey,
    TicketMessage,
)
from surveys.services.tickets import working as tickets
from tests import factories
from tests.capabilities.test_d05_a_file_is_imported_and_taken_back import ORDERS, PEOPLE, undo
from tests.importing import Importer

pytestmark = pytest.mark.django_db
LEADS = (
    "lead id,created time,platform,campaign name,email,name,skin\n"
    "7001,2026-03-01 10:00,facebook,Spring,ada@example.com,Ada Somsri,dry\n"
    "7002,2026-03-02 10:00,instagram,Spring,bo@example.com,Bo Kim,oily\n"
)
COMPANIES = (
    "company name,company id,industry,number of employees,website,contact email,contact name\n"
    "Siam Soap Co.,C1,Cosmetics,120,siamsoap.example,kim@siamsoap.example,Kim Lee\n"
    "Han River Ltd,C2,Retail,30,,,\n"
)
REVIEWS = (
    "review id,sku,rating,title,body,date,email,name\n"
    "R1,P-1,5,Lovely,Smells of rain,2026-03-01,ada@example.com,Ada Somsri\n"
    "R2,P-1,2,Hm,Too sweet,2026-03-02,bo@example.com,Bo Kim\n"
)
SOCIAL = (
    "comment id,platform,post,kind,handle,followers,text,at,campaign\n"
    "S1,x,P1,comment,ada,12.3k,Smells of rain,2026-03-01,Spring\n"
    "S2,x,P1,comment,bo,300,Too sweet,2026-03-02,Spring\n"
)
TICKETS = (
    "ticket id,email,name,subject,description,channel,priority,status,created at,first reply at,resolved at,satisfaction\n"
    "T1,ada@example.com,Ada Somsri,Lid,It broke,email,high,open,2026-03-02 10:00,,,\n"
    "T2,bo@example.com,Bo Kim,Late,Too late,phone,normal,closed,2026-03-03 10:00,2026-03-03 11:00,2026-03-03 12:00,2\n"
)
PRODUCTS = "sku,name,price\nP-1,Soap,90\nP-2,Towel,50\n"
EVENTS = "event,timestamp,email\nSigned in,2026-03-01 10:00,ada@example.com\n"


@pytest.fixture
def imports(tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


def picture() -> str:
    """Every row of leads, companies and reviews, but for what says when it was last touched."""
    parts = {}
    voice = (Review, ReviewKey, SocialAct, SocialActKey, SocialPost, Ticket, TicketKey, TicketMessage)
    for model in (Lead, LeadKey, Company, CompanyKey, CompanyLink, *voice):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {model._meta.db_table} AS t")
            rows = [json.loads(row) for (row,) in cursor.fetchall()]
        for row in rows:
            row.pop("updated_at", None)
            row.pop("linked_at", None)
        parts[model._meta.label] = sorted(json.dumps(row, sort_keys=True) for row in rows)
    return json.dumps(parts, indent=1)


def foreseen(imported: Job) -> dict[str, int]:
    """What the page says before it asks."""
    counts, is_whole = undoing.foresee(Job.objects.get(id=imported.id), at=timezone.now(), most=5)
    assert is_whole
    return {word: number for word, number in counts.items() if number}


def known() -> int:
    return Customer.objects.filter(status="known").count()


@pytest.mark.parametrize(
    ("kind", "content", "goes"),
    [
        ("leads", LEADS, {"leads_removed": 2, "people_removed": 2}),
        ("companies", COMPANIES, {"companies_removed": 2, "contacts_unlinked": 1, "people_removed": 1}),
        ("reviews", REVIEWS, {"reviews_removed": 2, "people_removed": 2}),
        ("social", SOCIAL, {"social_removed": 2, "posts_removed": 1, "people_removed": 2}),
        ("tickets", TICKETS, {"tickets_removed": 2, "people_removed": 2}),
        ("orders", ORDERS, {"orders_removed": 1, "refunds_removed": 1, "products_removed": 2, "people_removed": 2}),
        ("events", EVENTS, {"events_removed": 1, "people_removed": 1}),
        ("customers", PEOPLE, {"people_removed": 2}),
        ("products", PRODUCTS, {"products_removed": 2}),
    ],
)
def test_what_is_told_before_is_what_goes_and_nothing_of_it_is_left(imports, kind, content, goes):
    before = picture()
    imports(kind, content)
    told = foreseen(imports.job)
    assert told == goes
    assert undo(imports.job) == goes
    assert (picture(), known()) == (before, 0)
    assert not ImportTrace.objects.exists()
    assert imports(kind, content)["created"] == next(iter(goes.values()))  # the same file is news once more


@pytest.mark.parametrize(
    ("kind", "content"),
    [("leads", LEADS), ("companies", COMPANIES), ("reviews", REVIEWS), ("social", SOCIAL), ("tickets", TICKETS)],
)
def test_a_file_told_twice_is_taken_back_one_telling_at_a_time(imports, kind, content):
    imports.chunk(kind, 1)
    imports(kind, content, source="shop")
    before = picture()
    changed = content.replace(
        ",open,2026-03-02 10:00,,", ",closed,2026-03-02 10:00,2026-03-02 11:00,2026-03-02 12:00"
    ).replace("Cosmetics", "Soap").replace("Too sweet", "Just right") + "".join(
        content.splitlines(keepends=True)[1:]
    ).replace("R1", "R9").replace("C1", "C9").replace("7001", "7009")
    imports(kind, changed.replace("2026-03-02,bo", "2026-03-04,bo"), source="shop")
    assert picture() != before
    told = foreseen(imports.job)
    assert undo(imports.job) == told
    assert picture() == before


KINDS = {
    "customers": PEOPLE.replace("0811111111", "").replace("0822222222", "")
    + "3,ada@example.com,,Ada Somsri,Phuket,new\n",
    "orders": ORDERS.replace("cyd@", "ada@"),
    "products": PRODUCTS,
    "events": EVENTS + "Product Viewed,2026-03-02 10:00,cyd@example.com\n",
    "leads": LEADS,
    "companies": COMPANIES,
    "reviews": REVIEWS,
    "social": SOCIAL,
    "tickets": TICKETS,
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_foretold_is_what_happens_also_where_much_was_there_before_and_came_since(imports, kind):
    """Each kind in small chunks, told twice, over what other files brought before; then others tell more."""
    for one in KINDS:
        imports.chunk(one, 1)
    for one in ("products", "companies", "orders", "customers"):
        content = KINDS[one].splitlines()
        imports(one, "\n".join(content[:2]) + "\n", source="before")
    content = KINDS[kind].replace("Soap", "Soaps") + "".join(KINDS[kind].splitlines(keepends=True)[2:])
    imports(kind, content)
    first = imports.job
    for one in KINDS:
        imports(one, "\n".join([KINDS[one].splitlines()[0], KINDS[one].splitlines()[-1]]) + "\n", source="since")
    assert undo(first)  # `undo` compares the two
    assert not ImportTrace.objects.filter(job=first).exists()


def test_a_product_goes_though_the_file_named_it_twice_and_stays_once_something_is_about_it(imports):
    imports.chunk("products", 1)
    content = PRODUCTS + "P-1,Soap,95\nP-2,Towel,55\n"
    imports("products", content)
    first = imports.job
    imports(
        "orders", "order id,order date,email,sku,product,quantity,price\nA9,2026-01-02,ann@example.com,P-2,Towel,1,50\n"
    )
    assert undo(first) == {"products_removed": 1, "products_kept": 1, "products_restored": 1}
    assert list(Product.objects.values_list("sku", "price")) == [("P-2", 50)]


def test_articles_are_looked_for_by_their_index(imports):
    imports("orders", ORDERS)
    with CaptureQueriesContext(connection) as captured:
        undoing.foresee(Job.objects.get(id=imports.job.id), at=timezone.now(), most=5)
    asked = [one["sql"] for one in captured.captured_queries if "unnest" in one["sql"] and "a.sku" in one["sql"]]
    plans = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in asked:
            cursor.execute(f"EXPLAIN {sql}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    for table in ("orderline", "refundline", "cartline"):
        assert any(f"commerce_{table}_sku" in plan for plan in plans), plans


def test_a_lead_somebody_worked_on_stays_with_its_person(imports):
    imports("leads", LEADS)
    worked, _other = Lead.objects.order_by("id")
    working.set_status(
        customer=worked.customer_id, lead=worked.id, status="contacted", actor=actors.SYSTEM, at=timezone.now()
    )
    told = foreseen(imports.job)
    # By something one must be found again.
    assert told == {"leads_removed": 1, "leads_kept": 1, "people_removed": 1, "people_stayed": 1, "values_kept": 1}
    assert undo(imports.job) == told
    assert Lead.objects.get().id == worked.id
    assert LeadKey.objects.get().lead_id == worked.id


def test_a_name_that_the_file_filled_in_is_unknown_again(imports):
    imports("leads", LEADS.replace(",Spring,", ",,"))
    before = picture()
    imports("leads", LEADS)
    assert set(Lead.objects.values_list("campaign", flat=True)) == {"Spring"}
    assert undo(imports.job) == {"leads_restored": 2}
    assert picture() == before


def test_consents_that_came_with_leads_are_taken_back(imports):
    content = LEADS.replace("skin", "news").replace(",dry", ",yes").replace(",oily", ",yes")
    mapping = {
        "columns": {
            "lead id": "lead.id",
            "created time": "lead.arrived_at",
            "platform": "lead.platform",
            "email": "customer.email",
            "name": "customer.name",
        },
        "also": {
            "consents": {
                "columns": {"email": "customer.email", "news": "consent.granted", "created time": "consent.at"},
                "constants": {"consent.purpose": "marketing", "consent.channel": "email"},
            }
        },
    }
    imports("leads", content, mapping=mapping)
    assert ConsentState.objects.count() == 2
    told = foreseen(imports.job)
    assert undo(imports.job) == told == {"leads_removed": 2, "people_removed": 2, "consents_retracted": 2}
    assert not ConsentState.objects.exists()


def test_facts_of_a_company_go_back_unless_somebody_corrected_them_since(imports):
    alone = COMPANIES.replace("kim@siamsoap.example,Kim Lee", ",")
    imports("companies", alone, source="crm")
    imports(
        "companies",
        alone.replace("Cosmetics", "Soap").replace(",120,", ",150,").replace("Retail", "Trade"),
        source="crm",
    )
    second = imports.job
    imports("companies", alone.replace("Cosmetics", "Skin care").replace(",120,", ",150,"), source="crm")
    Company.objects.filter(name="Han River Ltd").update(industry="Trade")
    told = foreseen(second)
    assert undo(second) == told == {"companies_restored": 1, "companies_kept": 1}
    siam, han = Company.objects.order_by("-name")
    assert (siam.industry, siam.employees, han.industry) == ("Skin care", 120, "Retail")


def test_a_company_to_which_somebody_belongs_since_stays(imports):
    ann = factories.customer(email="ann@example.com")
    imports("companies", COMPANIES)
    siam = Company.objects.get(name="Siam Soap Co.")
    linking.write_down(customer=ann.id, company=siam.id, actor=actors.SYSTEM, at=timezone.now())
    told = foreseen(imports.job)
    counts = undo(imports.job)
    assert counts == told
    assert counts == {"companies_removed": 1, "companies_kept": 1, "contacts_unlinked": 1, "people_removed": 1}
    assert CompanyLink.objects.get().customer_id == ann.id


def test_who_belonged_to_a_company_only_by_its_name_belongs_to_none_again(imports):
    ann = factories.customer(email="ann@example.com", company="Siam Soap")
    imports("companies", COMPANIES)
    while linking.sweep(now=timezone.now()):
        pass
    assert CompanyLink.objects.filter(customer=ann.id).exists()
    assert undo(imports.job) == {"companies_removed": 2, "contacts_unlinked": 1, "people_removed": 1}
    assert not CompanyLink.objects.exists()
    assert Customer.objects.get(status="known").id == ann.id


def test_a_link_by_the_rules_keeps_nobody_whom_only_the_import_knew(imports):
    imports("companies", COMPANIES)
    imports("customers", "email,company\nzoe@example.com,Siam Soap\n")
    while linking.sweep(now=timezone.now()):
        pass
    assert CompanyLink.objects.count() == 2
    assert undo(imports.job) == {"people_removed": 1}


def test_a_review_told_anew_or_replied_to_since_stays(imports):
    imports("reviews", REVIEWS)
    first = imports.job
    imports(
        "reviews", REVIEWS.splitlines()[0] + "\nR1,P-1,1,No,Changed my mind,2026-04-01,ada@example.com,Ada Somsri\n"
    )
    told = foreseen(first)
    assert told == {"reviews_removed": 1, "reviews_kept": 1, "people_removed": 1, "people_stayed": 1}
    assert undo(first) == told  # the later file told of its person, too
    assert Review.objects.get().external_id == "R1"


def test_a_review_of_nobody_is_of_nobody_again(imports):
    imports("reviews", "review id,sku,rating,date\nR1,P-1,5,2026-03-01\n")
    before = picture()
    imports("reviews", REVIEWS.splitlines()[0] + "\n" + REVIEWS.splitlines()[1] + "\n")
    told = foreseen(imports.job)
    assert undo(imports.job) == told == {"reviews_restored": 1, "people_removed": 1}
    assert picture() == before


@pytest.mark.parametrize(
    ("kind", "content", "word"),
    [
        ("leads", LEADS, "leads_removed"),
        ("companies", COMPANIES, "companies_removed"),
        ("reviews", REVIEWS, "reviews_removed"),
    ],
)
def test_undoing_goes_on_after_a_kill_and_does_nothing_twice(imports, monkeypatch, kind, content, word):
    imports.chunk(kind, 1)
    imports(kind, content)
    begun = undoing.begin(Job.objects.get(id=imports.job.id), actor=actors.SYSTEM, at=timezone.now())
    taken, real = [], undoing._page

    def killed(*args):
        if len(taken) == 1:
            raise jobs.Interrupted
        took = real(*args)
        taken.extend([1] * took)
        return took

    monkeypatch.setattr(undoing, "_page", killed)
    jobs.run(begun.id)
    assert Job.objects.get(id=begun.id).state != "done"
    monkeypatch.setattr(undoing, "_page", real)
    jobs.sweep()
    running.finish(Job.objects.get(id=begun.id), lambda _done, _total: None)
    done = Job.objects.get(id=begun.id)
    assert (done.state, done.result["counts"][word], known()) == ("done", 2, 0)
    again = undoing.begin(Job.objects.get(id=imports.job.id), actor=actors.SYSTEM, at=timezone.now())
    assert again.id == done.id


def test_a_ticket_somebody_worked_on_stays_and_what_a_later_file_added_goes(imports):
    imports("tickets", TICKETS)
    first = imports.job
    worked = Ticket.objects.get(external_id="T1")
    tickets.say(
        customer=worked.customer_id, ticket=worked.id, direction="note", words="I call her", actor=actors.SYSTEM,
        at=timezone.now(),
    )  # fmt: skip
    before = picture()
    imports("tickets", TICKETS.replace(",open,2026-03-02 10:00,,,", ",closed,2026-03-02 10:00,,2026-03-04 10:00,5"))
    assert Ticket.objects.get(external_id="T1").satisfaction == 5
    assert undo(imports.job) == {"tickets_restored": 1}
    assert picture() == before
    told = undo(first)
    assert (told["tickets_removed"], told["tickets_kept"], told["people_removed"]) == (1, 1, 1)
    assert list(Ticket.objects.values_list("id", flat=True)) == [worked.id]
