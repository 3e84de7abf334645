"""Every kind that comes in also goes out, person by person, and comes in again as it went."""

import csv
import json
from io import StringIO

import pytest
from django.core.management import call_command

from events.models import Event
from surveys.models import Review
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
FILES = {
    "companies": "company.name,company.employees,company.domain,customer.email,customer.name\n"
    "Siam Paper,51-200,siampaper.example,mali@siampaper.example,Mali\n"
    "Han River,85,hanriver.example,,\n",
    "leads": "lead.id,lead.platform,lead.form,lead.arrived_at,lead.status,customer.email,customer.name,How many?\n"
    'L-1,facebook,Spring,2026-03-01T10:00:00+07:00,contacted,mali@example.com,Mali,"two, please"\n',
    "reviews": "review.external_id,review.sku,review.rating,review.title,review.body,review.at,customer.email\n"
    "R-1,TEA,4.5,Good,=lovely,2026-03-01T10:00:00+07:00,mali@example.com\n",
    "social": "social.external_id,social.platform,social.post,social.kind,social.handle,social.followers,social.text,"
    "social.at,customer.email\nC-1,x,P-1,comment,mali,6100,=lovely,2026-03-01T10:00:00+07:00,mali@example.com\n",
    "events": "event.name,event.at,customer.external_id\nSigned in,2026-03-01T10:00:00+07:00,C-7\n",
}


def told(name, *arguments, **options):
    out = StringIO()
    call_command(name, *map(str, arguments), stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", FILES)
def test_a_kind_leaves_and_comes_in_again_as_it_went(kind, tmp_path):
    first, ours = tmp_path / "in.csv", tmp_path / "out.csv"
    first.write_text(FILES[kind], encoding="utf-8")
    came = json.loads(told("import_file", kind, first, json=True, no_wait=True))
    assert came["rejected"] == [], came
    told("export", kind, ours)
    with ours.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    # A company stands once by itself, and once with each of its people.
    assert len(rows) == {"companies": 3}.get(kind, 1)
    if kind == "leads":
        assert json.loads(rows[0]["lead.answers"]) == [["How many?", "two, please"]]
        assert (rows[0]["lead.status"], rows[0]["customer.email"]) == ("contacted", "mali@example.com")
    if kind == "reviews":
        assert rows[0]["review.body"] == "'=lovely"
    again = json.loads(told("import_file", kind, ours, json=True, no_wait=True))
    assert (again["rejected"], again["accepted"]) == ([], len(rows))
    if kind != "events":
        assert again["created"] == 0, again
    if kind == "reviews":
        assert Review.objects.count() == 1
    if kind == "events":
        assert {event.name for event in Event.objects.all()} == {"Signed in"}


def test_whom_the_gate_does_not_let_go_is_in_none_of_them(tmp_path):
    for kind, text in FILES.items():
        (tmp_path / "in.csv").write_text(text, encoding="utf-8")
        told("import_file", kind, tmp_path / "in.csv", json=True, no_wait=True)
    factories.customer(name="Nobody with rows", email="ben@example.com")
    for kind in FILES:
        said = told("export", kind, tmp_path / "out.csv", purpose="third_party")
        assert "Left out: never_asked 1." in said
        assert "mali@" not in (tmp_path / "out.csv").read_text(encoding="utf-8")
