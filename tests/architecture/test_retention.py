"""Nothing is kept for ever by mistake: every table says how long, or why there is no term."""

import pytest
from django.apps import apps
from django.utils import timezone

from cdp.core.checks import OURS
from cdp.core.models import Placement
from cdp.core.retention import Term, Unit, finding, registry
from consent.selectors import packs

MODELS = {model._meta.label: model for model in apps.get_models()}
NEEDED = {
    label
    for label, model in MODELS.items()
    if model._meta.app_label in OURS and model.placement in {Placement.OWNED, Placement.LOCAL}
}


def test_every_table_of_people_or_of_work_says_how_long_it_is_kept():
    assert NEEDED - registry.declared() == set()


def test_a_table_nobody_declared_would_be_seen(monkeypatch):
    monkeypatch.delitem(registry._exempt, "core.Mark")
    assert NEEDED - registry.declared() == {"core.Mark"}


def test_what_is_declared_exists_and_only_once_by_room():
    assert registry.declared() <= MODELS.keys()
    assert set(registry._brief) & set(registry._exempt) == set()


def test_laws_speak_of_kinds_that_exist():
    named = {kind for pack in packs.every().values() for keeping in pack.retention for kind in keeping.kinds}
    assert named <= {kind.key for kind in registry.kinds()}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", registry.kinds(), ids=lambda kind: kind.key)
def test_the_condition_of_a_kind_can_be_asked(kind):
    before = Term(1, Unit.DAYS).before(timezone.now())
    for action in kind.actions:
        one = finding.due(kind, before=before, held=registry.nobody().ids[:1], action=action)
        assert len(finding.batch(one, after="", limit=9999)) == finding.survey(one).rows
