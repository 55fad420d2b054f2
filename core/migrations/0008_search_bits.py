"""Whole filters as bitmaps, made now and then, and a log of what has changed since: counts over everything (ADR 24)."""

from django.db import migrations

# Bits, snapshots and transactions are types that Django has no fields for; only `core.search` reads these tables.
TABLES = """
CREATE TABLE core_searchbuild (
    index text PRIMARY KEY, built_at timestamptz NOT NULL, snapshot pg_snapshot NOT NULL,
    transaction xid8 NOT NULL, cluster bigint NOT NULL,
    size integer NOT NULL, every bit varying NOT NULL);
CREATE TABLE core_searchnumber (
    index text NOT NULL, number integer NOT NULL, id bigint NOT NULL, part bigint NOT NULL,
    is_several boolean NOT NULL, flags bigint NOT NULL, at timestamptz, amount bigint,
    sort_name text COLLATE "C" NOT NULL, PRIMARY KEY (index, number));
CREATE INDEX core_searchnumber_id ON core_searchnumber (index, id);
CREATE INDEX core_searchnumber_several ON core_searchnumber (index) INCLUDE (id) WHERE is_several;
CREATE TABLE core_searchbits (
    index text NOT NULL, facet text NOT NULL, key text NOT NULL, bits bit varying NOT NULL,
    PRIMARY KEY (index, facet, key));
-- Bits are read whole and hardly shrink.
ALTER TABLE core_searchbits ALTER COLUMN bits SET STORAGE EXTERNAL;
CREATE TABLE core_searchlexeme (index text NOT NULL, word text NOT NULL, lexeme text NOT NULL, PRIMARY KEY (index, word));
CREATE TABLE core_searchchange (index text NOT NULL, id bigint NOT NULL, transaction xid8, at timestamptz);
CREATE INDEX core_searchchange_at ON core_searchchange (index, at) WHERE at IS NOT NULL;
CREATE INDEX core_searchchange_transaction ON core_searchchange (index) WHERE transaction IS NOT NULL;
COMMENT ON TABLE core_searchbuild IS
    'What the bitmaps of a search show: the rows that this snapshot saw, as they were at this moment.';
COMMENT ON TABLE core_searchnumber IS 'Which bit of the bitmaps is whose, in the order of names, and what other orders need.';
COMMENT ON TABLE core_searchbits IS 'For each value of a filter, and each common word, which rows hold it.';
COMMENT ON TABLE core_searchlexeme IS 'Words as typed, and the bitmap of the facet "words" that each is found by.';
COMMENT ON TABLE core_searchchange IS
    'Whose rows a transaction has written since, or the clock changes at a moment: their bits may be old.';
"""
NO_TABLES = """
DROP TABLE core_searchchange; DROP TABLE core_searchlexeme; DROP TABLE core_searchbits; DROP TABLE core_searchnumber;
DROP TABLE core_searchbuild;
"""

LOG = """
CREATE FUNCTION core_search_log() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    part text := format('SELECT %I AS id FROM ', TG_ARGV[1]);
    touched text := part || 'changed';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        touched := touched || ' UNION ' || part || 'former';
    END IF;
    EXECUTE 'INSERT INTO core_searchchange (index, id, transaction) SELECT DISTINCT $1, id, pg_current_xact_id() FROM ('
        || touched || ') AS every' USING TG_ARGV[0];
    RETURN NULL;
END
$$;
CREATE FUNCTION core_search_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM core_searchbuild WHERE index = TG_ARGV[0];
    RETURN NULL;
END
$$;
"""
NO_LOG = "DROP FUNCTION core_search_forget(); DROP FUNCTION core_search_log();"


class Migration(migrations.Migration):
    dependencies = [("core", "0007_search")]

    operations = [migrations.RunSQL(TABLES, NO_TABLES), migrations.RunSQL(LOG, NO_LOG)]
