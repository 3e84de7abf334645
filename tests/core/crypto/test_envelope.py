"""One sealed value opens in its own place with its own key, and nowhere else."""

import uuid

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from cdp.core.crypto import envelope

KEY = AESGCM(bytes(32))
KEY_ID = uuid.UUID(int=7)
ROW = uuid.UUID(int=1)
PLACE = envelope.place_of("customers_note", "text", ROW)


@given(st.text())
def test_every_text_comes_back_and_names_its_key(text):
    sealed = envelope.seal(text, key_id=KEY_ID, key=KEY, place=PLACE)
    assert envelope.key_id_of(sealed) == KEY_ID
    assert envelope.open_(memoryview(sealed), key=KEY, place=PLACE) == text


def test_the_same_text_is_sealed_differently_each_time():
    assert len({envelope.seal("สมชาย", key_id=KEY_ID, key=KEY, place=PLACE) for _ in range(20)}) == 20


@pytest.mark.parametrize(
    "place",
    [
        envelope.place_of("customers_note", "text", uuid.UUID(int=2)),
        envelope.place_of("customers_note", "title", ROW),
        envelope.place_of("consent_record", "text", ROW),
    ],
)
def test_a_moved_value_does_not_open(place):
    sealed = envelope.seal("secret", key_id=KEY_ID, key=KEY, place=PLACE)
    with pytest.raises(envelope.Unopenable):
        envelope.open_(sealed, key=KEY, place=place)


@pytest.mark.parametrize("length", [0, 1, 10, 17, 20, 29, 40])
def test_a_cut_off_value_does_not_open(length):
    sealed = envelope.seal("a secret", key_id=KEY_ID, key=KEY, place=PLACE)[:length]
    with pytest.raises(envelope.Unopenable):
        envelope.open_(sealed, key=KEY, place=PLACE)


@pytest.mark.parametrize("length", [0, 1, 16])
def test_a_stump_names_no_key(length):
    with pytest.raises(envelope.Unopenable):
        envelope.key_id_of(envelope.seal("a", key_id=KEY_ID, key=KEY, place=PLACE)[:length])


def test_another_version_does_not_open():
    sealed = b"\x02" + envelope.seal("a", key_id=KEY_ID, key=KEY, place=PLACE)[1:]
    with pytest.raises(envelope.Unopenable, match="version"):
        envelope.open_(sealed, key=KEY, place=PLACE)
