"""A moment of last change for each service, kept by PostgreSQL itself, whatever writes."""

import django.db.models.deletion
from django.db import migrations, models

# Statement-level, so that an import pays once for each statement. A row is moved once in a transaction, however many
# of the service's parts change. A service's row is made with it and goes with it; everything else only moves it.
FUNCTIONS = """
CREATE FUNCTION providers_servicemodification_begin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO providers_servicemodification (service_id, modified_at) SELECT id, clock_timestamp() FROM changed;
    RETURN NULL;
END
$$;
CREATE FUNCTION providers_servicemodification_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    part text := format('SELECT %s AS service_id FROM %%I AS part %s', TG_ARGV[0], coalesce(TG_ARGV[1], ''));
    touched text := format(part, 'changed');
BEGIN
    IF TG_OP = 'UPDATE' THEN
        touched := touched || ' UNION ALL ' || format(part, 'former');
    END IF;
    EXECUTE 'UPDATE providers_servicemodification AS known SET modified_at = clock_timestamp()'
        ' FROM (SELECT DISTINCT service_id FROM (' || touched || ') AS every) AS touched'
        ' WHERE known.service_id = touched.service_id AND known.modified_at < transaction_timestamp()';
    RETURN NULL;
END
$$;
CREATE TRIGGER providers_servicemodification_begin AFTER INSERT ON providers_service
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION providers_servicemodification_begin();
"""
DROP_FUNCTIONS = """
DROP TRIGGER providers_servicemodification_begin ON providers_service;
DROP FUNCTION providers_servicemodification_note();
DROP FUNCTION providers_servicemodification_begin();
"""
TRANSITIONS = {
    "INSERT": "REFERENCING NEW TABLE AS changed",
    "UPDATE": "REFERENCING NEW TABLE AS changed OLD TABLE AS former",
    "DELETE": "REFERENCING OLD TABLE AS changed",
}
PARTS = [
    ("providers_service", ["UPDATE"], "'part.id'"),
    (
        "providers_location",
        ["UPDATE"],
        "'link.service_id', 'JOIN providers_service_locations AS link ON link.location_id = part.id'",
    ),
    (
        "providers_provider",
        ["UPDATE"],
        "'service.id', 'JOIN providers_service AS service ON service.provider_id = part.id'",
    ),
    *(
        (table, ["INSERT", "UPDATE", "DELETE"], "'part.service_id'")
        for table in (
            "providers_fee", "providers_rating", "providers_unit", "providers_vacancy",
            "providers_service_types", "providers_service_client_groups",
            "providers_service_locations", "providers_service_areas_served",
        )
    ),
]  # fmt: skip
TRIGGERS = [
    (f"providers_servicemodification_{operation.lower()}", table, operation, arguments)
    for table, operations, arguments in PARTS
    for operation in operations
]
CREATE_TRIGGERS = "\n".join(
    f"CREATE TRIGGER {name} AFTER {operation} ON {table} {TRANSITIONS[operation]}"
    f" FOR EACH STATEMENT EXECUTE FUNCTION providers_servicemodification_note({arguments});"
    for name, table, operation, arguments in TRIGGERS
)
DROP_TRIGGERS = "\n".join(f"DROP TRIGGER {name} ON {table};" for name, table, _, _ in TRIGGERS)
FILL = "INSERT INTO providers_servicemodification (service_id, modified_at) SELECT id, changed_at FROM providers_service;"


class Migration(migrations.Migration):
    dependencies = [("providers", "0004_families")]

    operations = [
        migrations.CreateModel(
            name="ServiceModification",
            fields=[
                (
                    "service",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="modification",
                        serialize=False,
                        to="providers.service",
                    ),
                ),
                ("modified_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTIONS + CREATE_TRIGGERS, DROP_TRIGGERS + DROP_FUNCTIONS),
    ]
