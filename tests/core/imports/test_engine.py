"""Bad files, bad rows, interruptions: good rows come in, everything else is told, nothing is half-written."""

import json

import pytest
from django.db import connection
from django.utils import translation

from cdp.core import jobs
from cdp.core.crypto import hourly
from cdp.core.imports import engine, running
from cdp.core.models import AuditEntry, Job, JobReject, Mark, Source
from customers.models import Customer
from customers.services import people_import

HEADER = "external_id,email,name\n"


def rows(count: int, first: int = 1) -> str:
    return "".join(f"c{n},p{n}@example.com,Person {n}\n" for n in range(first, first + count))


def known() -> int:
    return Customer.objects.filter(status="known").count()


def test_a_file_that_is_not_there_cannot_begin(imports, tmp_path):
    with pytest.raises(running.UnableToBegin, match="no file"):
        imports("customers", tmp_path / "nothing.csv")


def test_an_unknown_kind_says_which_are_known(imports):
    with pytest.raises(running.UnableToBegin, match="customers"):
        imports("spaceships", HEADER)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"PK\x03\x04 a zip", b"%PDF-1.7", b"\x89PNG\r\n", b"\x00\x01\x02" * 100],
    ids=["empty", "blank", "zip", "pdf", "png", "binary"],
)
def test_a_file_that_is_no_table_is_refused_whole(imports, content):
    with pytest.raises(running.UnableToBegin):
        imports("customers", content)
    assert not Job.objects.exists()


@pytest.mark.parametrize("size", [2, 100])
def test_rows_about_something_else_are_passed_over_and_not_counted_as_accepted(imports, size):
    imports.chunk("customers", size)
    mapping = {
        "columns": {"id": "customer.external_id", "email": "customer.email"},
        "options": {"only": {"object": ["customer"]}},
    }
    report = imports(
        "customers",
        "object,id,email\ncustomer,c1,a@example.com\ncharge,x1,\ncharge,x2,\ncustomer,c2,no address\n",
        mapping=mapping,
    )
    assert (report["rows"], report["accepted"], known()) == (4, 1 + (known() - 1), known())
    (told,) = [remark for remark in report["warnings"] if remark["code"] == "passed_over"]
    assert (told["count"], told["column"]) == (2, "object")
    assert imports.job.result["passed_over"] == 2
    assert report["accepted"] + len(report["rejected"]) + told["count"] == report["rows"]


def test_a_column_that_is_not_there_is_named(imports):
    with pytest.raises(running.UnableToBegin, match="no column “mail”; it has external_id, email, name"):
        imports("customers", HEADER + rows(1), mapping={"columns": {"mail": "customer.email"}})


def test_a_file_without_any_identifier_is_refused(imports):
    with pytest.raises(running.UnableToBegin, match="One column must be mapped"):
        imports("customers", "name,city\nAnn,Bangkok\n")


@pytest.mark.parametrize("source", ["", "a b", "ร้าน", "x" * 61, "a;b"])
def test_a_source_that_is_no_key_is_refused(imports, source):
    with pytest.raises(running.UnableToBegin, match="key of a source"):
        imports("customers", HEADER + rows(1), source=source)


@pytest.mark.parametrize(
    "options", [{"encoding": "klingon"}, {"delimiter": ";;"}, {"header_line": -3}, {"colour": "red"}]
)
def test_options_that_make_no_sense_are_refused(imports, options):
    mapping = {"columns": {"email": "customer.email"}, "options": options}
    with pytest.raises(running.UnableToBegin):
        imports("customers", HEADER + rows(1), mapping=mapping)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "utf-16"])
def test_thai_names_come_in_whatever_the_encoding(imports, encoding):
    text = HEADER + "".join(f"c{n},p{n}@example.com,สมชาย ใจดี\n" for n in range(1, 40))
    assert imports("customers", text.encode(encoding))["accepted"] == 39
    assert Customer.objects.filter(given_name_key__isnull=False).count() == 39


