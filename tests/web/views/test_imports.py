"""Imports on the pages: upload, map, check, start, result."""

import csv
import datetime as dt
import io
import uuid

import pytest
from django.utils import timezone

from cdp.core import jobs, uploads
from cdp.core.imports import engine
from cdp.core.models import AccessEntry, AuditEntry, Job, Source
from customers.models import Customer
from customers.services import people_import
from tests.web.views.importing import CONTENT, mapped, page, said, started, upload


def test_a_file_goes_all_the_way(steward, draft):
    assert (draft.state, draft.title, draft.params["source"], draft.total) == ("draft", "people.csv", "Fair", 3)
    assert "a@example.com" in page(steward, draft)  # samples beside each column
    assert mapped(steward, draft).status_code == 302
    jobs.run_waiting()
    assert not Customer.objects.filter(status="known").exists()
    assert "bad" in page(steward, draft)
    assert steward.post(f"/imports/{draft.id}/start/").status_code == 302
    jobs.run_waiting()
    draft.refresh_from_db()
    assert (draft.state, draft.result["accepted"], draft.result["rejected"]) == ("done", 1, 2)
    assert Customer.objects.filter(status="known").count() == 1
    assert AuditEntry.objects.filter(action="core:import:started").count() == 1
    assert not uploads.path_of(uuid.UUID(draft.params["file"]["upload"])).exists()
    assert page(steward, draft)
    assert "people.csv" in steward.get("/imports/").content.decode()


def test_an_import_that_was_killed_when_all_was_written_is_done_the_next_time(steward, draft, monkeypatch):
    started(steward, draft)

    def killed(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "_finish", killed)
        with pytest.raises(KeyboardInterrupt):
            jobs.run(draft.id)
    before = Job.objects.get(id=draft.id)
    assert before.state == "running"
    Job.objects.filter(id=draft.id).update(state="waiting", claimed_by=None)
    jobs.run_waiting()
    draft.refresh_from_db()
    assert (draft.state, draft.error, draft.result) == ("done", "", before.result)
    assert Customer.objects.filter(status="known").count() == 1
    assert not uploads.path_of(uuid.UUID(draft.params["file"]["upload"])).exists()


def test_rejected_rows_download_as_a_csv_that_runs_nothing(steward, draft):
    mapped(steward, draft)
    jobs.run_waiting()
    response = steward.get(f"/imports/{draft.id}/rejected.csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["import_line", "import_reason", "email", "name", "shoe size"]
    assert rows[1][2:] == ["bad", "Bob", "42"]
    assert [row[0] for row in rows[1:]] == ["3", "4"]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows[1:] for cell in row)
    assert f"rejected-{draft.id}.csv" in response["Content-Disposition"]  # by which its mended rows are known again


def test_whoever_sees_values_of_a_file_stands_in_the_access_log(steward, draft):
    AccessEntry.objects.all().delete()
    page(steward, draft)  # samples beside the columns
    mapped(steward, draft)
    jobs.run_waiting()
    page(steward, draft)
    steward.get(f"/imports/{draft.id}/rejected.csv")
    steward.get("/imports/")
    looks = list(AccessEntry.objects.order_by("at").values_list("view", "reason", "customer_ids"))
    about = f"import {draft.id}"
    assert looks == [(f"web:import-{view}", about, []) for view in ("detail", "detail", "rejects")]


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ("", {}),
        ("PK\x03\x04", {}),
        (CONTENT, {"kind": "spaceships"}),
        (CONTENT, {"source": "longer than a name can be " * 5}),
    ],
)
def test_what_cannot_be_used_is_told_and_not_kept(steward, content, fields, tmp_path):
    assert upload(steward, content, **fields).status_code == 422
    assert not Job.objects.exists()
    assert not list((tmp_path / "uploads").glob("*"))


