import pytest

from cdp.core.files import encodings
from cdp.core.files.problems import FileProblem


@pytest.mark.parametrize("name", ["สมชาย", "ใจดี", "น้ำฝน", "กมลวรรณ", "ณ อยุธยา", "เพชรบุรี", "แก้วใส", "วงศ์สวัสดิ์"])
@pytest.mark.parametrize("encoding", ["cp874", "tis-620", "iso8859-11", "utf-8"])
def test_one_thai_word_tells(name, encoding):
    body = f"id,name\n1,{name}\n".encode(encoding)
    assert body.decode(encodings.guess(body)) == f"id,name\n1,{name}\n"


@pytest.mark.parametrize(
    "name", ["김민수", "홍길동", "전미경", "이서연", "박지훈", "서울특별시", "경기도 수원시", "강남구 테헤란로"]
)
@pytest.mark.parametrize("encoding", ["cp949", "euc-kr", "johab", "utf-8"])
def test_one_korean_word_tells(name, encoding):
    body = f"id,name\n1,{name}\n".encode(encoding)
    assert body.decode(encodings.guess(body)) == f"id,name\n1,{name}\n"


@pytest.mark.parametrize(
    "name", ["José", "Müller", "François", "Söderström", "Zoë", "Muñoz", "Renée Zürcher", "Åsa", "Ángel"]
)
def test_one_western_word_tells(name):
    body = f"id,name\n1,{name}\n".encode("cp1252")
    assert body.decode(encodings.guess(body)) == f"id,name\n1,{name}\n"


def test_a_word_of_two_bytes_is_no_johab():
    assert encodings.guess("name,email\nนก,a@example.com\n".encode("cp874")) != "johab"


def test_thai_in_utf_8_with_a_broken_byte_stays_utf_8():
    assert encodings.guess("สมชาย ใจดี\n".encode() * 5 + b"\xff\n") == "utf-8"


def test_rare_encodings_of_longer_texts_are_left_to_the_general_detector():
    text = "имя,город\nИван Петров,Москва\nМария Смирнова,Санкт-Петербург\n" * 30
    body = text.encode("cp1251")
    assert body.decode(encodings.guess(body)) == text


@pytest.mark.parametrize("name", ["utf-8-sig", "UTF8", "windows-874", "euc-kr", "latin-1", " ms949 "])
def test_takes_any_name_that_python_knows(name):
    assert "x".encode(encodings.known(name)).decode(encodings.known(name)) == "x"


@pytest.mark.parametrize("name", ["", "klingon", "base64", "rot13", "zip", "utf-8\0"])
def test_refuses_what_is_no_encoding_of_text(name):
    with pytest.raises(FileProblem) as caught:
        encodings.known(name)
    assert caught.value.code == "unknown_encoding"
