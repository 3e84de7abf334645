import datetime as dt

import pytest

from cdp.core.models import User
from consent.models import RetentionRun
from consent.services import nights
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_night_has_one_run_from_two_o_clock_on_by_the_clock_of_the_shop():
    def wake(text):
        nights.begin_due(now=dt.datetime.fromisoformat(text))
        return [run.night.isoformat() for run in RetentionRun.objects.order_by("id")]

    assert wake("2026-11-20T01:59:00+07:00") == []
    assert wake("2026-11-20T02:00:00+07:00") == ["2026-11-20"]
    assert wake("2026-11-20T23:00:00+07:00") == ["2026-11-20"]
    assert wake("2026-11-21T09:00:00+07:00") == ["2026-11-20", "2026-11-21"]


def test_a_shop_that_was_set_up_by_day_has_its_first_run_in_the_next_night_as_the_page_says(client):
    client.force_login(officer := factories.staff("privacy"))
    User.objects.filter(id=officer.id).update(created_at=dt.datetime.fromisoformat("2026-11-20T09:58:00+07:00"))
    for text, runs in (
        ("2026-11-20T10:08:00+07:00", 0),
        ("2026-11-20T23:59:00+07:00", 0),
        ("2026-11-21T01:59:00+07:00", 0),
        ("2026-11-21T09:00:00+07:00", 1),  # was off at two o'clock
    ):
        nights.begin_due(now=dt.datetime.fromisoformat(text))
        assert RetentionRun.objects.count() == runs, text
        if not runs:
            assert b"the first run comes tonight" in client.get("/consent/retention/").content
