"""Opaque links."""

import pytest

from cdp.core.crypto import tokens


def test_a_token_gives_its_payload_back_and_goes_into_an_address(db):
    token = tokens.make("unsubscribe", b"\x00payload\xff")
    assert tokens.read("unsubscribe", token) == b"\x00payload\xff"
    assert token.replace("-", "").replace("_", "").isalnum()


def test_a_token_of_another_kind_is_refused(db):
    with pytest.raises(tokens.BadToken):
        tokens.read("preferences", tokens.make("unsubscribe", b"payload"))


@pytest.mark.parametrize("nonsense", ["", "a", "=", "====", "a b", "ไทย", "A" * 5000, "../../etc/passwd", "\x00"])
def test_nonsense_is_no_token(db, nonsense):
    with pytest.raises(tokens.BadToken):
        tokens.read("cursor", nonsense)


def test_no_letter_of_a_token_can_be_changed(db):
    token = tokens.make("cursor", b"payload")
    for position, letter in enumerate(token[:-1]):
        with pytest.raises(tokens.BadToken):
            tokens.read("cursor", token[:position] + ("A" if letter != "A" else "B") + token[position + 1 :])
