from datetime import timedelta

import pytest

from cdp.core import backoff


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 1), (1, 1), (2, 2), (5, 16), (9, 256), (10, 360), (500, 360)])
def test_the_wait_doubles_up_to_six_hours(attempts: int, minutes: int) -> None:
    assert backoff.pause(attempts) == timedelta(minutes=minutes)


def test_a_message_gives_up_after_some_five_days() -> None:
    whole = sum((backoff.pause(attempts) for attempts in range(1, backoff.MOST_ATTEMPTS)), timedelta())
    assert timedelta(days=4) < whole < timedelta(days=6)
