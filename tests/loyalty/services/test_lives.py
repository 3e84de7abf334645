"""Three members live through everything that can happen to points: see `tests.loyalty.lives`."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.loyalty.capped_lives import CappedLives
from tests.loyalty.lives import Lives, RichLives
from tests.loyalty.sharing_lives import SharingLives

pytestmark = pytest.mark.django_db


def play(machine, examples, steps):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],  # a history of forty steps is not made smaller in less than hours
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("machine", [Lives, CappedLives, RichLives, SharingLives])
def test_a_few_lives(machine):
    play(machine, 1, 12)


@pytest.mark.long
@pytest.mark.parametrize("machine", [Lives, CappedLives, RichLives, SharingLives])
def test_many_lives(machine):
    play(machine, 300, 40)
