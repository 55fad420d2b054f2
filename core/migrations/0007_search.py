"""What every search shares: bits of filter values, words to correct to, and how text is folded before it is compared."""

import django.contrib.postgres.indexes
from django.db import migrations, models

# One form for both sides: small letters, no accents, no punctuation. An apostrophe joins: "St Mary's" is "st marys".
# Words as they are written, for corrections, lack only those that the English dictionary leaves out.
FOLD = """
CREATE TEXT SEARCH DICTIONARY core_search_written (TEMPLATE = pg_catalog.simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION core_search_words (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION core_search_words
    ALTER MAPPING FOR asciiword, word, numword WITH core_search_written;
CREATE FUNCTION core_search_fold(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT
AS $$
    SELECT regexp_replace(
        lower(regexp_replace(normalize(translate(words, '''’‘`´', ''), NFKD), '[\u0300-\u036f]+', '', 'g')),
        '[^[:alnum:]]+', ' ', 'g')
$$;
CREATE FUNCTION core_search_words(folded text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(word), '{}')
    FROM unnest(tsvector_to_array(to_tsvector('core_search_words', folded))) AS word
    WHERE length(word) BETWEEN 3 AND 40 AND word !~ '[0-9]'
$$;
"""

# A mask has 63 bits. Bits 0, 1 and 2 stand 21 places apart, and so on, so that one sum over all rows counts three.
MASKS = """
CREATE FUNCTION core_search_mask(bits smallint[], column_number integer) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(bit_or(1::bigint << ((bit % 63) % 3 * 21 + (bit % 63) / 3)), 0)
    FROM unnest(bits) AS bit WHERE bit / 63 = column_number
$$;
"""

# The number comes from a sequence, so that none ever returns, whatever is rolled back or emptied.
VERSIONS = """
CREATE SEQUENCE core_searchversion_number;
CREATE FUNCTION core_search_renew(the_index text, the_part text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO core_searchversion (index, part, version)
    VALUES (the_index, the_part, nextval('core_searchversion_number'))
    ON CONFLICT (index, part) DO UPDATE SET version = excluded.version
$$;
"""

# Gives each new value the next bit, as long as the rows have room for one, and keeps labels up to date.
OFFER = """
CREATE FUNCTION core_search_offer(the_index text, the_facet text, offered jsonb, room integer, is_all boolean)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    changed bigint;
    total bigint := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('core_searchvalue'), hashtext(the_index));
    UPDATE core_searchvalue AS known SET is_offered = false
    WHERE is_all AND known.index = the_index AND known.facet = the_facet AND known.is_offered
        AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements(offered) AS one WHERE one ->> 'value' = known.value);
    GET DIAGNOSTICS changed = ROW_COUNT;
    total := total + changed;
    UPDATE core_searchvalue AS known
    SET is_offered = true, label = one.label, parent = one.parent, "order" = one."order"
    FROM jsonb_to_recordset(offered) AS one (value text, label text, parent text, "order" integer)
    WHERE known.index = the_index AND known.facet = the_facet AND known.value = one.value
        AND (known.is_offered, known.label, known.parent, known."order")
            IS DISTINCT FROM (true, one.label, one.parent, one."order");
    GET DIAGNOSTICS changed = ROW_COUNT;
    total := total + changed;
    INSERT INTO core_searchvalue (index, facet, value, bit, label, parent, "order", is_offered)
    SELECT the_index, the_facet, value, bit, label, parent, "order", true
    FROM (
        SELECT one.*, known.bits + row_number() OVER (ORDER BY one."order", one.value) - 1 AS bit
        FROM jsonb_to_recordset(offered) AS one (value text, label text, parent text, "order" integer),
            (SELECT coalesce(max(bit) + 1, 0) AS bits FROM core_searchvalue
             WHERE index = the_index AND facet = the_facet) AS known
        WHERE NOT EXISTS (
            SELECT 1 FROM core_searchvalue AS here
            WHERE here.index = the_index AND here.facet = the_facet AND here.value = one.value)
    ) AS fresh
    WHERE bit < room;
    GET DIAGNOSTICS changed = ROW_COUNT;
    IF total + changed > 0 THEN
        PERFORM core_search_renew(the_index, 'values');
    END IF;
END
$$;
"""
DROP = """
DROP FUNCTION core_search_offer(text, text, jsonb, integer, boolean);
DROP FUNCTION core_search_renew(text, text);
DROP SEQUENCE core_searchversion_number;
DROP FUNCTION core_search_mask(smallint[], integer);
DROP FUNCTION core_search_words(text);
DROP FUNCTION core_search_fold(text);
DROP TEXT SEARCH CONFIGURATION core_search_words;
DROP TEXT SEARCH DICTIONARY core_search_written;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0006_postcodes_by_key_alone'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('index', models.CharField(help_text='Which search, such as services.', max_length=20)),
                ('facet', models.CharField(help_text='Which of its filters, such as types.', max_length=20)),
                ('value', models.CharField(max_length=80)),
                ('bit', models.PositiveSmallIntegerField()),
                ('label', models.CharField(max_length=200)),
                ('parent', models.CharField(blank=True, help_text='The value above it, whose rows include its own.', max_length=80)),
                ('order', models.PositiveIntegerField(default=0)),
                ('is_offered', models.BooleanField(default=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('index', 'facet', 'value'), name='core_searchvalue_once'), models.UniqueConstraint(fields=('index', 'facet', 'bit'), name='core_searchvalue_bit_once')],
            },
        ),
        migrations.CreateModel(
            name='SearchVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('index', models.CharField(max_length=20)),
                ('part', models.CharField(choices=[('values', 'Values'), ('words', 'Words')], max_length=10)),
                ('version', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('index', 'part'), name='core_searchversion_once')],
            },
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('index', models.CharField(max_length=20)),
                ('word', models.CharField(db_collation='C', max_length=40)),
                ('rows', models.PositiveIntegerField(default=1, help_text='How many rows held it when all words were last counted.')),
                ('public_from', models.DateTimeField(help_text='Before that it may not be shown: no row that holds it is public.')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('word', name='gin_trgm_ops'), name='core_searchword_like')],
                'constraints': [models.UniqueConstraint(fields=('index', 'word'), name='core_searchword_once')],
            },
        ),
        migrations.RunSQL(FOLD + MASKS + VERSIONS + OFFER, DROP),
    ]
