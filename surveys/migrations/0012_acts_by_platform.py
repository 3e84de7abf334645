"""Numbers of social acts are those of their platform: keys are made anew. Cut off at any place, it is done anew."""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

_BATCH = 20_000
_BEFORE = "sha256(convert_to(E'social\\n' || a.source || E'\\n' || a.external_id, 'UTF8'))"
_AFTER = "sha256(convert_to(E'social\\n' || a.source || E'\\n' || a.platform || '/' || a.external_id, 'UTF8'))"
# On the way back numbers of two platforms may meet: one of them gets its old key, the other keeps what it has.
_RENAME = """
WITH page AS (SELECT * FROM surveys_socialact WHERE id > %s ORDER BY id LIMIT %s),
one AS (SELECT DISTINCT ON ({after}) * FROM page a ORDER BY {after}, id),
gone AS (
    DELETE FROM surveys_socialactkey k USING one a
    WHERE k.digest = {before} AND k.act_id = a.id
        AND NOT EXISTS (SELECT 1 FROM surveys_socialactkey o WHERE o.digest = {after})
    RETURNING {after} AS digest, k.customer_id, k.act_id
),
made AS (INSERT INTO surveys_socialactkey (digest, customer_id, act_id) SELECT * FROM gone)
SELECT id FROM page ORDER BY id DESC LIMIT 1
"""


def _rename(editor: BaseDatabaseSchemaEditor, before: str, after: str) -> None:
    statement = _RENAME.format(before=before, after=after)
    place = "00000000-0000-0000-0000-000000000000"
    while True:
        with editor.connection.cursor() as cursor:
            cursor.execute(statement, [place, _BATCH])
            row = cursor.fetchone()
        if row is None:
            return
        place = row[0]


def _forwards(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    _rename(editor, _BEFORE, _AFTER)


def _backwards(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    _rename(editor, _AFTER, _BEFORE)


class Migration(migrations.Migration):
    """Page by page, each its own transaction; readers and writers go on."""

    atomic = False
    dependencies: ClassVar = [("surveys", "0011_claims_wait")]

    operations: ClassVar[list[Operation]] = [migrations.RunPython(_forwards, _backwards)]