@pytest.mark.parametrize(
    ("header", "proposed"),
    [("First Name,Last Name,Email,Accepts Email Marketing,Total Spent", "shopify"), ("email,name", "import")],
)
def test_where_a_file_comes_from_is_proposed_by_its_columns_and_can_be_changed(steward, header, proposed):
    cells = ["a@example.com" if name.lower() == "email" else "" for name in header.split(",")]
    upload(steward, f"{header}\n{','.join(cells)}\n", source="")
    job = Job.objects.get()
    assert job.params["source"] == proposed
    assert f'value="{proposed}"' in page(steward, job)
    columns = {f"column:{name}": "customer.email" for name in header.split(",") if name.lower() == "email"}
    assert steward.post(f"/imports/{job.id}/columns/", {**columns, "source": "…"}).status_code == 422
    assert steward.post(f"/imports/{job.id}/columns/", {**columns, "source": "Old Till"}).status_code == 302
    job.refresh_from_db()
    assert job.params["source"] == "old-till"
    assert list(Source.objects.values_list("key", "name")) == [("old-till", "Old Till")]


def test_a_source_that_was_offered_is_meant_whatever_others_are_called(steward):
    Source.objects.create(key="shopify", name="Shopify TH")
    Source.objects.create(key="shop-2", name="shopify")
    assert upload(steward, source="shopify").status_code == 422
    assert upload(steward, source="Shopify TH").status_code == 302
    job = Job.objects.get()
    assert job.params["source"] == "shopify"
    text = page(steward, job)
    assert 'name="offered" value="shopify"' in text
    assert '<option value="shopify (shop-2)">' in text
    Source.objects.filter(key="shopify").update(name="Shop")
    Source.objects.create(key="later", name="Shopify TH")
    told = {"offered": "shopify", "offered-as": "Shopify TH"}
    for typed, key in (("Shopify TH", "shopify"), ("shopify (shop-2)", "shop-2")):
        assert mapped(steward, job, **told, source=typed).status_code == 302
        job.refresh_from_db()
        assert job.params["source"] == key
        jobs.run_waiting()
    Source.objects.create(key="third", name="shopify")
    assert mapped(steward, job, **told, source="shopify").status_code == 422


def test_how_a_column_writes_its_dates_is_shown_and_what_is_unclear_is_asked(steward):
    upload(steward, "email,birthday,signed up\na@example.com,02/03/67,15/12/2567\nb@example.com,04/05/66,02/03/67\n")
    job = Job.objects.get()
    shown = page(steward, job)
    assert "Some dates can be read in two ways" in shown
    for words in ("Dates: day or month first?", "Buddhist years or not?", "Dates: day first", "Buddhist years<"):
        assert words in shown
    columns = {"column:email": "customer.email", "column:birthday": "customer.birth_date", "dayfirst": "day"}
    assert steward.post(f"/imports/{job.id}/columns/", {**columns, "era": "roman"}).status_code == 422
    assert steward.post(f"/imports/{job.id}/columns/", {**columns, "era": "common"}).status_code == 302
    jobs.run_waiting()
    job.refresh_from_db()
    assert (job.result["accepted"], job.result["warned"]) == (2, 0)
    steward.post(f"/imports/{job.id}/back/")
    assert '<option value="common" selected>' in page(steward, job)


def test_a_form_without_a_file_asks_for_one(steward):
    assert steward.post("/imports/new/", {"kind": "customers", "source": "fair"}).status_code == 422