def test_korean_names_come_in_from_cp949(imports):
    text = "고객번호,이메일,이름\n" + "".join(f"c{n},p{n}@example.com,김민수\n" for n in range(1, 40))
    mapping = {"columns": {"고객번호": "customer.external_id", "이메일": "customer.email", "이름": "customer.name"}}
    assert imports("customers", text.encode("cp949"), mapping=mapping)["accepted"] == 39


def test_the_wrong_encoding_costs_only_the_rows_it_spoils(imports):
    lines = [f"c{n},p{n}@example.com,Ann\n".encode() for n in range(1, 30)]
    lines[9] = b"c10,p10@example.com,Jos" + b"\xe9\n"
    report = imports(
        "customers",
        HEADER.encode() + b"".join(lines),
        mapping={
            "columns": {"external_id": "customer.external_id", "email": "customer.email"},
            "options": {"encoding": "utf-8"},
        },
    )
    assert imports.problems() == [(11, "name", "bad_encoding")]
    assert (report["rows"], report["accepted"], known()) == (29, 28, 28)
    assert report["rejected"][0]["value"] == "Jos\ufffd"


def test_every_bad_row_is_told_with_line_column_value_and_reason(imports):
    report = imports("customers", HEADER + "c1,p1@example.com,A\n,,Nobody\n,not-an-address,B\nc4,p4@example.com,C\n")
    assert imports.problems() == [(3, "email", "nobody_named"), (4, "email", "no_at_sign")] or [
        line for line, _column, _code in imports.problems()
    ] == [3, 4]
    assert report["rejected"][1]["value"] == "not-an-address"
    assert all(one["reason"] and one["reason"] != one["code"] for one in report["rejected"])
    assert (report["rows"], report["accepted"], known()) == (4, 2, 2)


def test_an_unreadable_value_is_left_out_of_a_good_row(imports):
    report = imports("customers", "external_id,email,birth_date\nc1,nonsense,1990-13-45\n")
    assert report["accepted"] == known() == 1
    assert {one["column"] for one in report["warnings"]} == {"email", "birth_date"}


def test_a_thousand_bad_rows_among_many_cost_only_themselves(imports):
    imports.chunk("customers", 700)
    lines = [f"c{n},p{n}@example.com,Person {n}\n" if n % 4 else f",bad-{n},Nobody\n" for n in range(1, 4001)]
    report = imports("customers", HEADER + "".join(lines))
    assert (report["rows"], report["accepted"], len(report["rejected"]), known()) == (4000, 3000, 1000, 3000)
    assert [one["line"] for one in report["rejected"]] == [n + 1 for n in range(4, 4001, 4)]


def test_too_many_bad_rows_are_counted_and_no_longer_listed(imports, monkeypatch):
    monkeypatch.setattr(engine, "MOST_REJECTS", 5)
    imports("customers", HEADER + ",bad,Nobody\n" * 20)
    assert imports.job.result["rejected"] == 20
    assert JobReject.objects.count() == 5
    report = running.report(imports.job)
    (told,) = [remark for remark in report["warnings"] if remark["code"] == "more_not_listed"]
    assert (told["count"], len(report["rejected"])) == (15, 5)
    assert "only counted" in told["reason"]


def test_as_many_bad_rows_as_can_be_listed_are_all_listed(imports, monkeypatch):
    monkeypatch.setattr(engine, "MOST_REJECTS", 5)
    imports("customers", HEADER + ",bad,Nobody\n" * 5)
    assert (JobReject.objects.count(), imports.remarks()) == (5, set())


def test_a_row_that_is_taken_and_told_of_can_be_mended_as_a_whole(imports):
    imports("customers", "external_id,province,postcode,country\nc1,กรุงเทพมหานคร,50200,TH\n")
    ((line, cells, (told,)),) = engine.rejected_rows(imports.job)
    assert (line, cells, told["reason"]) == (2, ["c1", "กรุงเทพมหานคร", "50200", "TH"], "postcode_elsewhere")


