"""Migration operations that make PostgreSQL refuse UPDATE, DELETE and TRUNCATE on a table.

Truths (consent, audit, message events) are corrected by new rows. Only a transaction that sets `cdp.erasure` may
delete, and only erasure and retention do; nobody empties a table at once, except a test that throws its whole database
away and says so in `cdp.emptying`. On Citus, where triggers on distributed tables are not to be had, `distribute`
revokes the privileges instead.
"""

from django.db import migrations

_FUNCTION = """
CREATE OR REPLACE FUNCTION cdp_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('cdp.erasure', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
"""


def _dropped(function: str) -> str:
    """Whoever takes its trigger away last takes the function along: the tables of all rooms share it."""
    return f"""
    DO $$ BEGIN
        DROP FUNCTION {function}();
    EXCEPTION WHEN dependent_objects_still_exist THEN
        NULL;
    END $$;"""


def protect(table: str) -> migrations.RunSQL:
    """The operation for one table."""
    return migrations.RunSQL(
        sql=f"""{_FUNCTION}
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION cdp_refuse_change();""",
        reverse_sql=f"DROP TRIGGER {table}_append_only ON {table};{_dropped('cdp_refuse_change')}",
    )


_EMPTYING = """
CREATE OR REPLACE FUNCTION cdp_refuse_emptying() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('cdp.emptying', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
"""


def protect_whole(table: str) -> migrations.RunSQL:
    """The operation against TRUNCATE, which row triggers never see."""
    return migrations.RunSQL(
        sql=f"""{_EMPTYING}
        CREATE TRIGGER {table}_whole_append_only BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION cdp_refuse_emptying();""",
        reverse_sql=f"DROP TRIGGER {table}_whole_append_only ON {table};{_dropped('cdp_refuse_emptying')}",
    )
