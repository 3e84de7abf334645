"""What a fresh installation finds when it is opened for the first time."""

from pathlib import Path

import pytest
from django.utils import timezone

from analytics.models import Segment
from analytics.services import membership, turns
from cdp.core import reference
from cdp.web import first_run

pytestmark = pytest.mark.django_db


def test_a_shop_without_people_finds_its_ready_made_segments_counted(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("CDP_SAMPLE", "0")
    reference.ensure()
    first_run.prepare(folder=tmp_path, now=timezone.now())
    found = list(Segment.objects.values_list("size", "refreshed_at"))
    assert found
    assert all(size == 0 and refreshed_at for size, refreshed_at in found)


def test_a_later_start_does_not_judge_everybody_again(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("CDP_SAMPLE", "0")
    reference.ensure()
    first_run.prepare(folder=tmp_path, now=timezone.now())
    before = dict(Segment.objects.values_list("key", "refreshed_at"))
    first_run.prepare(folder=tmp_path, now=timezone.now())
    assert dict(Segment.objects.values_list("key", "refreshed_at")) == before


def test_a_start_while_the_pipeline_is_busy_leaves_the_counting_to_the_clock(tmp_path: Path, monkeypatch):
    def busy(*_given: object) -> None:
        raise turns.NoTurn

    monkeypatch.setenv("CDP_SAMPLE", "0")
    monkeypatch.setattr(membership, "refresh_many", busy)
    reference.ensure()
    assert first_run.prepare(folder=tmp_path, now=timezone.now()) == "ready"
