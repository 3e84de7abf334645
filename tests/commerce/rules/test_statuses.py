"""Stores' words for the state of an order."""

import pytest

from commerce.models import Order
from commerce.rules import statuses


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("completed", "fulfilled"),
        ("Completed", "fulfilled"),
        ("processing", "paid"),
        ("on-hold", "pending"),
        ("on_hold", "pending"),
        ("  On   Hold ", "pending"),
        ("open", "paid"),
        ("paid", "paid"),
        ("PARTIALLY_REFUNDED", "partially_refunded"),
        ("partially refunded", "partially_refunded"),
        ("refunded", "refunded"),
        ("canceled", "cancelled"),
        ("wc-cancelled", "cancelled"),
        ("wc-completed", "fulfilled"),
        ("checkout-draft", "pending"),
        ("voided", "voided"),
        ("Authorized", "paid"),
        ("failed", "failed"),
        ("จัดส่งแล้ว", "fulfilled"),
        ("ยกเลิก", "cancelled"),
        ("결제완료", "paid"),
        ("환불완료", "refunded"),
    ],
)
def test_a_stores_word_has_one_meaning(word, status):
    assert statuses.find(word) == status


@pytest.mark.parametrize("word", ["", " ", "perhaps", "paid?", "0", "wc-"])
def test_an_unknown_word_is_not_guessed(word):
    assert statuses.find(word) is None


def test_our_own_words_are_the_states_of_the_model():
    assert tuple(Order.Status.values) == statuses.ALL
    assert all(statuses.find(status) == status for status in statuses.ALL)


def test_no_word_means_two_things():
    words = [statuses._plain(word) for words in statuses._WORDS.values() for word in words.split(",")]
    assert len(words) == len(set(words))
