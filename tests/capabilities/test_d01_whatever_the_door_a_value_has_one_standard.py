"""D1: the same person told in the words of a spreadsheet, of REST and of another language is standardised alike."""

import pytest

from customers.models import Address, Customer
from tests import factories
from tests.importing import Importer


@pytest.fixture
def imports(db, tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


def test_a_thai_list_comes_in_as_one_standard_and_tells_what_does_not_fit(imports):
    report = imports(
        "customers",
        "รหัสลูกค้า,ชื่อ-นามสกุล,เบอร์โทร,วันเกิด,ที่อยู่,รหัสไปรษณีย์,จังหวัด,ประเทศ\n"
        "1,นายสมชาย ใจดี,0812345678,31/12/2533,99 ถ.ราชดำเนิน,50200,,TH\n"
        "2,นางสาวมาลี ดีใจ,081-234-5679,1/2/2540,12 หมู่ 3 ต.ป่าตอง อ.กะทู้ จ.ภูเก็ต 83150,,,TH\n"
        "3,คุณปรีชา,+66 81 234 5670,2540-02-30,5 ถ.พหลโยธิน,83100,กรุงเทพฯ,TH\n",
    )
    assert report["accepted"] == 3
    rows = {row.birth_date and str(row.birth_date): row for row in Customer.objects.filter(status="known")}
    assert rows["1990-12-31"].province == "TH-50"  # filled in from the postcode
    assert (rows["1997-02-01"].province, rows["1997-02-01"].city) == ("TH-83", "กะทู้")  # from the street line
    contradicted = rows[None]
    assert (contradicted.province, contradicted.postcode) == ("TH-10", "83100")  # kept as it was told
    told = {(one["line"], one["code"]) for one in report["warnings"] if one["line"]}
    assert (4, "postcode_elsewhere") in told
    assert {line for line, code in told if code != "postcode_elsewhere"} == {4}  # the day that does not exist


def test_rest_takes_the_same_values_the_same_way(client, db):
    _key, text = factories.api_key()
    body = {
        "external_id": "9", "name": "นายสมชาย ใจดี", "phone": "081 234 5678", "country": "Thailand",
        "street": "99 ถ.ราชดำเนิน", "postcode": "50200",
    }  # fmt: skip
    answer = client.post(
        "/api/v1/customers", body, content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {text}"
    )
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["phone"], told["country"], told["province"]) == ("+66812345678", "TH", "TH-50")
    assert Address.objects.get().province == "TH-50"
