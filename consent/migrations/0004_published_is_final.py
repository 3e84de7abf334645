"""A published policy refuses changes in the database itself: consent records name it as their proof."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

_FUNCTIONS = """
CREATE OR REPLACE FUNCTION consent_refuse_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'a published policy is final' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE FUNCTION consent_refuse_published_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND EXISTS (
        SELECT 1 FROM consent_policyversion WHERE id = OLD.version_id AND published_at IS NOT NULL
    ) OR TG_OP <> 'DELETE' AND EXISTS (
        SELECT 1 FROM consent_policyversion WHERE id = NEW.version_id AND published_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'a published policy is final' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER consent_policyversion_final BEFORE UPDATE OR DELETE ON consent_policyversion
FOR EACH ROW EXECUTE FUNCTION consent_refuse_published_version();
CREATE TRIGGER consent_policytext_final BEFORE INSERT OR UPDATE OR DELETE ON consent_policytext
FOR EACH ROW EXECUTE FUNCTION consent_refuse_published_text();
"""
_BACK = """
DROP TRIGGER consent_policytext_final ON consent_policytext;
DROP TRIGGER consent_policyversion_final ON consent_policyversion;
DROP FUNCTION consent_refuse_published_text();
DROP FUNCTION consent_refuse_published_version();
"""


class Migration(migrations.Migration):
    """Triggers on the two shared tables of policies."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0003_record_once")]
    operations: ClassVar[list[Operation]] = [migrations.RunSQL(sql=_FUNCTIONS, reverse_sql=_BACK)]
