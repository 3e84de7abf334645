"""Forgetting in portions: all of what is old, nothing else, never much at once."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cdp.core import forgetting
from events.models import MessageKey
from events.services import deduplication

pytestmark = pytest.mark.django_db


def test_what_is_old_goes_in_portions_and_the_rest_stays():
    now = timezone.now()
    old, young = now.date() - deduplication.WINDOW - dt.timedelta(days=1), now.date() - deduplication.WINDOW
    days = [old] * 7 + [young] * 3
    MessageKey.objects.bulk_create(MessageKey(digest=bytes([n] * 16), seen_on=day) for n, day in enumerate(days))
    gone = MessageKey.objects.filter(seen_on__lt=young)
    with CaptureQueriesContext(connection) as asked:
        assert forgetting.in_portions(gone, portion=3) == 7
    assert sum(one["sql"].startswith("DELETE") for one in asked) == 3
    assert MessageKey.objects.count() == 3
    assert deduplication.forget_old(now=now) == 0
