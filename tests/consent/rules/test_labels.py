"""Other spellings of a label are found, innocent words are not."""

from pathlib import Path

import pytest

from consent.rules import labels, packs

KOREA = packs.parse((Path(packs.__file__).parents[1] / "packs" / "pipa_kr.json").read_bytes())
LABELS = [KOREA.label] if KOREA.label else []


@pytest.mark.parametrize(
    "subject",
    [
        "[광고] 신상품",
        "(광/고) 신상품",
        "(광 고) 신상품",
        "( 광고 ) 신상품",
        "【광고】신상품",
        "<광고> 신상품",
        "광.고 신상품",
        "(AD) 신상품",
        "[廣告] 신상품",
        "신상품 [광고]",
        "( 광*고 )신상품",
    ],
)
def test_another_spelling_is_named(subject: str) -> None:
    (fault,) = labels.faults(subject, LABELS)
    assert fault.is_variant
    assert fault.piece in subject


def test_the_label_itself_may_begin_a_subject_and_stands_nowhere_else() -> None:
    assert labels.faults("(광고) 신상품", LABELS) == []
    for subject in ("신상품 (광고)", "(광고) 신상품 (광고)"):
        (fault,) = labels.faults(subject, LABELS)
        assert not fault.is_variant


@pytest.mark.parametrize(
    "subject", ["광고 없는 하루", "영광 고객님께", "관광 고성 여행", "(광고주 안내)", "Road (2 km)", "(add) it", ""]
)
def test_innocent_words_stay(subject: str) -> None:
    assert labels.faults(subject, LABELS) == []
