"""What a list near a place asks of each service stands in two indexes, so that it need not read the rows themselves."""

from importlib import import_module

import django.db.models.functions.comparison
import django.db.models.functions.math
from django.db import migrations, models
from django.db.models.lookups import Exact

REFRESH = import_module("providers.migrations.0009_search_upkeep").REFRESH.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
# The part of the function that writes the areas, as it was and as it is now: with what the service's rows tell.
CHANGES = [
    (
        "SELECT service.id AS service_id, area.area, bool_or(area.is_told) AS is_told\n"
        "        FROM providers_service AS service\n",
        "SELECT row.*, area.area, area.is_told\n        FROM (\n"
        "        SELECT service.id AS service_id, area.area, bool_or(area.is_told) AS is_told\n"
        "        FROM providers_service AS service\n",
    ),
    (
        "        GROUP BY service.id, area.area\n    ),\n",
        "        GROUP BY service.id, area.area\n        ) AS area\n"
        "        JOIN (\n"
        "            SELECT DISTINCT ON (service_id) service_id, location_id, flags, public_from, types_0, types_1, groups_0,\n"
        "                space_from, space_until, sort_name\n"
        "            FROM providers_searchrow WHERE service_id = ANY (ids) ORDER BY service_id, location_id\n"
        "        ) AS row ON row.service_id = area.service_id\n    ),\n",
    ),
    (
        "INSERT INTO providers_searcharea AS known (service_id, area, is_told) SELECT service_id, area, is_told FROM made\n"
        "    ON CONFLICT (area, service_id) DO UPDATE SET is_told = excluded.is_told WHERE known.is_told <> excluded.is_told;\n",
        "INSERT INTO providers_searcharea AS known (service_id, area, is_told, location_id, flags, public_from, types_0,\n"
        "        types_1, groups_0, space_from, space_until, sort_name)\n"
        "    SELECT service_id, area, is_told, location_id, flags, public_from, types_0, types_1, groups_0, space_from,\n"
        "        space_until, sort_name FROM made\n"
        "    ON CONFLICT (area, service_id) DO UPDATE SET is_told = excluded.is_told,\n"
        "        location_id = excluded.location_id, flags = excluded.flags, public_from = excluded.public_from,\n"
        "        types_0 = excluded.types_0, types_1 = excluded.types_1, groups_0 = excluded.groups_0,\n"
        "        space_from = excluded.space_from, space_until = excluded.space_until, sort_name = excluded.sort_name\n"
        "    WHERE (known.is_told, known.location_id, known.flags, known.public_from, known.types_0, known.types_1,\n"
        "           known.groups_0, known.space_from, known.space_until, known.sort_name)\n"
        "        IS DISTINCT FROM\n"
        "          (excluded.is_told, excluded.location_id, excluded.flags, excluded.public_from, excluded.types_0,\n"
        "           excluded.types_1, excluded.groups_0, excluded.space_from, excluded.space_until, excluded.sort_name);\n",
    ),
]  # fmt: skip


def changed(text: str) -> str:
    for before, after in CHANGES:
        first, found, rest = text.partition(before)
        if not found:
            raise ValueError(f"The function is not what this changes: {before}")
        text = first + after + rest
    return text


FILL = """
DELETE FROM providers_searcharea AS area
    WHERE NOT EXISTS (SELECT FROM providers_searchrow AS row WHERE row.service_id = area.service_id);
UPDATE providers_searcharea AS area
    SET (location_id, flags, public_from, types_0, types_1, groups_0, space_from, space_until, sort_name)
    = (SELECT location_id, flags, public_from, types_0, types_1, groups_0, space_from, space_until, sort_name
       FROM providers_searchrow AS row WHERE row.service_id = area.service_id ORDER BY location_id LIMIT 1);
"""


class Migration(migrations.Migration):
    dependencies = [("providers", "0012_search_bits")]

    operations = [
        migrations.RemoveConstraint(model_name="searcharea", name="providers_searcharea_once"),
        *(
            migrations.AddField("searcharea", name, field, preserve_default=False)
            for name, field in {
                "location_id": models.BigIntegerField(default=0),
                "flags": models.BigIntegerField(default=0),
                "public_from": models.DateTimeField(default="2000-01-01T00:00:00Z"),
                "types_0": models.BigIntegerField(default=0),
                "types_1": models.BigIntegerField(default=0),
                "groups_0": models.BigIntegerField(default=0),
                "space_from": models.DateTimeField(null=True),
                "space_until": models.DateTimeField(null=True),
                "sort_name": models.CharField(db_collation="C", default="", max_length=80),
            }.items()
        ),
        migrations.RunSQL(changed(REFRESH), REFRESH),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="searcharea",
            constraint=models.UniqueConstraint(
                models.F("area"), models.F("service_id"),
                include=(
                    "is_told", "location_id", "flags", "public_from", "types_0", "types_1", "groups_0", "space_from",
                    "space_until", "sort_name",
                ),
                name="providers_searcharea_once",
            ),
        ),
        migrations.AddIndex(
            model_name="searchrow",
            index=models.Index(
                django.db.models.functions.comparison.Cast(
                    django.db.models.functions.math.Floor(models.F("z") * 4000.0), models.IntegerField()
                ),
                models.F("y"),
                include=(
                    "x", "z", "flags", "public_from", "types_0", "types_1", "groups_0", "space_from", "space_until",
                    "service_id", "location_id", "sort_name",
                ),
                name="providers_searchrow_around",
                condition=~models.Q(Exact(models.F("flags").bitand(268435456), 0)),
            ),
        ),
    ]  # fmt: skip
