"""What is published refuses changes in the database, whatever it is a text of; and accepted terms stay accepted."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from cdp.core import appendonly

_FINAL = """
CREATE OR REPLACE FUNCTION consent_refuse_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NULL THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    -- A published text may be told one thing more, once: that it is no longer shown.
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL
        AND to_jsonb(NEW) - 'withdrawn_at' = to_jsonb(OLD) - 'withdrawn_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published policy is final' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
"""
_FINAL_BEFORE = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE consent_policytext DISABLE TRIGGER consent_policytext_final;
ALTER TABLE consent_policyversion DISABLE TRIGGER consent_policyversion_final;
DELETE FROM consent_policytext WHERE version_id IN (
    SELECT id FROM consent_policyversion WHERE policy NOT IN ('privacy', 'terms')
);
DELETE FROM consent_policyversion WHERE policy NOT IN ('privacy', 'terms');
ALTER TABLE consent_policyversion ENABLE TRIGGER consent_policyversion_final;
ALTER TABLE consent_policytext ENABLE TRIGGER consent_policytext_final;
SET CONSTRAINTS ALL DEFERRED;
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
"""
_WORDS = """
CREATE FUNCTION consent_refuse_other_words() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    newest uuid;
BEGIN
    IF NEW.name IS NOT DISTINCT FROM OLD.name AND NEW.description IS NOT DISTINCT FROM OLD.description THEN
        RETURN NEW;
    END IF;
    SELECT id INTO newest FROM consent_policyversion
    WHERE policy = 'purpose.' || NEW.key AND published_at IS NOT NULL ORDER BY published_at DESC, id DESC LIMIT 1;
    IF newest IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM consent_policytext WHERE version_id = newest
        HAVING jsonb_object_agg(language, title) = NEW.name AND jsonb_object_agg(language, body) = NEW.description
    ) THEN
        RAISE EXCEPTION 'the words of a purpose are those of its published version'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER consent_purpose_words BEFORE UPDATE ON consent_purpose
FOR EACH ROW EXECUTE FUNCTION consent_refuse_other_words();
"""
_WORDS_BACK = "DROP TRIGGER consent_purpose_words ON consent_purpose; DROP FUNCTION consent_refuse_other_words();"


class Migration(migrations.Migration):
    """Triggers on small tables."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0010_notices")]
    operations: ClassVar[list[Operation]] = [
        migrations.RunSQL(sql=_FINAL, reverse_sql=_FINAL_BEFORE),
        migrations.RunSQL(sql=_WORDS, reverse_sql=_WORDS_BACK),
        appendonly.protect("consent_termsacceptance"),
        appendonly.protect_whole("consent_termsacceptance"),
    ]
