"""What the check of a file says on the page, and columns that agree to something."""

import json

import pytest

from cdp.core import jobs
from cdp.core.crypto import subjects
from cdp.core.models import Job
from consent.models import ConsentRecord, ConsentState
from consent.selectors import ledger
from consent.services import reference
from customers.models import Customer
from surveys.models import Review
from tests import factories
from tests.web.views.importing import mapped, page, upload


def test_a_check_says_which_columns_are_left_out(steward, draft):
    mapped(steward, draft)
    jobs.run_waiting()
    assert "1 column is left out: shoe size" in page(steward, draft)
    upload(steward, "email," + ",".join(f"extra {n}" for n in range(1, 11)) + "\na@example.com" + ",1" * 10 + "\n")
    wide = Job.objects.exclude(id=draft.id).get()
    steward.post(f"/imports/{wide.id}/columns/", {"column:email": "customer.email"})
    jobs.run_waiting()
    shown = page(steward, wide)
    assert "10 columns are left out: extra 1, extra 2, " in shown
    assert "extra 9" not in shown


def test_a_mapping_that_does_not_fit_is_told_by_the_words_of_the_page(steward, draft):
    shown = mapped(steward, draft, **{"column:email": ""}).context["error"]
    assert "Customer number / E-mail" in shown or "E-mail" in shown
    assert "customer." not in shown
    assert "“E-mail”" in mapped(steward, draft, **{"column:name": "customer.email"}).context["error"]


def test_a_file_without_rows_says_so_and_offers_no_import(steward):
    upload(steward, "email,name\n")
    job = Job.objects.get()
    steward.post(f"/imports/{job.id}/columns/", {"column:email": "customer.email"})
    jobs.run_waiting()
    shown = page(steward, job)
    assert "The file has no rows" in shown
    assert "Every line can be used" not in shown
    assert f"/imports/{job.id}/start/" not in shown


@pytest.mark.parametrize(
    ("kind", "columns", "row"),
    [
        ("customers", {"who": "customer.email"}, "{who}"),
        (
            "consents",
            {"who": "customer.email", "a": "consent.purpose", "b": "consent.channel", "c": "consent.granted"},
            "{who},marketing,email,yes",
        ),
        (
            "orders",
            {"who": "customer.email", "a": "order.external_id", "b": "order.placed_at", "c": "order.total"},
            "{who},A-1,2026-05-01,10",
        ),
    ],
)
def test_a_check_says_how_many_new_people_the_file_would_bring(steward, kind, columns, row):
    factories.customer(email="known@example.com")
    people = ["known@example.com", "new@example.com", "NEW@example.com", "other@example.com"]
    lines = [row.format(who=who).replace("A-1", f"A-{n}") for n, who in enumerate(people)]
    upload(steward, "\n".join([",".join(columns), *lines]), kind=kind)
    job = Job.objects.get()
    steward.post(f"/imports/{job.id}/columns/", {f"column:{name}": target for name, target in columns.items()})
    jobs.run_waiting()
    assert "2 new customers would be made." in page(steward, job)
    assert Customer.objects.filter(status="known").count() == 1


def test_a_check_of_orders_says_how_many_would_lose_lines(steward):
    upload(steward, "order,date,product,price\nA,2026-05-01,Tea,5\nA,2026-05-01,Pot,x\n", kind="orders")
    job = Job.objects.get()
    columns = {
        "order": "order.external_id",
        "date": "order.placed_at",
        "product": "line.name",
        "price": "line.unit_price",
    }
    steward.post(f"/imports/{job.id}/columns/", {f"column:{name}": target for name, target in columns.items()})
    jobs.run_waiting()
    assert "1 order comes in without one or more of its lines." in page(steward, job)


@pytest.mark.parametrize(
    ("heading", "yes", "no"),
    [("마케팅 수신 동의", "동의", "거부"), ("ยินยอมรับข่าวสาร", "ยินยอม", "ไม่ยินยอม"), ("Marketing", "Y", "N")],
)
def test_a_column_that_agrees_to_marketing_becomes_consent_with_its_words(steward, heading, yes, no):
    reference.ensure()
    upload(steward, f"email,name,{heading}\na@example.com,Ann,{yes}\nb@example.com,Bob,{no}\nc@example.com,Cho,\n")
    job = Job.objects.get()
    assert "consents/marketing/email" in page(steward, job)
    columns = {"email": "customer.email", "name": "customer.name", heading: "consents/marketing/email"}
    assert steward.post(f"/imports/{job.id}/columns/", {f"column:{name}": to for name, to in columns.items()}).url
    jobs.run_waiting()
    steward.post(f"/imports/{job.id}/back/")
    assert '<option value="consents/marketing/email" selected>' in page(steward, job)
    steward.post(f"/imports/{job.id}/columns/", {f"column:{name}": to for name, to in columns.items()})
    jobs.run_waiting()
    steward.post(f"/imports/{job.id}/start/")
    jobs.run_waiting()
    job.refresh_from_db()
    assert (job.state, job.result["accepted"]) == ("done", 3)
    states = ConsentState.objects.filter(purpose="marketing", channel="email")
    assert sorted(states.values_list("is_granted", flat=True)) == [False, True]
    records = list(ConsentRecord.objects.all())
    keyring = subjects.load([record.customer_id for record in records])
    told = [json.dumps(ledger.evidence(record, keyring), ensure_ascii=False) for record in records]
    assert any(f"{heading}: {yes}" in one for one in told)
    assert any(f"{heading}: {no}" in one for one in told)


