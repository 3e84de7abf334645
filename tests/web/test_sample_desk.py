"""The calls of the sample shop in the database."""

import pytest
from django.utils import timezone

from cdp.sample import rows, shop
from cdp.web import sample_desk
from customers.models import Interaction
from tests import factories


@pytest.mark.django_db
def test_the_talks_are_written_once_and_old_promises_are_kept():
    for row in range(10):
        factories.customer(source_key="sample", external_id=rows.external_id(row), name="Sample Person")
    now = timezone.now()
    sample = shop.generate(seed=7, customers=10, events=0, now=now)
    assert sample_desk.load(sample, now=now) == 10
    assert sample_desk.load(sample, now=now) == 10
    assert Interaction.objects.count() == 10
    overdue = Interaction.objects.filter(follow_up_on__lt=timezone.localdate(now), followed_up_at__isnull=True)
    assert not overdue.exists()
