"""Put beside each contract what its list is narrowed by: who buys it, when it starts, when it is planned to end."""

import django.db.models.deletion
from django.db import migrations, models

COLUMNS = "contract_id, organisation_id, public_from, starts, ends, ends_if_extended, planned_end, title, words"
FACTS = """
    contract.id, contract.organisation_id, contract.published_at, (contract.starts ->> 'earliest')::date,
    (contract.ends ->> 'latest')::date, (contract.ends_if_extended ->> 'latest')::date,
    CASE WHEN contract.end_decision = 'extend'
        THEN coalesce((contract.ends_if_extended ->> 'latest')::date, (contract.ends ->> 'latest')::date)
        ELSE (contract.ends ->> 'latest')::date
    END,
    contract.title, upper(contract.title || E'\\n' || contract.summary)
"""
KEEP = f"""
CREATE OR REPLACE FUNCTION tenders_register_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tenders_registerrow AS known ({COLUMNS})
    SELECT {FACTS} FROM changed AS contract
    ON CONFLICT (contract_id) DO UPDATE
    SET organisation_id = excluded.organisation_id, public_from = excluded.public_from, starts = excluded.starts,
        ends = excluded.ends, ends_if_extended = excluded.ends_if_extended, planned_end = excluded.planned_end,
        title = excluded.title, words = excluded.words
    WHERE (known.organisation_id, known.public_from, known.starts, known.ends, known.ends_if_extended, known.planned_end,
            known.title, known.words)
        IS DISTINCT FROM (excluded.organisation_id, excluded.public_from, excluded.starts, excluded.ends,
            excluded.ends_if_extended, excluded.planned_end, excluded.title, excluded.words);
    RETURN NULL;
END
$$;
"""
EMPTY = "TRUNCATE tenders_registerrow"
FILL = f"INSERT INTO tenders_registerrow ({COLUMNS}) SELECT {FACTS} FROM tenders_contract AS contract"
# As migration 0021 made them: for the way back.
OLD_COLUMNS = "contract_id, public_from, ends, ends_if_extended, title, words"
OLD_FACTS = """
    contract.id, contract.published_at, (contract.ends ->> 'latest')::date, (contract.ends_if_extended ->> 'latest')::date,
    contract.title, upper(contract.title || E'\\n' || contract.summary)
"""
OLD_KEEP = f"""
CREATE OR REPLACE FUNCTION tenders_register_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tenders_registerrow AS known ({OLD_COLUMNS})
    SELECT {OLD_FACTS} FROM changed AS contract
    ON CONFLICT (contract_id) DO UPDATE
    SET public_from = excluded.public_from, ends = excluded.ends, ends_if_extended = excluded.ends_if_extended,
        title = excluded.title, words = excluded.words
    WHERE (known.public_from, known.ends, known.ends_if_extended, known.title, known.words) IS DISTINCT FROM
        (excluded.public_from, excluded.ends, excluded.ends_if_extended, excluded.title, excluded.words);
    RETURN NULL;
END
$$;
"""
OLD_FILL = f"INSERT INTO tenders_registerrow ({OLD_COLUMNS}) SELECT {OLD_FACTS} FROM tenders_contract AS contract"


class Migration(migrations.Migration):
    dependencies = [
        ("commissioning", "0004_statutory_clock"),
        ("tenders", "0024_reserved_words"),
    ]

    operations = [
        # Going back, the rows are filled last.
        migrations.RunSQL(EMPTY, OLD_FILL),
        migrations.RunSQL(migrations.RunSQL.noop, OLD_KEEP),
        migrations.RemoveIndex(model_name="registerrow", name="tenders_registerrow_in_order"),
        migrations.AddField(
            model_name="registerrow",
            name="organisation",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="commissioning.organisation",
            ),
        ),
        migrations.AddField(
            model_name="registerrow",
            name="starts",
            field=models.DateField(help_text="The first day of its stated start.", null=True),
        ),
        migrations.AddField(
            model_name="registerrow",
            name="planned_end",
            field=models.DateField(help_text="As `Contract.planned_end` tells it.", null=True),
        ),
        migrations.AddIndex(
            model_name="registerrow",
            index=models.Index(
                fields=["ends", "title", "contract"],
                include=("public_from", "ends_if_extended", "planned_end", "starts", "organisation"),
                name="tenders_registerrow_in_order",
            ),
        ),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
        migrations.RunSQL(FILL, EMPTY),
    ]
