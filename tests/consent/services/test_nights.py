import datetime as dt

import pytest

from consent.models import RetentionRun
from consent.services import nights

pytestmark = pytest.mark.django_db


def test_a_night_has_one_run_from_two_o_clock_on_by_the_clock_of_the_shop():
    def wake(text):
        nights.begin_due(now=dt.datetime.fromisoformat(text))
        return [run.night.isoformat() for run in RetentionRun.objects.order_by("id")]

    assert wake("2026-11-20T01:59:00+07:00") == []
    assert wake("2026-11-20T02:00:00+07:00") == ["2026-11-20"]
    assert wake("2026-11-20T23:00:00+07:00") == ["2026-11-20"]
    assert wake("2026-11-21T09:00:00+07:00") == ["2026-11-20", "2026-11-21"]