@pytest.mark.parametrize(
    ("heading", "yes", "no"),
    [("รับข่าวสาร", "รับ", "ไม่รับ"), ("Newsletter", "yes", "never subscribed"), ("뉴스레터 수신 동의 (Y/N)", "Y", "N")],
)
def test_a_column_of_yes_and_no_to_news_is_proposed_as_consent(steward, heading, yes, no):
    reference.ensure()
    upload(steward, f"email,{heading}\na@example.com,{yes}\nb@example.com,{no}\n")
    assert '<option value="consents/marketing/email" selected>' in page(steward, Job.objects.get())


def test_a_column_named_like_a_permission_without_answers_is_not_proposed(steward):
    reference.ensure()
    upload(steward, "email,Newsletter\na@example.com,Weekly\nb@example.com,yes\n")
    assert "selected>Agrees" not in page(steward, Job.objects.get())


def test_a_doubtful_money_column_is_asked_about_and_told_when_it_stays_out(steward):
    columns = {"เลขที่คำสั่งซื้อ": "order.external_id", "วันที่": "order.placed_at", "ราคา": "line.unit_price"}
    upload(steward, ",".join([*columns, "ส่วนลด"]) + "\nA-1,2026-05-01,100,5\n", kind="orders")
    job = Job.objects.get()
    shown = page(steward, job)
    assert "Money columns that can mean two things" in shown
    assert "Order discount / Line discount?" in shown
    steward.post(f"/imports/{job.id}/columns/", {f"column:{name}": target for name, target in columns.items()})
    jobs.run_waiting()
    assert "ส่วนลด looks like money of the orders and is left out." in page(steward, job)


def test_columns_without_a_field_are_kept_as_tags_with_their_names(steward, draft):
    assert "“shoe size: 38”" in page(steward, draft)
    mapped(steward, draft, **{"column:shoe size": "customer.tag"})
    jobs.run_waiting()
    steward.post(f"/imports/{draft.id}/start/")
    jobs.run_waiting()
    assert [person.tags for person in Customer.objects.filter(status="known")] == [["shoe size: 38"]]


def test_two_columns_cannot_both_be_the_same_consent(steward):
    reference.ensure()
    upload(steward, "email,a,b\na@example.com,Y,N\n")
    job = Job.objects.get()
    same = {"column:a": "consents/marketing/email", "column:b": "consents/marketing/email"}
    response = steward.post(f"/imports/{job.id}/columns/", {"column:email": "customer.email", **same})
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/voice/", "reviews"),
        ("/voice/comments/", "social"),
        ("/companies/", "companies"),
        ("/leads/", "leads"),
        ("/products/", "orders"),
    ],
)
def test_a_link_to_import_something_opens_with_that_chosen(steward, address, kind):
    steward.force_login(factories.staff("owner"))
    assert f'"/imports/new/?kind={kind}"' in steward.get(address).content.decode()
    assert f'<option value="{kind}" selected' in steward.get(f"/imports/new/?kind={kind}").content.decode()


def test_a_file_of_another_kind_is_told_and_read_anew_as_it_lies_there(steward):
    content = "product,rating,title,review,date,email\nCUP,5,Nice,Warm,2026-01-02,a@example.com\n"
    upload(steward, content + "CUP,6,Nice,Hot,2026-01-02,b@example.com\n" + 4 * "CUP,4,,,2026-01-02,\n", source="")
    job = Job.objects.get()
    assert "This looks like another kind of file: Reviews" in page(steward, job)
    assert steward.post(f"/imports/{job.id}/kind/", {"kind": "nonsense"}).status_code == 302
    steward.post(f"/imports/{job.id}/kind/", {"kind": "reviews"})
    job.refresh_from_db()
    columns = job.params["mapping"]["columns"]
    assert (job.params["kind"], columns["rating"], columns["email"]) == ("reviews", "review.rating", "customer.email")
    shown = page(steward, job)
    assert "This looks like" not in shown
    assert '<option value="reviews" selected' in shown
    steward.post(f"/imports/{job.id}/columns/", {f"column:{name}": target for name, target in columns.items()})
    jobs.run_waiting()
    shown = page(steward, job)
    assert "Ratings are read as so many of 5" in shown
    assert "This rating is above the highest of its column." in shown
    steward.post(f"/imports/{job.id}/start/")
    steward.post(f"/imports/{job.id}/kind/", {"kind": "customers"})
    job.refresh_from_db()
    assert (job.state, job.params["kind"]) == ("waiting", "reviews")  # what has begun stays what it is
    jobs.run_waiting()
    assert Review.objects.count() == 2


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("แพลตฟอร์ม,ชนิด,บัญชี,ผู้ติดตาม,ข้อความ,วันที่", ["x,comment,ann_k,10,ดีมาก,2026-03-01", "x,comment,,,ดี,2026-03-01"]),
        (
            "플랫폼,구분,작성자,팔로워 수,댓글 내용,작성일",
            ["x,comment,ann_k,10,좋아요,2026-03-01", "x,comment,,,음,2026-03-01"],
        ),
    ],
)
def test_a_file_of_comments_says_loudly_whose_words_would_be_lost(steward, header, rows):
    upload(steward, "\n".join([header, *rows]), kind="social")
    job = Job.objects.get()
    columns = job.params["mapping"]["columns"]
    assert set(columns.values()) == {
        f"social.{name}" for name in ("platform", "kind", "handle", "followers", "text", "at")
    }
    told = {f"column:{name}": target for name, target in columns.items()}
    steward.post(f"/imports/{job.id}/columns/", told)
    jobs.run_waiting()
    assert "1 row names nobody: it is counted, its words are not kept." in page(steward, job)
    steward.post(f"/imports/{job.id}/back/")
    author = next(name for name, target in columns.items() if target == "social.handle")
    steward.post(f"/imports/{job.id}/columns/", {**told, f"column:{author}": ""})
    jobs.run_waiting()
    assert "No column says who wrote it" in page(steward, job)
