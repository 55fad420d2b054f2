"""An edition is a record of what was published: PostgreSQL itself keeps what was composed from being changed."""

from django.db import migrations

NEVER_CHANGES = """
CREATE FUNCTION strategies_edition_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A composed edition never changes.' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER strategies_edition_content_never_changes
    BEFORE UPDATE OF strategy_id, number, composed_at, content, content_checksum, changes ON strategies_edition
    FOR EACH ROW
    WHEN (
        OLD.composed_at IS NOT NULL
        AND (OLD.strategy_id, OLD.number, OLD.composed_at, OLD.content, OLD.content_checksum, OLD.changes)
            IS DISTINCT FROM
            (NEW.strategy_id, NEW.number, NEW.composed_at, NEW.content, NEW.content_checksum, NEW.changes)
    )
    EXECUTE FUNCTION strategies_edition_refuse();
CREATE TRIGGER strategies_editionfile_never_changes BEFORE UPDATE ON strategies_editionfile
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION strategies_edition_refuse();
"""

CHANGES = """
DROP TRIGGER strategies_editionfile_never_changes ON strategies_editionfile;
DROP TRIGGER strategies_edition_content_never_changes ON strategies_edition;
DROP FUNCTION strategies_edition_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("strategies", "0003_edition_page")]

    operations = [migrations.RunSQL(NEVER_CHANGES, CHANGES)]
