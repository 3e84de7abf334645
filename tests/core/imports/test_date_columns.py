"""How a column writes its days is decided once for all its rows, by the column or by people; no row is guessed."""

import pytest
from django.utils import translation

from cdp.core.files import columns, dates
from cdp.core.imports import drafts
from commerce.models import Order
from customers.models import Customer

BUDDHIST, OPEN, COMMON = dates.BUDDHIST_ERA, dates.OPEN, dates.COMMON_ERA


@pytest.mark.parametrize(
    ("written", "dayfirst", "era"),
    [
        (["02/03/67", "15/12/2567"], True, BUDDHIST),
        (["15/12/2567", "02/03/67"], True, BUDDHIST),
        (["02/03/67", "15/12/2024"], True, COMMON),
        (["02/03/67", "04/05/66"], None, OPEN),
        (["02/03/67", "04/05/2567", "06/07/2024"], True, OPEN),
        (["02/03/24", "04/15/95"], False, None),
        (["67.03.02", "66.12.15"], None, OPEN),
        (["02/03/2567"], True, BUDDHIST),
    ],
)
def test_what_a_column_shows(written, dayfirst, era):
    watch = columns.Watch(["when"])
    watch.look([(line, [cell]) for line, cell in enumerate(written, start=2)])
    assert watch.dayfirst()["when"] == dayfirst
    assert watch.eras().get("when") == era
    assert ("open_years" in {code for code, _line, _column in watch.remarks()}) == (era == OPEN)


@pytest.mark.parametrize(
    ("text", "era", "read"),
    [
        ("02/03/67", BUDDHIST, "2024-03-02"),
        ("02/03/67", COMMON, "1967-03-02"),
        ("02/03/24", BUDDHIST, "1981-03-02"),
        ("02/03/24", COMMON, "2024-03-02"),
        ("02/03/24", OPEN, None),
        ("02/03/67", "", None),
        ("2 มี.ค. 24", BUDDHIST, "1981-03-02"),
        ("2 มี.ค. 67", OPEN, "2024-03-02"),
        ("02/03/67 พ.ศ.", COMMON, "2024-03-02"),
        ("02/03/2567", COMMON, "2024-03-02"),
    ],
)
def test_how_two_digits_of_a_year_are_read(text, era, read):
    if read is None:
        with pytest.raises(dates.problems.ValueProblem, match="two_digit_year"):
            dates.day(text, dayfirst=True, era=era)
    else:
        assert dates.day(text, dayfirst=True, era=era).isoformat() == read


def placed() -> list[str]:
    return sorted(f"{order.placed_at:%Y-%m-%d}" for order in Order.objects.all())


ORDERS = "order id,order date,email,price\nA1,{},ann@example.com,5\nA2,{},ann@example.com,5\n"


def test_orders_of_one_column_are_all_of_its_era(imports):
    imports("orders", ORDERS.format("02/03/67 12:00", "15/12/2567 12:00").replace("2567", "2566"))
    assert placed() == ["2023-12-15", "2024-03-02"]


def test_what_nobody_has_said_is_left_out_and_told_and_what_people_say_holds(imports):
    content = ORDERS.format("02/03/67", "14/05/24")
    report = imports("orders", content, dry_run=True)
    assert [(one["line"], one["code"]) for one in report["rejected"]] == [(2, "two_digit_year"), (3, "two_digit_year")]
    assert "open_years" in imports.remarks()
    said = {name: f"{room}.{target}" for name, room, target in (
        ("order id", "order", "external_id"), ("order date", "order", "placed_at"), ("email", "customer", "email"),
        ("price", "line", "unit_price"),
    )}  # fmt: skip
    imports("orders", content, mapping={"columns": said, "options": {"era": "buddhist"}})
    assert placed() == ["1981-05-13", "2024-03-01"]  # midnight in Bangkok


def test_birth_dates_of_one_column_are_all_of_its_era(imports):
    imports("customers", "email,birth_date\na@example.com,02/03/30\nb@example.com,15/12/2520\nc@example.com,04/05/95\n")
    born = sorted(str(one) for one in Customer.objects.filter(status="known").values_list("birth_date", flat=True))
    assert born == ["1952-05-04", "1977-12-15", "1987-03-02"]


def test_the_terminal_says_which_word_an_era_can_have(imports):
    with translation.override("en"), pytest.raises(drafts.mapping.BadMapping, match="buddhist"):
        drafts.mapping.check_shape({"options": {"era": "roman"}})
