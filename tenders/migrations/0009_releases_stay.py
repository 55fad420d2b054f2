"""What PostgreSQL itself sees to: a release that anybody may have read stays as it is."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION tenders_release_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What nobody could read yet may still be replaced as a whole.
    IF TG_OP = 'DELETE' AND OLD.published_at > transaction_timestamp() THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'Releases are append-only: % is refused.', lower(TG_OP) USING ERRCODE = 'restrict_violation';
END
$$;
CREATE FUNCTION tenders_release_refuse_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Releases are append-only: % is refused.', lower(TG_OP) USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER tenders_release_no_change BEFORE UPDATE OR DELETE ON tenders_release
    FOR EACH ROW EXECUTE FUNCTION tenders_release_refuse();
CREATE TRIGGER tenders_release_no_truncate BEFORE TRUNCATE ON tenders_release
    FOR EACH STATEMENT EXECUTE FUNCTION tenders_release_refuse_all();
"""

NOT_APPEND_ONLY = """
DROP TRIGGER tenders_release_no_truncate ON tenders_release;
DROP TRIGGER tenders_release_no_change ON tenders_release;
DROP FUNCTION tenders_release_refuse_all();
DROP FUNCTION tenders_release_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("tenders", "0008_releases")]

    operations = [migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY)]