@pytest.mark.parametrize(("most_told", "kept"), [(10, [True, False]), (0, [True])])
def test_the_cells_of_a_line_are_kept_once_with_the_first_of_its_notes_that_is_listed(
    imports, monkeypatch, most_told, kept
):
    monkeypatch.setattr(engine, "MOST_TOLD", most_told)
    header = "order.external_id,order.placed_at,line.unit_price,line.quantity,province,postcode,country,customer id\n"
    imports("orders", f"{header}O1,2026-03-01,5,many,กรุงเทพมหานคร,50200,TH,c1\n")
    noted = JobReject.objects.order_by("id").values_list("row", flat=True)
    assert [row is not None for row in noted] == kept
    ((line, cells, _noted),) = engine.rejected_rows(imports.job)
    assert (line, cells[:4]) == (2, ["O1", "2026-03-01", "5", "many"])


def test_every_bad_row_is_told_however_many_pages_they_fill(imports, monkeypatch):
    monkeypatch.setattr(engine, "PAGE", 3)
    content = HEADER + ",bad,Nobody\nc1,nonsense,1\n" * 10
    report = imports("customers", content, dry_run=True)
    assert [one["line"] for one in report["rejected"]] == list(range(2, 22, 2))
    assert [one["line"] for one in report["warnings"]] == [
        line for line in range(3, 22, 2) for _both in ("email", "name")
    ]
    assert [line for line, _cells, _noted in engine.rejected_rows(imports.job)] == list(range(2, 22))
    assert json.loads("".join(running.as_json(imports.job, seconds=1.5))) == {**report, "seconds": 1.5}
    few = running.head(imports.job, most=2)
    assert few == {**report, "rejected": report["rejected"][:2], "warnings": report["warnings"][:2]}


def test_rejected_values_are_sealed(imports):
    imports("customers", HEADER + ",somchai-at-example,Nobody\n")
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_jobreject::text, encode(value, 'escape') FROM core_jobreject")
        assert "somchai" not in str(cursor.fetchall())


def test_lines_too_long_too_short_and_unclosed_are_told(imports):
    report = imports(
        "customers",
        HEADER + 'c1,p1@example.com,A,extra\nc2,p2@example.com\n"c3,p3@example.com,C\nc4,p4@example.com,D\n',
    )
    codes = {code for _line, _column, code in imports.problems()}
    assert codes == {"too_many_columns", "unclosed_quote"}
    assert "too_few_columns" in imports.remarks()
    assert report["accepted"] == known() == 2


def test_a_column_of_numbers_that_a_spreadsheet_spoiled_loses_its_zero(imports):
    imports("customers", "customer id,name\n17850.0,A\n13047.0,B\n")
    again = imports("customers", "customer id,name\n17850,A\n13047,B\n")
    assert (again["created"], again["updated"], known()) == (0, 2, 2)
    imports("customers", "customer id,name\n17850.0,A\n13047,B\n")
    assert known() == 3  # where only some end in .0, the file means it


def test_the_loss_of_a_zero_is_told(imports):
    imports("customers", "customer id,name\n17850.0,A\n13047.0,B\n")
    assert any("float" in code for code in imports.remarks())


def test_a_dry_run_reports_everything_and_writes_nothing(imports):
    content = HEADER + rows(5) + ",bad,Nobody\n"
    dry = imports("customers", content, dry_run=True)
    assert (dry["rows"], dry["accepted"], len(dry["rejected"])) == (6, 5, 1)
    assert (known(), Mark.objects.count(), AuditEntry.objects.count()) == (0, 0, 0)
    assert imports("customers", content)["created"] == 5


def test_the_same_file_again_changes_nothing(imports):
    content = HEADER + rows(20)
    first = imports("customers", content)
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text, id FROM customers_customer ORDER BY id")
        before = cursor.fetchall()
        again = imports("customers", content)
        cursor.execute("SELECT xmin::text, id FROM customers_customer ORDER BY id")
        assert cursor.fetchall() == before
    assert (first["created"], again["created"], again["updated"]) == (20, 0, 20)


