"""REST customers: upsert, look-up, correction, conflict."""

import json
from urllib.parse import urlsplit

import pytest

from cdp.core.crypto import subjects
from cdp.core.models import AccessEntry, AuditEntry, Mark
from customers.models import ContactPoint, Customer, Identifier, MergeSuggestion, Status
from tests import factories

SOMCHAI = {
    "external_id": "1001",
    "email": "Somchai@Example.com",
    "phone": "081 234 5678",
    "name": "สมชาย ใจดี",
    "birth_date": "1990-04-12",
    "province": "กรุงเทพ",
    "country": "TH",
    "street": "99/1 ถนนสุขุมวิท",
    "postcode": "10110",
    "interests": ["tea", "cups"],
    "tags": ["vip"],
}


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}".removeprefix("/api/v1/")


def test_a_new_customer_is_created_standardised_and_answered_whole(store):
    response = store.post("customers", SOMCHAI)
    assert response.status_code == 201, response.content
    answer = response.json()
    assert answer["external_ids"] == [{"source": "shop", "value": "1001"}]
    assert answer["email"] == "Somchai@example.com"
    assert answer["phone"] == "+66812345678"
    assert (answer["name"], answer["given_name"], answer["family_name"]) == ("สมชาย ใจดี", "สมชาย", "ใจดี")
    assert answer["province"] == "TH-10"
    assert answer["street"] == "99/1 ถนนสุขุมวิท"
    assert (answer["interests"], answer["tags"]) == (["tea", "cups"], ["vip"])
    assert answer["birth_date"] == "1990-04-12"
    assert answer["gender"] is None
    assert answer["status"] == "known"
    assert answer["created_at"]


def test_the_same_customer_again_is_known_and_keeps_the_id(store):
    first = store.post("customers", SOMCHAI).json()
    response = store.post("customers", {"email": "somchai@example.com", "city": "Bangkok"})
    assert response.status_code == 200
    assert response.json()["id"] == first["id"]
    assert response.json()["city"] == "Bangkok"
    assert response.json()["phone"] == "+66812345678"
    assert Customer.objects.filter(status=Status.KNOWN).count() == 1


def test_null_clears_a_field_in_an_upsert(store):
    store.post("customers", SOMCHAI)
    answer = store.post("customers", {"external_id": "1001", "email": None, "interests": None}).json()
    assert answer["email"] is None
    assert answer["interests"] == []
    assert answer["name"] == "สมชาย ใจดี"
    # The address identifies nobody any more.
    assert store.post("customers", {"email": "somchai@example.com"}).status_code == 201


def test_an_idempotency_key_answers_the_first_answer_again(store):
    first = store.post("customers", SOMCHAI, idempotency_key="a")
    again = store.post("customers", SOMCHAI, idempotency_key="a")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert store.post("customers", {"external_id": "2"}, idempotency_key="a").status_code == 409


def test_identifiers_of_two_people_are_a_conflict_that_writes_nothing_but_a_suggestion(store):
    one = factories.customer(email="one@example.com", name="Ada One")
    two = factories.customer(external_id="2", name="Bo Two")
    response = store.post("customers", {"external_id": "2", "email": "one@example.com", "city": "Nowhere"})
    assert response.status_code == 409
    assert response.json()["code"] == "identity_conflict"
    assert not Customer.objects.filter(city="Nowhere").exists()
    suggestion = MergeSuggestion.objects.get()
    assert {suggestion.customer_id, suggestion.other_id} == {one.id, two.id}
    assert suggestion.customer_id < suggestion.other_id
    store.post("customers", {"external_id": "2", "email": "one@example.com"})
    assert MergeSuggestion.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "not an address"),
        ("phone", "12"),
        ("gender", "unicorn"),
        ("birth_date", "2990-01-01"),
        ("country", "Atlantis"),
        ("province", "Atlantis"),
        ("language", "klingon"),
        ("card_token", "4111 1111 1111 1111"),
        ("name", "123"),
        ("external_id", "null"),
        ("email", 5),
        ("tags", "vip"),
        ("tags", ["x" * 100]),
        ("created_at", "2026-01-01"),
        ("nickname", "x"),
    ],
)
def test_a_wrong_value_is_named_with_its_place_and_nothing_is_written(store, field, value):
    response = store.post("customers", {"member_number": "M1", field: value})
    assert response.status_code == 422
    assert [error["pointer"].split("/")[1] for error in response.json()["errors"]] == [field]
    assert response.json()["errors"][0]["detail"]
    assert str(value) not in response.content.decode() or field in {"nickname", "tags"}
    assert not Customer.objects.exclude(status=Status.BUCKET).exists()


def test_unknown_members_and_wrong_values_are_told_at_once_and_what_was_meant(store):
    body = {"email": "not-an-email", "fone": "1", "zzz": 1, "tags": "vip", "birth_date": "someday"}
    told = {one["pointer"]: one["detail"] for one in store.post("customers", body).json()["errors"]}
    assert set(told) == {"/email", "/fone", "/zzz", "/tags", "/birth_date"}
    assert told["/fone"] == "Unknown field. Did you mean phone?"
    assert told["/zzz"] == "Unknown field."


