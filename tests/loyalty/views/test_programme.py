"""The programme as staff see and change it: sentences, a draft by forms, mistakes at the field, publishing, files."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loyalty.models import ProgrammeVersion
from loyalty.rules.programme import read
from loyalty.selectors import versions
from loyalty.services import reference
from tests import factories
from tests.loyalty.programmes import NAMES, definition, publish, tier
from tests.loyalty.selectors.test_liability import put

pytestmark = pytest.mark.django_db
DRAFT = "/loyalty/programme/draft/"


def client_of(role):
    found = Client()
    found.force_login(factories.staff(role))
    return found


def fields(page):
    """What the form of a page would send unchanged."""
    form = page.context["form"]
    data = {"seen": page.context["seen"]}
    for name, field in form.fields.items():
        value = field.prepare_value(form.initial.get(name))
        if value is not None and value is not False:
            data[name] = value
    return data


def test_an_owner_begins_changes_and_publishes_a_programme_without_json():
    reference.ensure()
    owner = client_of("owner")
    assert "No programme is in force" in owner.get("/loyalty/programme/").content.decode()
    owner.post(DRAFT, {"action": "begin", "from": "tiers"})
    form = owner.get(reverse("loyalty:programme-part", args=["rules", "spend"]))
    wrong = owner.post(form.request["PATH_INFO"], {**fields(form), "per": "0", "caps.0.times": "2"})
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"per", "caps.0.per"}
    sent = {**fields(form), "per": "50", "of.categories": "tea, coffee", "window.weekdays": ["6", "7"],
            "caps.0.per": "day", "caps.0.points": "100", "window.since": "2026-01-01", "tiers": ["gold"]}  # fmt: skip
    assert owner.post(form.request["PATH_INFO"], sent).status_code == 302
    # What the form does not show, and what it does, come back as they were.
    again = fields(owner.get(form.request["PATH_INFO"]))
    assert {name: again[name] for name in sent if name != "seen"} == {
        **{name: sent[name] for name in sent if name != "seen"}, "of.categories": "tea\ncoffee",
        "window.weekdays": [6, 7],
    }  # fmt: skip
    # Somebody who saw the draft before that change overwrites nothing.
    assert "Somebody else changed the draft" in owner.post(form.request["PATH_INFO"], sent).content.decode()
    new = owner.get(reverse("loyalty:programme-new", args=["bonuses"]))
    kept = owner.post(new.request["PATH_INFO"], {**fields(new), "names.en": "Double", "factor": "2"})
    assert set(kept.context["form"].errors) == {"names.th", "names.ko"}
    page = owner.get("/loyalty/programme/publish/")
    assert [one["message"] for one in page.context["obstacles"]] == ["The name in this language is missing."] * 2
    assert owner.post("/loyalty/programme/publish/", {"seen": page.context["seen"]}).status_code == 422
    owner.post(DRAFT, {"action": "remove", "section": "bonuses", "key": "bonus", "seen": page.context["seen"]})
    page = owner.get("/loyalty/programme/publish/")
    began = timezone.localtime() - timedelta(days=30)
    done = owner.post(
        "/loyalty/programme/publish/",
        {"seen": page.context["seen"], "note": "Tea and coffee", "on": f"{began:%Y-%m-%dT%H:%M}"},
    )
    assert done.status_code == 302
    told = owner.get("/loyalty/programme/").content.decode()
    assert "1 point for each full ฿50, tax included. Only for tea, coffee." in " ".join(told.split())
    assert "At most 100 points a day." in told
    assert "Tea and coffee" in told
    # Only who may edit sees the ways to change it; everybody reads it.
    clerk = client_of("clerk")
    assert clerk.get("/loyalty/programme/").status_code == 200
    assert clerk.get(DRAFT).status_code == 403


def test_a_part_that_a_form_wrote_reads_as_it_was_written():
    """Every form of every part, sent back unchanged, changes nothing."""
    reference.ensure()
    full = definition(
        {"on": "spend", "key": "s", "names": NAMES, "per": "25", "of": {"skus": ["A"]}, "but": {"categories": ["x"]},
         "window": {"since": "2026-01-01", "until": "2026-02-01", "opens": "09:00:00", "closes": "11:30:00"},
         "caps": [{"per": "day", "points": "5.5"}, {"per": "year", "times": 3}], "tiers": ["gold"], "stack": "best"},
        {"on": "visit", "key": "v", "names": NAMES, "wallet": "stamps", "is_qualifying": False},
        {"on": "item", "key": "i", "names": NAMES, "points": "2"},
        {"on": "action", "key": "a", "names": NAMES, "what": "event", "event": "quiz", "points": "3"},
        bonuses=[{"key": "b", "names": NAMES, "factor": "1.5", "window": {"weekdays": [6]}}],
        wallets={"points": {"pending_days": 14, "expiry": {"kind": "idle", "months": 6}, "worth": "0.25",
                            "most_of_basket": "0.335", "expected": "0.7"}, "stamps": {"full": 10, "reward": "r"}},
        tiering={"tiers": [tier("gold", 100, expiry={"kind": "month", "months": 3}, perks=NAMES)], "basis": "points"},
        refunds={"shortfall": "forgive", "limit": "10"}, joining={"how": "signup", "fields": ["birth_date"]},
        referrals={"minimum": "5"}, staff={"clerk": "5"}, hold_minutes=5, household=4,
    )  # fmt: skip
    publish(**{key: value for key, value in full.items() if key not in {"schema", "names", "currency"}})
    marketer = client_of("marketer")
    marketer.post(DRAFT, {"action": "begin", "from": "last"})
    before = versions.draft().definition
    for part in marketer.get(DRAFT).context["draft"].parts:
        args = [one for one in (part.section.replace("factors", "general"), part.key) if one]
        address = reverse("loyalty:programme-part" if part.key else "loyalty:programme-whole", args=args)
        answer = marketer.post(address, fields(marketer.get(address)))
        assert answer.status_code == 302, (part.place, answer.context["form"].errors)
    assert read(versions.draft().definition) == read(before)
    assert marketer.get("/loyalty/programme/publish/").context["draft"].changes == []


def test_a_file_says_where_it_is_wrong_and_replaces_the_draft_once_its_changes_were_seen():
    reference.ensure()
    publish()
    owner = client_of("owner")

    def send(content):
        return owner.post(
            "/loyalty/programme/replace/", {"programme": SimpleUploadedFile("p.json", content, "application/json")}
        )

    assert "line 2, column 1" in send(b"{\n").content.decode()
    broken = definition({"on": "spend", "key": "s", "names": NAMES, "per": "0"}, bonuses=[{"key": "Ü", "names": NAMES}])
    told = send(json.dumps(broken).encode())
    assert told.status_code == 422
    assert [place for place, _message in told.context["problems"]] == ["/rules/0", "/bonuses/0/key"]
    assert versions.draft() is None
    seen = send(json.dumps(definition(staff={"clerk": "7"})).encode())
    assert seen.status_code == 200
    owner.post("/loyalty/programme/replace/", {"confirm": "1", **{k: seen.context[k] for k in ("written", "seen")}})
    assert versions.draft().definition["staff"] == {"clerk": "7"}
    (change,) = owner.get("/loyalty/programme/publish/").context["draft"].changes
    assert change.place == "staff"
    assert owner.get("/loyalty/programme/file/?version=draft").json() == versions.draft().definition
    assert owner.get("/loyalty/programme/schema.json").json()["$defs"]["Spend"]
    assert ProgrammeVersion.objects.count() == 2


def test_a_basket_is_tried_in_force_and_in_the_draft_with_the_reasons():
    reference.ensure()
    publish(tiering={"tiers": [tier("gold", 100, factor="2")]}, wallets={"points": {"expiry": {"kind": "never"}}})
    owner = client_of("owner")
    owner.post(DRAFT, {"action": "begin", "from": "last"})
    form = owner.get("/loyalty/programme/draft/rules/spend/")
    owner.post(form.request["PATH_INFO"], {**fields(form), "but.skus": "GIFT", "minimum": "100"})
    asked = {"sku-0": "TEA", "amount-0": "200", "sku-1": "GIFT", "amount-1": "100", "tier": "gold"}
    page = owner.get("/loyalty/programme/try/", asked)
    now, then = page.context["results"]
    assert (now["wallets"][0]["whole"], then["wallets"][0]["whole"]) == ("24 points", "16 points")
    assert then["wallets"][0]["lines"] == [("TEA", "16"), ("GIFT", "0")]
    assert (then["reasons"][0]["how"], then["reasons"][0]["points"]) == ("of ฿200.00, times 2", "16 points")
    small = owner.get("/loyalty/programme/try/", {**asked, "amount-0": "50"}).context["results"]
    assert small[1]["reasons"] == [{"name": "Sun Club", "why_not": "The basket is too small for it."}]
    assert owner.get("/loyalty/programme/try/", {**asked, "discount": "900"}).status_code == 422
    # A draft is no clerk's matter.
    assert len(client_of("clerk").get("/loyalty/programme/try/", asked).context["results"]) == 1


def test_another_expiry_is_asked_for_and_answered_in_money_and_members():
    reference.ensure()
    publish(wallets={"points": {"expiry": {"kind": "fixed", "months": 12}, "worth": "0.25", "expected": "0.8"}})
    put(factories.customer(), 100, at=timezone.now() - timedelta(days=100), ends=timezone.now() + timedelta(days=200))
    owner, asked = client_of("owner"), {"wallet": "points", "expiry.kind": "fixed", "expiry.days": "90"}
    assert owner.get("/loyalty/programme/expiry/", {**asked, "expiry.days": ""}).status_code == 422
    assert "keeps the end it was promised" in owner.get("/loyalty/programme/expiry/", asked).content.decode()
    told = owner.get("/loyalty/programme/expiry/", asked, headers={"HX-Request": "true"}).context
    assert (told["gone"], told["gone_members"], told["owed_now"], told["owed_then"]) == ("100 points", 1, "฿20", "฿0")
