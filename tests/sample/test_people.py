import collections
import re
import unicodedata
from datetime import date, datetime

import phonenumbers
import pytest

from cdp.sample import rows

RESERVED = re.compile(r"(?:^|\.)example\.(?:com|net|org)$")
COUNTRIES = {
    "TH": "TH", "th": "TH", "Thailand": "TH", "THAILAND": "TH", "ประเทศไทย": "TH",
    "KR": "KR", "kr": "KR", "South Korea": "KR", "Korea": "KR", "대한민국": "KR",
}  # fmt: skip


def country(row):
    return COUNTRIES.get(row["customer.country"], row["customer.country"])


def kinds(row):
    return row["dirt"].split(",") if row["dirt"] else []


def birth_date(text):
    """The date as a careful reader of the region would read it."""
    months = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
    for place, month in enumerate(months, start=1):
        text = text.replace(f" {month} ", f"/{place}/")
    if "/" in text:
        day, month, year = (int(part) for part in text.split("/"))
    else:
        year, month, day = (int(part) for part in re.split(r"[.-]", text))
    return date(year - 543 if year > 2300 else year, month, day)


def test_every_row_has_every_column_as_text(people, truth):
    for row in people:
        assert tuple(row) == rows.COLUMNS
        assert all(isinstance(value, str) for value in row.values())
    for row in truth:
        assert tuple(row) == rows.TRUTH_COLUMNS


def test_external_ids_are_unique_and_truth_follows_the_rows(people, truth):
    ids = [row["customer.external_id"] for row in people]
    assert len(set(ids)) == len(ids) == 3_000
    assert [row["customer.external_id"] for row in truth] == ids


def test_most_people_live_in_thailand_then_korea(people):
    share = collections.Counter(country(row) for row in people)
    assert 0.60 < share["TH"] / len(people) < 0.72
    assert 0.17 < share["KR"] / len(people) < 0.27
    assert len(share) > 8


def test_scripts_belong_to_their_countries(people):
    names = collections.Counter()
    for row in people:
        name = unicodedata.normalize("NFC", row["customer.name"] or row["customer.given_name"])
        script = "latin"
        if any("\u0e00" <= sign <= "\u0e7f" for sign in name):
            script = "thai"
        elif any("\uac00" <= sign <= "\ud7a3" for sign in name):
            script = "hangul"
        names[country(row), script] += 1
    assert names["TH", "thai"] > 5 * names["TH", "latin"] > 0
    assert names["KR", "hangul"] > 5 * names["KR", "latin"] > 0
    assert {key for key in names if key[1] != "latin"} == {("TH", "thai"), ("KR", "hangul")}


def test_korean_family_names_follow_their_frequency(truth):
    families = collections.Counter(
        row["true_family_name"] for row in truth if "\uac00" <= row["true_family_name"][0] <= "\ud7a3"
    )
    assert families.most_common(1)[0][0] == "김"
    assert {name for name, _ in families.most_common(4)} >= {"김", "이", "박"}


def test_email_addresses_are_in_reserved_domains_only(people, truth):
    for row, true in zip(people, truth, strict=True):
        if true["true_email"]:
            assert RESERVED.search(true["true_email"].partition("@")[2])
        email = row["customer.email"]
        if email and "broken_email" not in kinds(true):
            assert RESERVED.search(email.lower().partition("@")[2])
        if "broken_email" in kinds(true):
            assert "example" in email or email.endswith("@")


def test_an_email_address_is_the_true_one_but_for_its_dirt(people, truth):
    for row, true in zip(people, truth, strict=True):
        email = row["customer.email"]
        if "broken_email" in kinds(true):
            assert email != true["true_email"]
            continue
        assert re.sub(r"\+\w+@", "@", email.lower()) == true["true_email"]
        assert ("email_tag" in kinds(true)) == ("+" in email)


def test_telephone_numbers_are_valid_and_true(people, truth):
    for row, true in zip(people, truth, strict=True):
        phone = row["customer.phone"]
        assert bool(phone) == bool(true["true_phone"])
        if not phone:
            continue
        number = phonenumbers.parse(true["true_phone"])
        assert phonenumbers.is_valid_number(number), phone
        written = "0" + phone if "lost_zero" in kinds(true) else phone
        assert phonenumbers.parse(written, country(row)) == number
        if "lost_zero" in kinds(true):
            assert not phone.startswith(("0", "+"))


def test_numbers_in_thailand_and_korea_are_mobile_and_elsewhere_kept_for_fiction(truth):
    for row in truth:
        phone = row["true_phone"]
        if phone.startswith("+66"):
            assert re.fullmatch(r"\+66[689]\d{8}", phone)
        elif phone.startswith("+82"):
            assert re.fullmatch(r"\+8210[2-9]\d{7}", phone)
        elif phone.startswith("+1"):
            assert re.fullmatch(r"\+1\d{3}55501\d\d", phone)
        elif phone:
            assert phone.startswith(("+44", "+49", "+61"))


def test_a_number_belongs_to_one_person_or_one_household(truth):
    holders = collections.defaultdict(set)
    home = {row["customer.external_id"]: row["customer.external_id"] for row in truth}
    for row in truth:
        if row["kind"] == "household":
            home[row["customer.external_id"]] = row["other"]
        elif row["kind"] == "duplicate":
            home[row["customer.external_id"]] = home[row["other"]]
        if row["true_phone"]:
            holders[row["true_phone"]].add(home[row["customer.external_id"]])
    assert all(len(homes) == 1 for homes in holders.values())


def test_an_email_address_belongs_to_one_person(truth):
    holders = collections.defaultdict(set)
    for row in truth:
        if row["true_email"]:
            holders[row["true_email"]].add(row["person"])
    assert all(len(persons) == 1 for persons in holders.values())


