"""A night proves what is new and a share of the rest; within a week every row is looked at, and nobody talks it out of it."""

import datetime as dt
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from cdp.core import actors, audit, jobs
from cdp.core.chains import asking, checkpoints, sealing, verifying
from cdp.core.chains.verifying import Depth
from cdp.core.models import ChainCheckpoint, Job

pytestmark = pytest.mark.django_db
TABLE = "core_auditentry"
NIGHT = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def small(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger of 21 rows, of which a night takes three again."""
    settings.CDP_VAR = tmp_path
    monkeypatch.setattr(verifying, "PAGE", 2)
    _write(21)


def _write(count: int) -> None:
    for number in range(count):
        audit.record(audit.Action.NOTE_ADDED, actor=actors.SYSTEM, at=timezone.now(), details={"n": number})
    sealing.seal(now=timezone.now())


def _verify(depth: Depth, now: dt.datetime | None = None) -> tuple[int, list[tuple[str, str]]]:
    (found,) = (one for one in verifying.verify(now=now or timezone.now(), depth=depth) if one.subject == TABLE)
    return found.rows, [(fault.row, fault.kind) for fault in found.faults]


def _row(position: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.row_id::text FROM core_chainlink l JOIN core_chain c ON c.id = l.chain_id
            WHERE c."table" = %s AND l.position = %s""",
            [TABLE, position],
        )
        return str(cursor.fetchone()[0])


def _alter(position: int) -> str:
    row = _row(position)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {TABLE} SET details = '{{\"n\": 99}}' WHERE id = %s", [row])
        cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER USER")
    return row


def test_only_what_is_new_is_walked_and_what_is_wrong_there_is_named() -> None:
    assert _verify(Depth.NEW) == (21, [])  # never proved before
    assert _verify(Depth.NEW) == (0, [])
    _write(4)
    assert _verify(Depth.NEW) == (4, [])
    _write(3)
    altered = _alter(27)
    assert _verify(Depth.NEW) == (3, [(altered, "altered")])
    # What does not fit is named every time, until it does.
    assert _verify(Depth.NEW) == (28, [(altered, "altered")])


@pytest.mark.parametrize("position", [1, 9, 21])
def test_every_old_row_is_looked_at_within_a_week(position: int) -> None:
    now = timezone.now()
    _verify(Depth.WHOLE, now)
    altered, found = _alter(position), []
    assert _verify(Depth.NEW, now) == (0, [])
    for night in range(1, checkpoints.NIGHTS + 1):
        _walked, found = _verify(Depth.NIGHT, now + night * NIGHT)
        if found:
            break
    assert found == [(altered, "altered")]


def test_a_sound_round_ends_and_says_since_when_everything_was_looked_at() -> None:
    now = timezone.now()
    _verify(Depth.WHOLE, now)
    walked = [_verify(Depth.NIGHT, now + night * NIGHT) for night in range(1, checkpoints.NIGHTS + 2)]
    assert [faults for _rows, faults in walked if faults] == []
    assert max(rows for rows, _faults in walked) <= 4  # a share, and the link behind it
    noted = checkpoints.read(TABLE)
    assert noted is not None
    assert noted.whole_at == now + NIGHT


def test_a_row_slipped_in_long_ago_is_found_by_the_round() -> None:
    now = timezone.now()
    _verify(Depth.WHOLE, now)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
        cursor.execute(
            f'INSERT INTO {TABLE} SELECT (json_populate_record(t, \'{{"id": "017f0000-0000-7000-8000-000000000000"}}\')).*'
            f" FROM {TABLE} t LIMIT 1"
        )
        cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER USER")
    nights = [_verify(Depth.NIGHT, now + night * NIGHT)[1] for night in range(1, 3)]
    assert ("017f0000-0000-7000-8000-000000000000", "unsealed") in nights[0] + nights[1]


def test_a_note_that_somebody_moved_is_named_and_everything_walked() -> None:
    _verify(Depth.WHOLE)
    altered = _alter(5)
    noted = ChainCheckpoint.objects.get(table=TABLE)
    noted.state = noted.state | {"whole_at": "2999-01-01T00:00:00+00:00"}
    noted.save()
    assert _verify(Depth.NIGHT) == (21, [(TABLE, "moved"), (altered, "altered")])


def test_a_round_that_never_ends_is_not_waited_for() -> None:
    now = timezone.now()
    _verify(Depth.WHOLE, now)
    altered = _alter(5)
    assert _verify(Depth.NEW, now + checkpoints.LATEST + NIGHT) == (21, [(altered, "altered")])


def test_the_command_proves_all_unless_told_otherwise() -> None:
    def rows(*options: str) -> int:
        out = io.StringIO()
        call_command("verify_ledgers", "--json", *options, stdout=out)
        told = json.loads(out.getvalue())["ledgers"][TABLE]
        assert told["whole"] is (not options)
        return int(told["rows"])

    assert (rows(), rows("--quick"), rows(), rows("--nightly") <= 4) == (21, 0, 21, True)
    _alter(3)
    assert rows("--quick") == 0
    with pytest.raises(CommandError):
        rows()


def test_a_job_proves_all_and_tells_what_it_found() -> None:
    job = asking.begin(asked_by=None)
    assert asking.begin(asked_by=None).id == job.id
    jobs.run(job.id)
    job.refresh_from_db()
    assert (job.state, job.result["faults"], job.done) == (Job.State.DONE, 0, job.result["rows"])
    _alter(3)
    again = asking.begin(asked_by=None)
    jobs.run(again.id)
    again.refresh_from_db()
    assert (again.state, again.result["faults"]) == (Job.State.DONE, 1)
