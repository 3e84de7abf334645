import pytest

from cdp.core import alphabets


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("ko", "무슨 일이 있었나요:\nแล็ปท็อปหาย", ["แล็ปท็อปหาย"]),
        ("ko", "- The account was closed\n- 계정을 닫았습니다", ["- The account was closed"]),
        ("ko", "Google Workspace 계정의 비밀번호를 바꾸었습니다. 문의: help@example.com https://example.com/x", []),
        ("th", "Siam Flowers & Gifts, help@example.com", []),
        ("th", "ไม่พบหลักฐาน", []),
        ("en", "It was lost. แล็ปท็อปหาย", ["แล็ปท็อปหาย"]),
        ("en", "Sold in ร้านดอกไม้ only", []),
        ("en", "", []),
    ],
)
def test_what_a_reader_hardly_reads_is_found_and_names_stay(language, text, found):
    assert alphabets.foreign(text, language, names=["Siam Flowers & Gifts", "ร้านดอกไม้"]) == found
