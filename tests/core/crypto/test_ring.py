"""The key ring: what it accepts, and that it never shows a key."""

import base64
import os

import pytest
from django.core.exceptions import ImproperlyConfigured

from cdp.core.crypto import ring

GOOD = base64.b64encode(bytes(range(32))).decode()
OTHER = base64.b64encode(bytes(range(32, 64))).decode()


def test_the_first_key_wraps_and_every_key_unwraps():
    before = ring.parse(f"a:{GOOD}")
    after = ring.parse(f"b:{OTHER}, a:{GOOD}")
    wrapped = before.wrap(b"x" * 32, context=b"place")
    assert after.primary == "b"
    assert after.unwrap(wrapped, ring_key="a", context=b"place") == b"x" * 32


@pytest.mark.parametrize(
    "text",
    [
        "",
        GOOD,
        f":{GOOD}",
        "a:",
        "a:short",
        f"a:{GOOD[:-4]}",
        f"a:{GOOD},a:{OTHER}",
        f"a:{GOOD},",
        f"a:ключ{GOOD}",
        f"a:{GOOD[:10]} {GOOD[10:]}",
        f"{'a' * 41}:{GOOD}",
    ],
)
def test_a_bad_ring_is_refused_with_its_place_and_without_its_keys(text):
    with pytest.raises(ImproperlyConfigured) as refused:
        ring.parse(text)
    assert "CDP_ENCRYPTION_KEYS: entry" in str(refused.value)
    assert GOOD[:10] not in str(refused.value)


def test_a_lost_ring_key_is_named_and_not_guessed():
    wrapped = ring.parse(f"old:{GOOD}").wrap(os.urandom(32), context=b"c")
    with pytest.raises(ring.UnknownRingKey, match="'old' is not in CDP_ENCRYPTION_KEYS"):
        ring.parse(f"new:{OTHER}").unwrap(wrapped, ring_key="old", context=b"c")


@pytest.mark.parametrize("harm", [lambda w: w[:-1], lambda w: w[:5], lambda w: b"", lambda w: w[:-1] + b"\x00"])
def test_altered_bytes_do_not_unwrap(harm):
    keys = ring.parse(f"a:{GOOD}")
    wrapped = keys.wrap(b"x" * 32, context=b"c")
    with pytest.raises(ring.UnknownRingKey):
        keys.unwrap(harm(wrapped), ring_key="a", context=b"c")


def test_another_context_does_not_unwrap():
    keys = ring.parse(f"a:{GOOD}")
    with pytest.raises(ring.UnknownRingKey):
        keys.unwrap(keys.wrap(b"x" * 32, context=b"here"), ring_key="a", context=b"there")
