import pytest

from customers.rules import tags


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("vip", "vip"),
        ("heard:facebook", "Heard of us: Facebook"),
        ("heard:friend", "Heard of us: a friend"),
        ("heard:radio", "Heard of us: radio"),
    ],
)
def test_a_tag_that_a_form_wrote_is_read_in_words(tag, words):
    assert tags.shown(tag) == words
