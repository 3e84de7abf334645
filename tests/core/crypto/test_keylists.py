"""One way to read every list of keys, with errors that show none of it."""

import base64
import traceback

import pytest
from django.core.exceptions import ImproperlyConfigured

from cdp.core.crypto import keylists

ONE, OTHER = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


def test_keys_come_in_their_order_by_their_ids():
    assert keylists.parse(f" a:{ONE}, b:{OTHER}", setting="X") == {"a": bytes([1]) * 32, "b": bytes([2]) * 32}
    assert list(keylists.parse(f"{'i' * 41}:{ONE}", setting="X", longest_id=None)) == ["i" * 41]


@pytest.mark.parametrize(
    ("text", "entry"),
    [("", 1), (ONE, 1), (f":{ONE}", 1), (f"a:{ONE},a:{OTHER}", 2), (f"a:{ONE},b:{OTHER[:-8]}", 2), (f"a:{ONE},b:é{OTHER}", 2),
     (f"{'i' * 41}:{ONE}", 1)],
)  # fmt: skip
def test_a_fault_is_told_by_its_place_and_no_key_is_shown(text, entry):
    with pytest.raises(ImproperlyConfigured) as refused:
        keylists.parse(text, setting="CDP_X_KEYS")
    assert str(refused.value) == f"CDP_X_KEYS: entry {entry} must be a new id, a colon and 32 bytes in base64."
    told = "".join(traceback.format_exception(refused.value))
    assert ONE not in told
    assert OTHER[:20] not in told
    assert refused.value.__context__ is None
