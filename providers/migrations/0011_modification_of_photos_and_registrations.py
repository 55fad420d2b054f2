"""A photo, and a registration that is or was dormant or ended, move the moment of a service's last change too."""

from django.db import migrations

TRANSITIONS = {
    "INSERT": "REFERENCING NEW TABLE AS changed",
    "UPDATE": "REFERENCING NEW TABLE AS changed OLD TABLE AS former",
    "DELETE": "REFERENCING OLD TABLE AS changed",
}
# Of registrations only these are told, as a status: the rest of a month's import need not look for services.
PARTS = {
    "providers_photo": "'part.service_id'",
    "providers_cqcregistration": (
        "'link.service_id', 'JOIN providers_service_locations AS link ON link.location_id = part.location_id"
        " AND (part.is_dormant OR part.is_deregistered)'"
    ),
}
CREATE = "\n".join(
    f"CREATE TRIGGER providers_servicemodification_{operation.lower()} AFTER {operation} ON {table} {transition}"
    f" FOR EACH STATEMENT EXECUTE FUNCTION providers_servicemodification_note({arguments});"
    for table, arguments in PARTS.items()
    for operation, transition in TRANSITIONS.items()
)
DROP = "\n".join(
    f"DROP TRIGGER providers_servicemodification_{operation.lower()} ON {table};"
    for table in PARTS
    for operation in TRANSITIONS
)


class Migration(migrations.Migration):
    dependencies = [("providers", "0011_cqc_difference_organisation")]

    operations = [migrations.RunSQL(CREATE, DROP)]