def test_member_numbers_and_line_ids_are_given_once(people):
    for column in ("customer.member_number", "customer.line_id"):
        given = [row[column] for row in people if row[column]]
        assert len(given) > 300
        assert len(set(given)) == len(given)


def test_everybody_can_be_reached_somehow(people):
    assert all(row["customer.email"] or row["customer.phone"] for row in people)


def test_everybody_has_a_name(people):
    assert all((row["customer.name"] or row["customer.given_name"]).strip() for row in people)


def test_birth_dates_say_the_true_day_in_any_spelling(people, truth):
    spelled = collections.Counter()
    for row, true in zip(people, truth, strict=True):
        if not row["customer.birth_date"]:
            assert not true["true_birth_date"]
            continue
        assert birth_date(row["customer.birth_date"]).isoformat() == true["true_birth_date"]
        spelled.update(kind for kind in kinds(true) if "era" in kind or "date" in kind)
    assert spelled["buddhist_era"] > 100
    assert spelled["buddhist_era_words"] > 10
    assert spelled["dotted_date"] > 10


def test_adults_only(truth, sample):
    for row in truth:
        if row["true_birth_date"]:
            assert 18 <= sample.now.year - int(row["true_birth_date"][:4]) <= 90


def test_sign_ups_lie_in_the_history(people, sample):
    for row in people:
        at = datetime.fromisoformat(row["customer.created_at"])
        assert at <= sample.now
        assert (sample.now - at).days <= sample.years * 366 + 1


def test_kinds_of_rows_have_their_shares(truth):
    share = collections.Counter(row["kind"] for row in truth)
    assert 0.045 < share["duplicate"] / len(truth) < 0.075
    assert 0.02 < share["household"] / len(truth) < 0.042
    assert 0.004 < share["namesake"] / len(truth) < 0.02


def test_truth_is_consistent(truth):
    by_id = {row["customer.external_id"]: row for row in truth}
    for row in truth:
        if row["kind"] == "unique":
            assert not row["other"]
            assert row["person"] == row["customer.external_id"].replace("C", "P")
            continue
        other = by_id[row["other"]]
        assert other["kind"] == "unique"
        assert row["other"] < row["customer.external_id"]
        same_name = (row["true_given_name"], row["true_family_name"]) == (
            other["true_given_name"],
            other["true_family_name"],
        )
        if row["kind"] == "duplicate":
            assert row["person"] == other["person"]
            assert same_name
        else:
            assert row["person"] == row["customer.external_id"].replace("C", "P")
        if row["kind"] == "household":
            assert row["true_given_name"] != other["true_given_name"]
            assert row["true_family_name"] == other["true_family_name"]
            assert ("shared_phone" in kinds(row)) == bool(row["true_phone"])
            if row["true_phone"]:
                assert row["true_phone"] == other["true_phone"]
        if row["kind"] == "namesake":
            assert same_name
            assert not {row["true_email"], row["true_phone"]} - {""} & {other["true_email"], other["true_phone"]}


def test_members_of_a_household_live_together(people, truth):
    by_id = {row["customer.external_id"]: row for row in people}
    address = ("customer.street", "customer.city", "customer.postcode")
    pairs = [(by_id[row["customer.external_id"]], by_id[row["other"]]) for row in truth if row["kind"] == "household"]
    told = [(one, two) for one, two in pairs if one["customer.street"] and two["customer.street"]]
    assert len(told) > 20
    assert all([one[field] for field in address] == [two[field] for field in address] for one, two in told)


def test_a_duplicate_is_written_later_and_differently(people, truth):
    by_id = {row["customer.external_id"]: row for row in people}
    changed = total = 0
    for true in truth:
        if true["kind"] == "duplicate":
            row, other = by_id[true["customer.external_id"]], by_id[true["other"]]
            assert datetime.fromisoformat(row["customer.created_at"]) >= datetime.fromisoformat(
                other["customer.created_at"]
            )
            total += 1
            fields = (
                "customer.name",
                "customer.given_name",
                "customer.family_name",
                "customer.email",
                "customer.phone",
            )
            changed += any(row[field] != other[field] for field in fields)
    assert changed > 0.9 * total


@pytest.mark.parametrize(
    "kind",
    [
        "romanised", "swapped", "nickname", "title", "typo", "phone_spelling", "email_tag", "email_case", "spaces",
        "zero_width", "old_phone", "broken_email", "lost_zero", "shared_phone", "decomposed", "country_spelling",
        "province_spelling",
    ],
)  # fmt: skip
def test_each_kind_of_dirt_happens(truth, kind):
    assert sum(kind in kinds(row) for row in truth) >= 3


def test_most_rows_are_clean(truth):
    assert 0.5 < sum(not row["dirt"] for row in truth) / len(truth) < 0.75


def test_dirt_is_where_truth_says(people, truth):
    for row, true in zip(people, truth, strict=True):
        name = row["customer.name"] + row["customer.given_name"]
        invisible = any(sign in name for sign in "\u200b\u200c\u200d\ufeff")
        assert invisible == ("zero_width" in kinds(true))
        assert (name != name.strip()) == ("spaces" in kinds(true))


def test_addresses_are_whole_or_absent(people):
    for row in people:
        parts = [row[f"customer.{field}"] for field in ("street", "city", "province", "postcode")]
        assert all(parts) or not any(parts)
        if row["customer.postcode"] and country(row) in {"TH", "KR"}:
            assert re.fullmatch(r"\d{5}", row["customer.postcode"])


def test_many_provinces_are_there(people):
    thai = {row["customer.postcode"][:2] for row in people if country(row) == "TH"} - {""}
    assert len(thai) >= 30
    assert len({row["customer.province"] for row in people if country(row) == "KR"} - {""}) == 17