def test_a_body_that_names_nobody_is_refused(store):
    response = store.post("customers", {"name": "Ada"})
    assert response.status_code == 422
    assert "external_id" in response.json()["errors"][0]["detail"]


@pytest.mark.parametrize("body", [[], "x", 5, None])
def test_a_body_that_is_no_object_is_refused(store, body):
    assert store.post("customers", body).status_code in {400, 422}


def test_customers_are_found_by_exact_identifiers_and_names(store):
    ada = factories.customer(name="Ada Lovelace", email="ada@example.com", phone="0812345678", external_id="7")
    factories.customer(name="Bo Diddley", email="bo@example.com")
    for query in (
        "email=ADA@example.com",
        "phone=%2B66812345678",
        "phone=081-234-5678",
        "external_id=7",
        "external_id=7&source=shop",
        "q=lovel",
        "q=ada lovelace",
        "q=ada@example.com",
        "q=0812345678",
        "email=ada@example.com&phone=0812345678",
        "source=shop&q=ada",
    ):
        response = store.get(f"customers?{query}")
        assert response.status_code == 200, response.content
        assert [row["id"] for row in response.json()["results"]] == [str(ada.id)], query
    assert store.get("customers?email=ada@example.com&external_id=8").json()["results"] == []
    assert store.get("customers?email=unheard@example.com").json()["results"] == []


def test_an_external_id_belongs_to_its_source(store, make_store):
    other = make_store(source_key="till")
    store.post("customers", {"external_id": "5", "name": "Ada"})
    other.post("customers", {"external_id": "5", "name": "Bo"})
    (ada,) = store.get("customers?external_id=5").json()["results"]
    (bo,) = store.get("customers?external_id=5&source=till").json()["results"]
    assert (ada["name"], bo["name"]) == ("Ada", "Bo")
    answer = store.post("customers?source=till", {"external_id": "5", "email": "bo@example.com"}).json()
    assert answer["id"] == bo["id"]


@pytest.mark.parametrize(
    "query", ["emial=a@example.com", "email=nonsense", "segment=nobody", "source=nobody", "page_size=0"]
)
def test_a_filter_that_cannot_be_understood_is_refused_rather_than_ignored(store, query):
    factories.customer(name="Ada")
    response = store.get(f"customers?{query}")
    assert response.status_code == 422
    assert response.json()["errors"]


def test_a_lookup_reads_with_the_reading_scope_and_goes_on_in_pages(store, make_store):
    for number in range(5):
        factories.customer(name=f"Kim Number{number}", email=f"k{number}@example.com")
    reader = make_store("customers:read")
    page = reader.post("customers/lookup?page_size=2", {"q": "kim"}).json()
    seen = [row["email"] for row in page["results"]]
    assert "kim" not in page["next"]
    while page["next"]:
        page = reader.get(path_of(page["next"])).json()
        seen += [row["email"] for row in page["results"]]
    assert seen == [f"k{number}@example.com" for number in (4, 3, 2, 1, 0)]
    assert reader.post("customers", {"email": "x@example.com"}).status_code == 403
    assert reader.post("customers/lookup", {"mail": "x"}).status_code == 422


def test_pages_go_back_and_forth(store):
    made = [str(factories.customer(external_id=f"n-{number}").id) for number in range(7)]
    first = store.get("customers?page_size=3").json()
    assert [row["id"] for row in first["results"]] == made[:3:-1]
    assert first["previous"] is None
    second = store.get(path_of(first["next"])).json()
    assert [row["id"] for row in second["results"]] == made[3:0:-1]
    back = store.get(path_of(second["previous"])).json()
    assert [row["id"] for row in back["results"]] == made[:3:-1]


def test_a_correction_replaces_clears_and_leaves_alone(store):
    made = store.post("customers", SOMCHAI).json()
    response = store.patch(
        f"customers/{made['id']}",
        {"email": "new@example.com", "given_name": "สมศักดิ์", "tags": ["gold"], "birth_date": None, "city": "บางรัก"},
    )
    assert response.status_code == 200, response.content
    answer = response.json()
    assert answer["email"] == "new@example.com"
    assert (answer["name"], answer["family_name"]) == ("สมศักดิ์ ใจดี", "ใจดี")
    assert answer["tags"] == ["gold"]
    assert answer["birth_date"] is None
    assert (answer["city"], answer["street"], answer["postcode"]) == ("บางรัก", "99/1 ถนนสุขุมวิท", "10110")
    assert answer["phone"] == "+66812345678"
    assert store.get("customers?email=somchai@example.com").json()["results"] == []
    assert len(store.get("customers?q=สมศ").json()["results"]) == 1
    assert store.get("customers?q=สมช").json()["results"] == []


def test_a_correction_to_somebody_elses_address_is_a_conflict(store):
    factories.customer(email="taken@example.com")
    made = store.post("customers", SOMCHAI).json()
    response = store.patch(f"customers/{made['id']}", {"email": "taken@example.com", "city": "Nowhere"})
    assert response.status_code == 409
    assert store.get(f"customers/{made['id']}").json()["city"] is None
    assert store.get(f"customers/{made['id']}").json()["email"] == "Somchai@example.com"
    assert MergeSuggestion.objects.count() == 1


