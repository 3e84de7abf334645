"""Which part of a name a column holds, by its first values."""

import pytest

from customers.rules import name_columns


def settled(columns, *rows):
    return name_columns.settle(columns, [dict(zip(columns.values(), row, strict=True)) for row in rows])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (["สมชาย ใจดี", "นางสาวมาลี รักไทย", "วิชัย แซ่ตั้ง"], "name"),
        (["คุณสมชาย", "นางมาลี", "ด.ช. ปิติ"], "name"),
        (["สมชาย", "มาลี", "วิชัย"], "given_name"),
        (["สมชาย", "มาลี", "วิชัย ใจดี"], "given_name"),
        (["김민수", "이영희", "남궁민"], "name"),
        (["민수", "영희"], "given_name"),
        (["Anna Smith", "Mr. John Miller", "Bo"], "name"),
        (["Anna", "John"], "given_name"),
        (["", " "], "given_name"),
    ],
)
def test_a_given_name_that_stands_alone_is_what_most_of_its_values_are(values, field):
    assert settled({"given_name": "ชื่อ"}, *([value] for value in values)) == {field: "ชื่อ"}


@pytest.mark.parametrize(
    ("guessed", "rows", "columns"),
    [
        ("given_name", [("Mary Ann", "Smith"), ("Bo", "Li")], {"given_name": "a", "family_name": "b"}),
        ("given_name", [("นาย สมชาย", "ใจดี")], {"given_name": "a", "family_name": "b"}),
        ("given_name", [("นายสมชาย ใจดี", "ใจดี")], {"name": "a"}),
        ("name", [("Anna", "Smith"), ("Mary Ann", "Jones")], {"given_name": "a", "family_name": "b"}),
        ("name", [("Anna Smith", "Smith"), ("Jones, Bo", "Jones")], {"name": "a"}),
        ("name", [("민수", "김"), ("영희", "이")], {"given_name": "a", "family_name": "b"}),
        ("name", [("김민수", "김"), ("이영희", "이")], {"name": "a"}),
        ("name", [("Anna", ""), ("", "Smith")], {"name": "a", "family_name": "b"}),
        ("name", [("Ann Lee", "Lee")] * 3 + [("Bob", "Jones")] * 2, {"name": "a", "family_name": "b"}),
        ("given_name", [("Ann Lee", "Lee")] * 3 + [("Bob", "Jones")] * 2, {"name": "a", "family_name": "b"}),
        ("name", [("Ann Lee", "Lee")] * 9 + [("Bob", "Jones")], {"name": "a"}),
    ],
)
def test_beside_a_family_name_it_is_the_given_one_unless_it_repeats_it(guessed, rows, columns):
    assert settled({guessed: "a", "family_name": "b"}, *rows) == columns


@pytest.mark.parametrize(
    "header", ["First name", "FIRST_NAME", "firstname", "Given name", "customer.given_name", "ชื่อจริง"]
)
def test_a_header_that_says_given_name_is_believed(header):
    assert settled({"given_name": header}, ["Mary Ann"], ["Anna Maria"], ["Kim"]) == {"given_name": header}
    columns = {"given_name": header, "family_name": "b"}
    assert settled(columns, ["Mary Ann", "Ann"], ["Bo Li", "Li"], ["Kim", "Jones"]) == columns


def test_where_whole_and_given_name_both_have_a_column_nothing_is_moved():
    columns = {"name": "Display", "given_name": "First"}
    assert settled(columns, ["Anna Smith", "Anna Maria"]) == columns
