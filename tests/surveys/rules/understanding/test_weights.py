"""The weights: small, plain numbers, refused with a reason when they are not what was trained; what reads with them."""

import json
import pickletools
import re

import pytest

from bench import run_sentiment
from surveys.rules.understanding import language, naming, reader, weights


@pytest.mark.parametrize("code", language.KNOWN)
def test_a_damaged_file_is_refused_wherever_it_is_damaged(code, tmp_path):
    path = weights.FOLDER / f"{code}.weights"
    raw = path.read_bytes()
    assert len(raw) < 2_000_000
    with pytest.raises((ValueError, KeyError, IndexError)):
        list(pickletools.genops(raw))  # no pickle hides in it
    target = tmp_path / path.name
    for spoilt in (
        b"",
        raw[:40],
        raw[:-9],
        raw[:-1] + bytes([raw[-1] ^ 1]),
        raw[:200] + bytes([raw[200] ^ 1]) + raw[201:],
        b"x" + raw,
    ):
        target.write_bytes(spoilt)
        with pytest.raises(weights.Damaged, match=re.escape(path.name)):
            weights.read(target)
    with pytest.raises(weights.Damaged, match="cannot be read"):
        weights.read(tmp_path / "none.weights")


def test_what_is_written_reads_the_same_and_the_same_twice(tmp_path):
    head = {
        "language": "en", "version": "7", "bits": 3, "blocks": 1, "scales": [[0.5], [1.0]], "bias": [0.25, -1.0],
        "dense": [], "words": {}, "slope": 2.0, "middle": 1.0, "meanings": [], "classes": [],
    }  # fmt: skip
    columns = [[bytes([1, 0, 255, 0, 0, 0, 0, 127])], [bytes([0, 3, 0, 0, 0, 0, 0, 0])]]
    for name in ("a", "b"):
        weights.write(tmp_path / name, head, columns)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    model = weights.read(tmp_path / "a")
    assert model.scores(({0, 7},), ()) == pytest.approx([0.25 + 0.5 * 128 / 2**0.5, -1.0])
    assert model.scores(({1},), ())[1] == pytest.approx(2.0)
    assert model.divided([1.0, 0.0]) == pytest.approx((0.25, 0.5, 0.25))
    assert model.divided([3.0, -9.0])[2] > 0.9
    assert model.divided([3.0, 9.0])[2] < 0.1
    assert sum(model.divided([0.3, 0.7])) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("배송이 빨라요", "ko"), ("ㅋㅋㅋ", "ko"), ("ส่งช้ามาก", "th"), ("ซื้อ iPhone 15 Pro Max มาใช้", "th"),
        ("Galaxy S24 Ultra 배송", "ko"), ("I love it", "en"), ("so good", "en"), ("", ""), ("😀🎉 10/10 !!", ""),
        ("https://example.com/a", ""), ("Die Lieferung war leider sehr langsam und teuer", "xx"),
        ("とても良い", "xx"), ("очень хорошо", "xx"), ("à la carte était délicieuse et très chère", "xx"),
    ],
)  # fmt: skip
def test_the_language_of_a_text(text, code):
    assert language.language_of(text) == code


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("place ace", ["a"]), ("ACE!", ["a"]), ("aceso", []), ("스타벅스가 낫다", ["s"]), ("스타벅스카드", []),
        ("ไปstarbucksมา", ["s"]), ("ร้านสตาร์บัคส์อร่อย", ["s"]), ("이마트24에서", ["e24"]), ("이마트보다 싸요", ["e"]),
        ("Starbucks and ＡＣＥ", ["s", "a"]),
    ],
)  # fmt: skip
def test_a_name_is_a_word_of_its_own_in_three_scripts(text, found):
    spelt = [
        ("Starbucks", "s"),
        ("스타벅스", "s"),
        ("สตาร์บัคส์", "s"),
        ("Ace", "a"),
        ("이마트", "e"),
        ("이마트24", "e24"),
    ]
    assert naming.names([*spelt, ("x", "one letter")]).found(text) == found


@pytest.mark.parametrize("text", ["", " ", "\0", "ก" * 5000, "ㅋ" * 5000, "a힣ำ" * 900, "%s{}\\", "😀" * 999])
def test_whatever_is_written_is_read(text):
    told = reader.read(text, {})
    assert told.shares is None or sum(told.shares) == 1000


@pytest.mark.long
def test_the_models_hold_what_is_promised_on_texts_that_were_held_back(tmp_path):
    run_sentiment.main(tmp_path / "figures.json")
    shares = [row for row in json.loads((tmp_path / "figures.json").read_text()) if row["name"].startswith("sentiment")]
    if not shares:
        pytest.skip("the data are not beside the project: ../shared/data")
    assert all(row["met"] for row in shares), shares
