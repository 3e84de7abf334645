"""Operations of migrations that are safe on big tables and may be run again after they were cut off."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


class AddIndexAnew(AddIndexConcurrently):
    """An index made while others write. CREATE INDEX CONCURRENTLY that was cut off leaves an invalid index behind,
    which costs with every write and is used by nobody: the next try drops it first and makes it whole.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop what is left of a try before, then make it; one that is there and whole is left as it is."""
        if not is_whole(schema_editor, self.index.name):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


def is_whole(editor: BaseDatabaseSchemaEditor, index: str) -> bool:
    """Whether there is an index of that name that can be used; an invalid one is dropped."""
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [index])
        found = cursor.fetchone()
        if found and not found[0]:
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")
    return bool(found and found[0])
