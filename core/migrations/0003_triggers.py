"""What PostgreSQL itself sees to: the trail is append-only, and versions rise when a transaction commits."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION core_auditevent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit trail is append-only: % is refused.', lower(TG_OP) USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER core_auditevent_no_change BEFORE UPDATE OR DELETE ON core_auditevent
    FOR EACH ROW EXECUTE FUNCTION core_auditevent_refuse();
CREATE TRIGGER core_auditevent_no_truncate BEFORE TRUNCATE ON core_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION core_auditevent_refuse();
"""

NOT_APPEND_ONLY = """
DROP TRIGGER core_auditevent_no_truncate ON core_auditevent;
DROP TRIGGER core_auditevent_no_change ON core_auditevent;
DROP FUNCTION core_auditevent_refuse();
"""

# The first of a transaction's rows to fire takes all of them, in the order of the registers' names, so that two
# transactions never wait for each other.
RAISE_AT_COMMIT = """
CREATE FUNCTION core_touchedregister_raise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH touched AS (
        DELETE FROM core_touchedregister WHERE "transaction" = pg_current_xact_id()::text RETURNING register
    )
    INSERT INTO core_registerversion AS known (register, version)
    SELECT DISTINCT register, 1 FROM touched ORDER BY register
    ON CONFLICT (register) DO UPDATE SET version = known.version + 1;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER core_touchedregister_at_commit AFTER INSERT ON core_touchedregister
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION core_touchedregister_raise();
"""

NOT_RAISED = """
DROP TRIGGER core_touchedregister_at_commit ON core_touchedregister;
DROP FUNCTION core_touchedregister_raise();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_jobs_trail_and_mail")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY),
        migrations.RunSQL(RAISE_AT_COMMIT, NOT_RAISED),
    ]
