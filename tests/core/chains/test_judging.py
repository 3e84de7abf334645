"""What a chain tells of what was done to it, without a database."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.core.chains import judging
from cdp.core.chains.judging import Judge, Link

KEY, AT = b"k" * 32, dt.datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=dt.UTC)


def chain(count: int) -> list[Link]:
    found, mac = [], judging.genesis(KEY)
    for position in range(1, count + 1):
        row = f"row {position}".encode()
        mac = judging.link(KEY, mac, position=position, sealed_at=AT, row=row)
        found.append(Link(position, str(position), mac, AT, row))
    return found


def judged(links: list[Link], head: bytes | None = None) -> list[tuple[str, str]]:
    judge = Judge(KEY)
    found = [(row, kind) for link in links for row, kind, _ in judge.hear(link)]
    return found + [(row, kind) for row, kind, _ in judge.end(head)]


@given(st.integers(0, 30))
def test_a_chain_as_it_was_written_fits(count: int) -> None:
    assert judged(chain(count)) == []


@given(st.integers(1, 12), st.data())
def test_any_one_change_names_the_row(count: int, data: st.DataObject) -> None:
    links = chain(count)
    place = data.draw(st.integers(0, count - 1))
    change = data.draw(st.sampled_from(["row", "mac", "time", "gone"]))
    link, head = links[place], links[-1].mac
    links[place] = {
        "row": replace(link, row=b"other"),
        "mac": replace(link, mac=bytes(32)),
        "time": replace(link, sealed_at=AT + dt.timedelta(microseconds=1)),
        "gone": replace(link, row=None),
    }[change]
    expected = {"row": "altered", "mac": "link_altered", "time": "altered", "gone": "missing"}[change]
    assert judged(links, head) == [(str(place + 1), expected)]


@given(st.integers(3, 12), st.data())
def test_a_gap_and_a_swap_are_noticed(count: int, data: st.DataObject) -> None:
    links = chain(count)
    place = data.draw(st.integers(1, count - 2))
    assert judged(links[:place] + links[place + 1 :]) == [(str(place + 2), "links_missing")]
    one, other = links[place], links[place + 1]
    links[place], links[place + 1] = replace(one, row=other.row), replace(other, row=one.row)
    assert {row for row, _ in judged(links)} == {one.row_id, other.row_id}


def test_without_anybody_who_knows_the_end_the_last_is_only_doubted() -> None:
    links = chain(3)
    links[-1] = replace(links[-1], mac=bytes(32))
    assert judged(links) == [("3", "unproved")]


@pytest.mark.parametrize("at", [dt.datetime(1990, 1, 1, tzinfo=dt.UTC), dt.datetime(2300, 1, 1, tzinfo=dt.UTC)])
def test_any_time_can_be_sealed(at: dt.datetime) -> None:
    mac = judging.link(KEY, judging.genesis(KEY), position=1, sealed_at=at, row=b"row")
    assert judged([Link(1, "1", mac, at, b"row")]) == []


def test_every_code_has_words() -> None:
    codes = {value for name, value in vars(judging).items() if name.isupper() and isinstance(value, str)}
    assert codes == set(judging.WORDS)