@pytest.mark.parametrize(
    "columns",
    [
        {"column:email": ""},
        {"column:name": "customer.email"},
        {"column:nothing": "customer.phone"},
        {"column:shoe size": "customer.shoes"},
        {"constant:customer.planet": "Mars"},
    ],
)
def test_a_mapping_that_does_not_fit_is_told_on_the_page(steward, draft, columns):
    response = mapped(steward, draft, **columns)
    assert response.status_code == 422
    assert response.context["error"]
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_mapping_can_be_changed_after_the_check_and_not_after_the_start(steward, draft):
    mapped(steward, draft)
    jobs.run_waiting()
    steward.post(f"/imports/{draft.id}/back/")
    draft.refresh_from_db()
    assert draft.state == "draft"
    mapped(steward, draft)
    jobs.run_waiting()
    steward.post(f"/imports/{draft.id}/start/")
    jobs.run_waiting()
    draft.refresh_from_db()
    before = draft.params
    steward.post(f"/imports/{draft.id}/columns/", {"column:email": "customer.email"})
    steward.post(f"/imports/{draft.id}/start/")
    steward.post(f"/imports/{draft.id}/back/")
    draft.refresh_from_db()
    assert (draft.params, draft.state) == (before, "done")
    assert AuditEntry.objects.filter(action="core:import:started").count() == 1


def test_a_draft_is_thrown_away_with_its_file(steward, draft):
    assert steward.post(f"/imports/{draft.id}/discard/").status_code == 302
    draft.refresh_from_db()
    assert draft.state == "cancelled"
    assert not uploads.path_of(uuid.UUID(draft.params["file"]["upload"])).exists()


@pytest.mark.parametrize("state", ["waiting", "running", "done"])
def test_an_import_that_has_begun_is_not_thrown_away_from_an_old_page(steward, draft, state):
    started(steward, draft)
    Job.objects.filter(id=draft.id).update(state=state)
    response = steward.post(f"/imports/{draft.id}/discard/", follow=True)
    assert response.redirect_chain == [(f"/imports/{draft.id}/", 302)]
    assert said(response) == ["Nothing was discarded: somebody has gone on with this import meanwhile."]
    draft.refresh_from_db()
    assert draft.state == state
    assert uploads.path_of(uuid.UUID(draft.params["file"]["upload"])).exists()


def test_a_file_that_is_being_checked_is_not_taken_away_meanwhile(steward, draft):
    mapped(steward, draft)
    Job.objects.filter(id=draft.id).update(state="running")
    assert said(steward.post(f"/imports/{draft.id}/discard/", follow=True))
    draft.refresh_from_db()
    assert draft.state == "running"
    assert uploads.path_of(uuid.UUID(draft.params["file"]["upload"])).exists()


@pytest.mark.parametrize("path", ["start", "columns"])
def test_what_was_thrown_away_does_not_begin_from_an_old_page_and_says_so(steward, draft, path):
    mapped(steward, draft)
    jobs.run_waiting()
    steward.post(f"/imports/{draft.id}/discard/")
    columns = {"column:email": "customer.email"}
    response = steward.post(f"/imports/{draft.id}/{path}/", columns, follow=True)
    assert "This import was stopped or discarded. Upload the file again to import it." in response.content.decode()
    draft.refresh_from_db()
    assert draft.state == "cancelled"
    assert not AuditEntry.objects.filter(action="core:import:started").exists()


def test_an_import_that_was_begun_by_somebody_else_says_so(steward, draft):
    started(steward, draft)
    response = steward.post(f"/imports/{draft.id}/start/", follow=True)
    assert said(response) == ["This import is already running or done."]


def test_an_action_that_does_not_exist_does_nothing(steward, draft):
    assert steward.post(f"/imports/{draft.id}/explode/").status_code == 404
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_actions_are_no_links(steward, draft):
    assert steward.get(f"/imports/{draft.id}/start/").status_code == 405


def test_a_draft_whose_file_is_gone_says_so(steward, draft):
    uploads.delete(uuid.UUID(draft.params["file"]["upload"]))
    assert steward.get(f"/imports/{draft.id}/").status_code == 422


def test_progress_is_watched_without_reloading_the_page(steward, draft):
    mapped(steward, draft)
    watched = steward.get(f"/imports/{draft.id}/?watch=1", headers={"HX-Request": "true"})
    assert (watched.status_code, "HX-Refresh" in watched) == (200, False)
    jobs.run_waiting()
    assert steward.get(f"/imports/{draft.id}/?watch=1", headers={"HX-Request": "true"})["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    "path", ["/imports/?before=nonsense", "/imports/0190a000-0000-7000-8000-000000000001/", "/imports/nonsense/"]
)
def test_addresses_that_lead_nowhere_are_404(steward, path):
    assert steward.get(path).status_code == 404