FULL = (
    "external_id,email,phone,name,city,country,birth_date,tags\n"
    "c1,p1@example.com,0812345678,Ann Lee,Bangkok,TH,1990-05-25,vip\n"
)


def test_a_full_row_again_changes_nothing_but_one_new_value_is_news(imports):
    def told() -> tuple[str, dict[str, list[str]]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT xmin::text, origins FROM customers_customer WHERE status = 'known'")
            ((version, origins),) = cursor.fetchall()
            return version, json.loads(origins)

    imports("customers", FULL)
    before = told()
    imports("customers", FULL)
    assert told() == before
    imports("customers", FULL.replace("1990-05-25", "1990-05-26"))
    assert told()[1] == before[1] | {"birth_date": ["shop", *told()[1]["birth_date"][1:]]}
    assert told()[1]["birth_date"] != before[1][""]


def test_the_same_value_from_another_source_is_a_word_of_its_own(imports):
    imports("customers", HEADER + rows(1))
    imports("customers", HEADER + rows(1), source="till")
    assert Customer.objects.get(status="known").origins["name"][0] == "till"


def test_an_import_that_is_killed_goes_on_where_it_stopped_with_the_same_result(imports, monkeypatch):
    imports.chunk("customers", 10)
    content = HEADER + rows(14) + ",bad one,Nobody\n" + rows(20, 15) + ",bad two,Nobody\n" + rows(6, 35)
    whole = imports("customers", content, source="whole")
    real, calls = people_import.Handler.write, []

    def write(self, parsed):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(self, parsed)

    monkeypatch.setattr(people_import.Handler, "write", write)
    path = imports.file(content)
    job = imports.begin("customers", path, source="cut")
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job.id, claim_from=Job.State.DRAFT)
    cut = Job.objects.get(id=job.id)
    assert (cut.state, cut.checkpoint) == (Job.State.RUNNING, {"row": 20})
    resumed = imports("customers", path, source="cut")
    assert imports.job.id == job.id
    same = ("rows", "accepted")
    assert {name: resumed[name] for name in same} == {name: whole[name] for name in same}
    assert [(one["line"], one["code"]) for one in resumed["rejected"]] == [
        (one["line"], one["code"]) for one in whole["rejected"]
    ]
    assert known() == 40


def test_an_import_does_not_go_on_with_another_file(imports, monkeypatch):
    imports.chunk("customers", 10)
    path = imports.file(HEADER + rows(30))
    job = imports.begin("customers", path)
    real = people_import.Handler.write

    def write(self, parsed):
        if known():
            raise KeyboardInterrupt
        return real(self, parsed)

    with monkeypatch.context() as patch:
        patch.setattr(people_import.Handler, "write", write)
        with pytest.raises(KeyboardInterrupt):
            jobs.run(job.id, claim_from=Job.State.DRAFT)
    Job.objects.filter(id=job.id).update(state=Job.State.WAITING)
    path.write_text(HEADER + rows(30, 101))
    assert jobs.run(job.id)
    refused = Job.objects.get(id=job.id)
    assert (refused.state, known()) == (Job.State.FAILED, 10)
    assert "changed since this import began; 10 rows" in jobs.sentence(refused.error)
    with translation.override("th"):
        assert "10" in jobs.sentence(refused.error)
        assert "changed since" not in jobs.sentence(refused.error)
    path.write_text(HEADER + rows(30))
    assert running.finish(imports.begin("customers", path), lambda done, total: None).state == Job.State.DONE
    assert (imports.job.id, known()) == (job.id, 30)


