"""Keys of an hour."""

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone

from cdp.core.crypto import hourly
from cdp.core.crypto.envelope import Unopenable
from cdp.core.models import HourlyKey


def test_data_comes_back_in_its_context(db):
    assert hourly.open_(hourly.seal(b"", context=b"a"), context=b"a") == b""
    assert hourly.open_(hourly.seal(b"data", context=b"a"), context=b"a") == b"data"


@pytest.mark.django_db(transaction=True)
def test_a_key_made_in_a_transaction_that_rolls_back_survives_it():
    HourlyKey.objects.all().delete()
    hourly.forget()
    try:
        with transaction.atomic():
            sealed = hourly.seal(b"data", context=b"a")
            raise LookupError
    except LookupError:
        hourly.forget()
    assert hourly.open_(sealed, context=b"a") == b"data"


@pytest.mark.parametrize(
    "harm",
    [
        lambda s: s[:-1],
        lambda s: s[:12],
        lambda s: s[:8],
        lambda s: s[:3],
        lambda s: b"",
        lambda s: s[:-1] + bytes([s[-1] ^ 1]),
        lambda s: b"\xff" * 8 + s[8:],
    ],
)
def test_altered_data_does_not_open(db, harm):
    with pytest.raises(Unopenable):
        hourly.open_(harm(hourly.seal(b"data", context=b"a")), context=b"a")


def test_another_context_does_not_open(db):
    with pytest.raises(Unopenable):
        hourly.open_(hourly.seal(b"data", context=b"a"), context=b"b")


def test_forgetting_keeps_seven_days_and_takes_the_rest_with_what_it_sealed(db, time_machine):
    start = timezone.now().replace(minute=30)
    time_machine.move_to(start, tick=False)
    sealed = hourly.seal(b"data", context=b"a")
    assert hourly.forget_old(now=start + hourly.KEPT) == 0
    assert hourly.open_(sealed, context=b"a") == b"data"
    assert hourly.forget_old(now=start + hourly.KEPT + dt.timedelta(hours=1)) == 1
    with pytest.raises(Unopenable):
        hourly.open_(sealed, context=b"a")
