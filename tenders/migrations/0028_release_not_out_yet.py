"""A release that waits for its moment may go until shortly before it, and is out from then on.

A transaction that took one away and lasted beyond its moment would have had it read meanwhile: it is refused when it
ends. The ten seconds are for the end itself, which takes some time after this has been looked at.
"""

from django.db import migrations

NOT_OUT_YET = """
CREATE OR REPLACE FUNCTION tenders_release_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What nobody could read yet may still be replaced as a whole.
    IF TG_OP = 'DELETE' AND OLD.published_at > clock_timestamp() THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'Releases are append-only: % is refused.', lower(TG_OP) USING ERRCODE = 'restrict_violation';
END
$$;
CREATE FUNCTION tenders_release_not_out_yet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at < clock_timestamp() + interval '10 seconds' THEN
        RAISE EXCEPTION 'Release % came out while it was being replaced. Try again.', OLD.release_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER tenders_release_not_out_yet AFTER DELETE ON tenders_release
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tenders_release_not_out_yet();
"""

UNGUARDED = """
DROP TRIGGER tenders_release_not_out_yet ON tenders_release;
DROP FUNCTION tenders_release_not_out_yet();
CREATE OR REPLACE FUNCTION tenders_release_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What nobody could read yet may still be replaced as a whole.
    IF TG_OP = 'DELETE' AND OLD.published_at > transaction_timestamp() THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'Releases are append-only: % is refused.', lower(TG_OP) USING ERRCODE = 'restrict_violation';
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("tenders", "0027_refused_mails")]

    operations = [migrations.RunSQL(NOT_OUT_YET, UNGUARDED)]
