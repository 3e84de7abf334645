"""The sample shop shows what people write: comments with followers, names in them, a theme somebody works on."""

import pytest
from django.utils import timezone

from cdp.core import pipeline
from cdp.core.models.sources import SAMPLE
from cdp.web import sample_voice
from surveys.models import Brand, Mention, SocialAct, Theme
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_sample_shop_has_comments_names_and_a_theme_with_an_owner():
    factories.source(SAMPLE)
    for number in range(2 * len(sample_voice.SAID)):
        factories.customer(email=f"p{number}@example.com")
    owner = factories.staff("owner")
    for _twice in range(2):
        sample_voice.say(timezone.now())
    pipeline.drain_all(now=timezone.now())
    sample_voice.decide(timezone.now())
    assert SocialAct.objects.filter(has_words=True).count() == 2 * len(sample_voice.SAID)
    assert SocialAct.objects.filter(followers__gt=5000, customer_id__isnull=False).exists()
    assert set(Mention.objects.filter(about="brand").values_list("ref", flat=True)) == set(
        map(str, Brand.objects.values_list("id", flat=True))
    )
    assert Theme.objects.get(owner_id=owner.id).task