def test_a_province_alone_is_read_in_the_country_that_is_known(store):
    made = store.post("customers", {"email": "kim@example.com", "country": "KR"}).json()
    answer = store.patch(f"customers/{made['id']}", {"province": "서울"}).json()
    assert (answer["country"], answer["province"]) == ("KR", "KR-11")


def test_changes_are_audited_with_personal_values_sealed(store):
    made = store.post("customers", SOMCHAI).json()
    store.patch(f"customers/{made['id']}", {"email": "new@example.com"})
    created, updated = AuditEntry.objects.filter(customer_id=made["id"]).order_by("id")
    assert created.action == "customers:customer:created"
    assert updated.action == "customers:customer:updated"
    assert updated.details["fields"] == ["email"]
    assert "new@example.com" not in str(updated.details)
    opened = subjects.load([updated.customer_id]).open(
        updated.sealed, table="core_auditentry", column="sealed", row=updated.id
    )
    assert json.loads(opened) == {"email": ["Somchai@example.com", "new@example.com"]}


def test_a_write_that_changes_nothing_leaves_no_change_in_the_audit(store):
    made = store.post("customers", SOMCHAI).json()
    store.post("customers", SOMCHAI)
    store.patch(f"customers/{made['id']}", {"email": "Somchai@example.com"})
    assert AuditEntry.objects.filter(customer_id=made["id"]).count() == 1


def test_a_correction_marks_the_customer_for_the_pipeline(store):
    made = store.post("customers", SOMCHAI).json()
    Mark.objects.all().delete()
    store.patch(f"customers/{made['id']}", {"city": "Bangkok"})
    assert [str(mark.customer_id) for mark in Mark.objects.all()] == [made["id"]]


def test_everybody_shown_is_in_the_access_log(store):
    ada, bo = factories.customer(name="Ada"), factories.customer(name="Bo")
    store.get("customers")
    entry = AccessEntry.objects.get()
    assert set(entry.customer_ids) == {ada.id, bo.id}
    assert (entry.actor_kind, entry.actor_id) == ("key", store.key.id)


def test_a_merged_id_answers_with_the_survivor(store):
    ada, absorbed = factories.customer(name="Ada"), factories.customer(name="Ada again")
    Customer.objects.filter(id=absorbed.id).update(status=Status.MERGED, merged_into=ada.id)
    response = store.get(f"customers/{absorbed.id}")
    assert response.status_code == 200
    assert response.json()["id"] == str(ada.id)
    assert store.patch(f"customers/{absorbed.id}", {"city": "Bangkok"}).json()["id"] == str(ada.id)


def test_an_erased_id_is_gone_and_an_unknown_one_not_found(store):
    ada = factories.customer(name="Ada")
    Customer.objects.filter(id=ada.id).update(status=Status.ERASED)
    bucket = Customer.objects.filter(status=Status.BUCKET).first()
    for path in ("", "/timeline"):
        assert store.get(f"customers/{ada.id}{path}").status_code == 410
        assert store.get(f"customers/01234567-0000-7000-8000-000000000000{path}").status_code == 404
        assert store.get(f"customers/{bucket.id}{path}").status_code == 404
    assert store.get("customers/------------------------------------").status_code == 404
    assert store.patch(f"customers/{ada.id}", {"city": "Bangkok"}).status_code == 410


def test_lists_hold_known_people_only(store):
    ada, bo = factories.customer(name="Ada"), factories.customer(name="Bo", email="bo@example.com")
    Customer.objects.filter(id=bo.id).update(status=Status.ANONYMOUS)
    assert [row["id"] for row in store.get("customers").json()["results"]] == [str(ada.id)]
    assert store.get("customers?email=bo@example.com").json()["results"] == []


def test_without_a_key_nothing_is_answered(client, db):
    assert client.get("/api/v1/customers").status_code == 401


def test_a_household_phone_corrected_on_one_member_stays_with_the_other(store):
    mother = factories.customer(name="Malee Jaidee", phone="0812345678")
    son = factories.customer(name="Anan Jaidee", phone="0812345678", email="anan@example.com")
    assert mother.id != son.id
    store.patch(f"customers/{mother.id}", {"phone": "0899999999"})
    held = Identifier.objects.filter(kind="phone").values_list("customer_id", flat=True)
    assert set(held) == {mother.id, son.id}
    assert ContactPoint.objects.filter(customer_id=mother.id, kind="phone").count() == 1
    found = store.get("customers?phone=0812345678").json()["results"]
    assert [row["id"] for row in found] == [str(son.id)]


def test_the_openapi_document_describes_the_resource(client, db):
    schema = client.get("/api/schema/?format=json").json()
    paths = schema["paths"]
    assert {"get", "post"} <= set(paths["/api/v1/customers"])
    assert {"get", "patch"} <= set(paths["/api/v1/customers/{id}"])
    assert "post" in paths["/api/v1/customers/lookup"]
    assert "get" in paths["/api/v1/customers/{id}/timeline"]