def test_many_imports_come_page_by_page(steward, monkeypatch):
    from cdp.web.views import imports

    monkeypatch.setattr(imports, "PAGE", 2)
    for _ in range(3):
        upload(steward)
    first = steward.get("/imports/")
    assert len(first.context["rows"]) == 2
    assert len(steward.get(f"/imports/{first.context['older']}").context["rows"]) == 1


def test_an_orders_file_tells_orders_and_refunds_not_only_rows(steward):
    lines = ["number,placed,email,sku,qty,price"]
    lines += [f"A-{n},2026-05-0{n},ann@example.com,S-1,2,10" for n in (1, 2, 3)]
    lines += ["A-3,2026-05-03,ann@example.com,S-2,1,5", "R-1,2026-05-09,ann@example.com,S-1,-1,10"]
    assert upload(steward, "\n".join(lines), kind="orders").status_code == 302
    job = Job.objects.get()
    targets = ("order.external_id", "order.placed_at", "customer.email", "line.sku", "line.quantity", "line.unit_price")
    columns = {f"column:{name}": target for name, target in zip(lines[0].split(","), targets, strict=True)}
    assert steward.post(f"/imports/{job.id}/columns/", columns).status_code == 302
    jobs.run_waiting()
    assert "refund" not in page(steward, job)
    steward.post(f"/imports/{job.id}/start/")
    jobs.run_waiting()
    assert "Out of 5 rows came <strong>3 orders, 1 refund</strong>." in page(steward, job)


@pytest.mark.parametrize("path", ["/imports/", "/jobs/"])
def test_a_file_that_was_only_checked_is_called_so(steward, draft, path):
    mapped(steward, draft)
    jobs.run_waiting()
    shown = steward.get(path).content.decode()
    assert "Checked" in shown
    assert ">Done<" not in shown
    steward.post(f"/imports/{draft.id}/start/")
    jobs.run_waiting()
    shown = steward.get(path).content.decode()
    assert "Done" in shown
    assert "Checked" not in shown


def test_a_checked_file_can_be_continued_as_long_as_its_upload_is_there(steward, draft):
    mapped(steward, draft)
    jobs.run_waiting()
    link = f'href="/imports/{draft.id}/">Continue'
    assert link in steward.get("/imports/").content.decode()
    Job.objects.update(created_at=timezone.now() - dt.timedelta(days=8))
    shown = steward.get("/imports/").content.decode()
    assert ("Checked" in shown, link in shown) == (True, False)


def test_an_abandoned_draft_leaves_the_list_with_its_upload(steward, draft):
    assert len(steward.get("/imports/").context["rows"]) == 1
    Job.objects.update(created_at=timezone.now() - dt.timedelta(days=8))
    assert len(steward.get("/imports/").context["rows"]) == 0


def test_phone_numbers_of_another_country_say_as_what_they_were_read(steward, settings):
    settings.CDP_SHOP_COUNTRY = "TH"
    upload(steward, "email,phone\na@example.com,010-2222-3333\nb@example.com,010-2222-4444\n")
    job = Job.objects.get()
    steward.post(f"/imports/{job.id}/columns/", {"column:email": "customer.email", "column:phone": "customer.phone"})
    jobs.run_waiting()
    shown = page(steward, job)
    assert "2 rows can be used, 2 values left out" in shown
    assert "read as numbers of Thailand" in shown