@pytest.mark.parametrize("language", ["th", "ko"])
def test_a_mapping_that_no_longer_fits_is_told_in_the_readers_language(imports, language):
    job = imports.begin("customers", HEADER + rows(3))
    job.params["mapping"]["columns"]["Name"] = "customer.name"
    Job.objects.filter(id=job.id).update(params=job.params)
    assert jobs.run(job.id, claim_from=Job.State.DRAFT)
    error = Job.objects.get(id=job.id).error
    assert "The file has no column “Name”" in jobs.sentence(error)
    with translation.override(language):
        assert "has no column" not in jobs.sentence(error)
        assert "“Name”" in jobs.sentence(error)  # a column keeps its name, also where it is a word we know


def test_an_import_whose_file_is_gone_says_so_when_it_goes_on(imports):
    job = imports.begin("customers", HEADER + rows(3))
    Job.objects.filter(id=job.id).update(checkpoint={"row": 1}, state=Job.State.WAITING)
    imports.folder.joinpath(job.title).unlink()
    jobs.run(job.id)
    assert Job.objects.get(id=job.id).error == "The file is not there."


def test_a_rejected_value_opens_only_in_its_own_line(imports):
    imports("customers", HEADER + "c1,no address,Ann\n")
    entry = JobReject.objects.get()
    assert engine.rejects(imports.job)[0]["value"] == "no address"
    JobReject.objects.update(line=entry.line + 1)
    assert engine.rejects(imports.job)[0]["value"] == ""
    JobReject.objects.update(value=hourly.seal(b"old", context=b"core.job_reject"))
    assert engine.rejects(imports.job)[0]["value"] == "old"


@pytest.mark.django_db(transaction=True)
def test_a_fault_in_a_chunk_leaves_nothing_of_it(imports, monkeypatch):
    imports.chunk("customers", 10)
    real, calls = people_import.Handler.write, []

    def write(self, parsed):
        calls.append(1)
        counts = real(self, parsed)
        if len(calls) == 2:
            raise ArithmeticError
        return counts

    monkeypatch.setattr(people_import.Handler, "write", write)
    content = HEADER + rows(25)
    imports("customers", content)
    assert (imports.job.state, known()) == (Job.State.FAILED, 10)
    assert imports("customers", content)["created"] == 25
    assert known() == 25


def test_an_import_is_cancelled_between_chunks(imports, monkeypatch):
    imports.chunk("customers", 10)
    real = people_import.Handler.write

    def write(self, parsed):
        counts = real(self, parsed)
        jobs.cancel(imports.job)
        return counts

    monkeypatch.setattr(people_import.Handler, "write", write)
    imports("customers", HEADER + rows(25))
    assert (imports.job.state, known()) == (Job.State.CANCELLED, 0)


def test_a_column_can_be_given_as_a_constant(imports):
    mapping = {"columns": {"email": "customer.email"}, "constants": {"customer.country": "KR"}}
    imports("customers", HEADER + rows(2), mapping=mapping)
    assert set(Customer.objects.filter(status="known").values_list("country", flat=True)) == {"KR"}


def test_progress_ends_at_the_number_of_rows(imports):
    imports("customers", HEADER + rows(7))
    assert (imports.job.done, imports.job.total) == (7, 7)


def test_all_rejects_are_read_also_where_a_page_ends_inside_a_line(imports, monkeypatch):
    monkeypatch.setattr(engine, "PAGE", 2)
    imports("customers", "external_id,email,phone,birth_date\n" + "c1,bad,bad,bad\n" + "c2,bad,bad,bad\n")
    assert [one["line"] for one in engine.all_rejects(imports.job)] == [2, 2, 2, 3, 3, 3]


def test_a_report_is_json(imports):
    report = imports("customers", HEADER + rows(1) + ",bad,ก\n")
    assert set(json.loads(json.dumps(report))) == {"rows", "accepted", "rejected", "created", "updated", "warnings"}


def test_a_source_is_made_once_as_a_file(imports):
    imports("customers", HEADER + rows(1), source="till")
    imports("customers", HEADER + rows(2), source="till")
    assert Source.objects.get(key="till").kind == Source.Kind.FILE
