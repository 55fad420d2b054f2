"""What PostgreSQL itself sees to: the weights of a lot, and those of a whole tender, sum to 100."""

from django.db import migrations

# Checked once the transaction is done, so that weights may be changed one after the other.
SUM_AT_COMMIT = """
CREATE FUNCTION tenders_criterion_sum_to_100() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    part record;
    total numeric;
    what text;
BEGIN
    FOR part IN
        SELECT NEW.opportunity_id AS opportunity_id, NEW.lot_id AS lot_id WHERE TG_OP <> 'DELETE'
        UNION
        SELECT OLD.opportunity_id, OLD.lot_id WHERE TG_OP <> 'INSERT'
    LOOP
        SELECT sum(weight) INTO total FROM tenders_criterion
        WHERE opportunity_id = part.opportunity_id AND lot_id IS NOT DISTINCT FROM part.lot_id;
        IF total <> 100 THEN
            SELECT coalesce((SELECT CASE WHEN number = '' THEN title ELSE number || ': ' || title END
                             FROM tenders_opportunitylot WHERE id = part.lot_id), 'the whole tender') INTO what;
            RAISE EXCEPTION 'The weights of % sum to % per cent. They must sum to 100.', what, total
                USING ERRCODE = 'check_violation', CONSTRAINT = 'tenders_criterion_sum_to_100';
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER tenders_criterion_sum_at_commit AFTER INSERT OR UPDATE OR DELETE ON tenders_criterion
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tenders_criterion_sum_to_100();
"""

NO_SUM = """
DROP TRIGGER tenders_criterion_sum_at_commit ON tenders_criterion;
DROP FUNCTION tenders_criterion_sum_to_100();
"""


class Migration(migrations.Migration):
    dependencies = [("tenders", "0009_releases_stay")]

    operations = [migrations.RunSQL(SUM_AT_COMMIT, NO_SUM)]