def test_a_korean_file_is_read_as_korean_and_its_page_shows_that(steward, settings):
    settings.CDP_SHOP_COUNTRY = "TH"
    upload(steward, "이메일,전화번호\na@example.com,010-2222-3333\n")
    job = Job.objects.get()
    assert 'name="constant:customer.country" value="KR"' in page(steward, job)
    columns = {"column:이메일": "customer.email", "column:전화번호": "customer.phone"}
    steward.post(f"/imports/{job.id}/columns/", {**columns, "constant:customer.country": "KR"})
    jobs.run_waiting()
    job.refresh_from_db()
    assert (job.result["accepted"], job.result["warned"]) == (1, 0)


def test_the_file_of_refused_rows_is_mended_and_imported_again(steward):
    upload(steward, "email,name,phone\nbad,=Bob,+66 81 234 5678x9\nann@example.com,Ann,\n=1+1,Cid,\n")
    job = Job.objects.get()
    columns = {"column:email": "customer.email", "column:name": "customer.name"}
    steward.post(f"/imports/{job.id}/columns/", columns)
    jobs.run_waiting()
    text = b"".join(steward.get(f"/imports/{job.id}/rejected.csv").streaming_content).decode("utf-8-sig")
    assert "'=Bob,'+66 81 234 5678x9" in text
    assert "bad" not in str(Job.objects.get().result)
    upload(steward, text.replace(",bad,", ",bob@example.com,").replace("'=1+1", "cid@example.com"), source="again")
    again = Job.objects.exclude(id=job.id).get()
    assert not {"import_line", "import_reason"} & set(again.params["mapping"]["columns"])
    steward.post(f"/imports/{again.id}/columns/", columns)
    jobs.run_waiting()
    again.refresh_from_db()
    assert (again.result["rows"], again.result["accepted"], again.result["rejected"]) == (2, 2, 0)


@pytest.mark.parametrize(
    ("change", "is_taken_over", "source"),
    [
        ({}, True, "fair"),
        ({"source": "Market"}, True, "market"),
        ({"email,": "e-mail,"}, False, "import"),
        ({"import_line": "line"}, False, "import"),
        ({"name": "people.csv"}, False, "import"),
        ({"name": f"rejected-{uuid.UUID(int=7)}.csv"}, False, "import"),
    ],
    ids=["as it was", "another source", "other columns", "without ours", "another file", "an unknown import"],
)
def test_mended_rows_are_read_as_the_import_that_refused_them_read_its_own(steward, change, is_taken_over, source):
    upload(steward, "email;name;phone\nbad;Bob;+66812345678\n")
    job = Job.objects.get()
    columns = {"email": "customer.email", "name": "customer.family_name"}
    told = {f"column:{name}": target for name, target in columns.items()} | {"constant:customer.country": "KR"}
    steward.post(f"/imports/{job.id}/columns/", told)
    jobs.run_waiting()
    text = b"".join(steward.get(f"/imports/{job.id}/rejected.csv").streaming_content).decode("utf-8-sig")
    fields = {"name": f"rejected-{job.id} (1).csv", "source": ""}
    for part, other in change.items():
        if part in fields:
            fields[part] = other
        else:
            text = text.replace(part, other, 1)
    upload(steward, text.replace(",bad,", ",bob@example.com,"), **fields)
    again = Job.objects.exclude(id=job.id).get().params
    assert again["source"].lower() == source
    assert (again["mapping"]["columns"] == columns) is is_taken_over
    assert (again["mapping"]["constants"] == {"customer.country": "KR"}) is is_taken_over


