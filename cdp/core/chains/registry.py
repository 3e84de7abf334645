"""Which tables are ledgers, and what rooms prove besides."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import migrations


@dataclass(frozen=True)
class Fault:
    """One thing that does not fit. `row` is an id; `kind` a code of `cdp.core.chains.judging.WORDS`."""

    row: str
    kind: str
    month: str = ""
    position: int | None = None

    def as_json(self) -> dict[str, Any]:
        """For rows, files and terminals."""
        return {"row": self.row, "fault": self.kind, "month": self.month, "position": self.position}


@dataclass(frozen=True)
class Told:
    """What a verification has seen since it last told."""

    rows: int = 0
    faults: list[Fault] = field(default_factory=list)


Proof = Callable[[dt.datetime, bool], Iterator[Told]]
_tables: dict[str, None] = {}
_proofs: dict[str, Proof] = {}


def declare(*tables: str) -> None:
    """These append-only tables are ledgers. A migration of the room puts `queue(table)` on each.

    Their primary key is `id`, a UUID. Columns that are added later are nullable, or text that is empty by default:
    a row that was sealed before must read as it did. None is ever dropped or renamed.
    """
    _tables.update(dict.fromkeys(tables))


def tables() -> list[str]:
    """The ledgers, in order."""
    return sorted(_tables)


def prove(subject: str, proof: Proof) -> None:
    """Something else that `verify_ledgers` proves: `proof(now, whole)` tells rows and faults as it goes on.

    With `whole` it looks at everything, else at a sample. The faults name rows of `subject`.
    """
    _proofs[subject] = proof


def proofs() -> dict[str, Proof]:
    """The other proofs, by what they are about."""
    return dict(sorted(_proofs.items()))


_FUNCTION = """
CREATE OR REPLACE FUNCTION cdp_wait_for_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO core_chainwaiting ("table", row_id) SELECT TG_TABLE_NAME, id FROM written;
    RETURN NULL;
END
$$;
"""


def queue(table: str) -> migrations.RunSQL:
    """The migration operation that lets every insert, also by SQL and COPY, leave word for the sealer.

    Once per statement, in its transaction: so a row that is committed late is found, whatever its id, and the price of
    finding does not grow with the table.
    """
    return migrations.RunSQL(
        sql=f"""{_FUNCTION}
        CREATE TRIGGER {table}_chained AFTER INSERT ON {table} REFERENCING NEW TABLE AS written
        FOR EACH STATEMENT EXECUTE FUNCTION cdp_wait_for_chain();""",
        reverse_sql=f"""
        DROP TRIGGER {table}_chained ON {table};
        DO $$ BEGIN
            DROP FUNCTION cdp_wait_for_chain();
        EXCEPTION WHEN dependent_objects_still_exist THEN
            NULL;
        END $$;""",
    )
