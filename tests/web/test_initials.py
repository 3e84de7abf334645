import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.web import initials


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ingrid Solberg", "IS"),
        ("Mary Ann Lee", "ML"),
        ("cher", "C"),
        ("สมหญิง ใจดี", "ส"),
        ("เกศรา ทองดี", "ก"),  # the vowel เ is written first, the consonant is the initial
        ("김민수", "민수"),
        ("김 민수", "민수"),
        ("허 준", "허준"),
        ("王小明", "王"),
        ("", "?"),
        ("•••", "?"),
        ("42", "?"),
        ("d'Arc", "D"),
        ("คุณสมใจ", "ส"),
        ("ด.ญ. จันทร์จิรา ใจดี", "จ"),
        ("น.ส.", "น"),  # nothing but a title stays what it is
        ("คุณากร แสงทอง", "ค"),
        ("Dr. Ann Lee", "AL"),
        ("김민수님", "민수"),
    ],
)
def test_initials_follow_the_script_of_the_name(name: str, expected: str) -> None:
    assert initials.of(name) == expected


@given(st.text())
def test_any_text_gives_something_short(name: str) -> None:
    assert 1 <= len(initials.of(name)) <= 4


@given(st.text())
def test_a_colour_is_one_of_eight_and_stays(seed: str) -> None:
    assert initials.colour(seed) == initials.colour(seed)
    assert 1 <= initials.colour(seed) <= initials.COLOURS


def test_the_colour_of_a_seed_is_the_same_on_every_machine() -> None:
    assert initials.colour("ada") == 1