def test_a_list_of_refused_rows_that_was_cut_says_how_many_are_missing(steward, monkeypatch):
    monkeypatch.setattr(engine, "MOST_REJECTS", 2)
    upload(steward, "email,name\n" + "bad,Bob\n" * 1_250)
    job = Job.objects.get()
    steward.post(f"/imports/{job.id}/columns/", {"column:email": "customer.email", "column:name": "customer.name"})
    jobs.run_waiting()
    shown = page(steward, job)
    assert 'only counted: <span class="tnum">1,248</span>' in shown
    assert "Download all of them" not in shown
    text = b"".join(steward.get(f"/imports/{job.id}/rejected.csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows[1:]] == ["2", "3", ""]
    assert rows[3][1].endswith("only counted: 1248")
    upload(steward, text.replace("bad", "bob@example.com"), source="again")
    again = Job.objects.exclude(id=job.id).get()
    steward.post(f"/imports/{again.id}/columns/", {"column:email": "customer.email", "column:name": "customer.name"})
    jobs.run_waiting()
    again.refresh_from_db()
    assert (again.result["accepted"], again.result["rejected"]) == (2, 0)


def unreadable(*_args, **_more):
    raise engine.mapping.BadMapping("The file has another form now.")


def test_an_import_that_failed_is_gone_on_with_on_its_page(steward, draft, monkeypatch):
    started(steward, draft)

    with monkeypatch.context() as patch:
        patch.setattr(engine.mapping, "read", unreadable)
        jobs.run_waiting()
    assert Job.objects.get(id=draft.id).state == "failed"
    shown = page(steward, draft)
    assert "Go on importing" in shown
    assert "Nothing of the file is in yet." in shown
    steward.post(f"/imports/{draft.id}/continue/")
    jobs.run_waiting()
    draft.refresh_from_db()
    assert (draft.state, draft.error, draft.result["accepted"]) == ("done", "", 1)
    assert AuditEntry.objects.filter(action="core:import:started").count() == 2
    again = steward.post(f"/imports/{draft.id}/continue/", follow=True)
    assert said(again) == ["This import is already running or done."]


def test_a_stopped_import_goes_on_only_when_its_last_rows_have_ended(steward, draft, monkeypatch):
    started(steward, draft)
    real, told = people_import.Handler.write, []

    def write(self, parsed):
        if not told:
            steward.post(f"/imports/{draft.id}/stop/")
            told.extend(said(steward.post(f"/imports/{draft.id}/continue/", follow=True)))
            told.append("Go on importing" in page(steward, draft))
            watched = steward.get(f"/imports/{draft.id}/?watch", headers={"HX-Request": "true"})
            told.append("HX-Refresh" in watched.headers)
        return real(self, parsed)

    monkeypatch.setattr(people_import.Handler, "write", write)
    jobs.run_waiting()
    ending = "The import is still ending the rows it had begun with. In a moment you can go on with it."
    assert told == [ending, False, False]
    assert Job.objects.get(id=draft.id).state == "cancelled"
    assert not Customer.objects.filter(status="known").exists()
    assert "Go on importing" in page(steward, draft)
    steward.post(f"/imports/{draft.id}/continue/")
    jobs.run_waiting()
    draft.refresh_from_db()
    assert (draft.state, draft.result["accepted"], draft.result["rows"]) == ("done", 1, 3)


def test_a_check_that_failed_is_done_again(steward, draft, monkeypatch):
    with monkeypatch.context() as patch:
        mapped(steward, draft)
        patch.setattr(engine.mapping, "read", unreadable)
        jobs.run_waiting()
    assert "Check again" in page(steward, draft)
    steward.post(f"/imports/{draft.id}/check/")
    twice = steward.post(f"/imports/{draft.id}/check/", follow=True)
    assert said(twice) == ["This import is already running or done."]
    jobs.run_waiting()
    assert Job.objects.get(id=draft.id).state == "done"


def test_the_columns_page_says_which_country_applies_and_what_is_enough(steward, draft):
    shown = page(steward, draft)
    assert "Left empty, phone numbers and addresses without a country are read as those of Thailand" in shown
    assert (
        "At least one of these is needed: Customer number, Member number, LINE id, E-mail, Phone, Card token" in shown
    )


def test_the_source_of_a_file_has_any_name(steward, draft):
    mapped(steward, draft, source="ร้านเก่า สาขา 2")
    assert Source.objects.get(name="ร้านเก่า สาขา 2").key == "2"
    assert "ร้านเก่า สาขา 2" in page(steward, draft)
