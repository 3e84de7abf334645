"""E5: every kind the shop holds leaves as CSV and as Parquet with the same rows; the people of a segment leave as a file
that staff ask for on a page, and a webhook hears who enters it and who leaves. Whom the gate does not let go is in none.
"""

import json
import uuid
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from analytics.services import membership, segments
from cdp.core import actors, jobs
from cdp.core.exports import registry
from cdp.core.models import Export
from cdp.core.webhooks import delivering, fanning, subscriptions
from customers.models import Customer
from surveys.rules import definition, ready
from surveys.services import answering
from tests import factories
from tests.core.exports.test_kinds import FILES
from tests.core.webhooks.receiving import receiver, verified
from tests.surveys import asking


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_every_kind_leaves_as_csv_and_as_parquet(tmp_path: Path) -> None:
    for kind, text in {**FILES, "products": "product.sku,product.name\nTEA,Green tea\n"}.items():
        (tmp_path / "in.csv").write_text(text, encoding="utf-8")
        call_command("import_file", kind, str(tmp_path / "in.csv"), json=True, no_wait=True)
    buyer = Customer.objects.exclude(search_tokens=[]).order_by("id").first()
    assert buyer is not None
    factories.order(buyer)
    factories.consent(buyer)
    survey = asking.opened(definition.written(ready.one("nps")), slug="nps")
    answering.take(asking.run(survey), {"score": 9}, at=timezone.now(), is_end=True, keeps_valid=False)
    for kind, one in registry.kinds().items():
        about = [f"--{one.about.name}", survey.slug] if one.about else []
        told = {}
        for form in ("csv", "parquet"):
            path = tmp_path / f"{kind}.{form}"
            call_command("export", kind, str(path), *about)
            read = f"read_csv('{path}', all_varchar = true)" if form == "csv" else f"'{path}'"
            with duckdb.connect() as file:
                columns = [column for column, *_ in file.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()]
                told[form] = (columns, file.execute(f"SELECT count(*) FROM {read}").fetchall())
        assert told["csv"] == told["parquet"], kind
        assert told["csv"][1][0][0], f"nothing of {kind} left"


@pytest.mark.django_db
def test_a_segment_leaves_as_a_file_and_its_changes_by_webhook(tmp_path: Path, settings: Any) -> None:
    settings.CDP_VAR, settings.CDP_WEBHOOK_PRIVATE = tmp_path, (ip_network("127.0.0.0/8"),)
    people = {name: factories.customer(name=name, email=f"{name}@example.com") for name in ("ann", "ben", "cleo")}
    for name, person in people.items():
        factories.consent(person, purpose="third_party", channel="any", granted=name != "cleo")
    now = timezone.now()
    segment = segments.create(name="Anns", rules={"all": []}, actor=actors.SYSTEM, at=now)
    with receiver() as heard:
        _webhook, secret = subscriptions.create(
            name="Mail tool",
            url=heard.url,
            events=["segment.entered", "segment.left"],
            purpose="third_party",
            actor=actors.SYSTEM,
            at=now,
        )
        membership.refresh(segment, now)
        Customer.objects.filter(id=people["ben"].id).update(status="anonymous")
        fanning.fan_out(now=timezone.now())
        delivering.deliver_due(now=timezone.now())
        told = [verified(secret, headers, body) for headers, body in heard.got]
    Customer.objects.filter(id=people["ben"].id).update(status="known")
    assert {(one["type"], uuid.UUID(one["data"]["customer"])) for one in told} == {
        ("segment.entered", people["ann"].id)
    }
    assert told[0]["data"]["segment"] == segment.key

    owner = Client()
    owner.force_login(factories.staff("owner"))
    asked = {
        "kind": "customers", "segment": segment.key, "purpose": "third_party", "form": "jsonl", "reason": "the letter",
        "columns": registry.kinds()["customers"].columns,
    }  # fmt: skip
    counted = owner.post("/exports/new/", asked)
    assert counted.status_code == 200, counted.content.decode()
    begun = owner.post("/exports/new/", {**asked, "counted": f"{segment.key}|third_party", "start": "1"})
    assert begun.status_code == 302, begun.content.decode()
    jobs.run_waiting()
    export = Export.objects.get()
    file = b"".join(owner.get(f"/exports/{export.id}/file/").streaming_content).decode()
    assert {json.loads(line)["customer.email"] for line in file.splitlines()} == {"ann@example.com", "ben@example.com"}
