"""Note whose search rows a transaction writes, so that bitmaps of the rest stay true."""

from django.db import migrations

OPERATIONS = {
    "INSERT": "REFERENCING NEW TABLE AS changed",
    "UPDATE": "REFERENCING NEW TABLE AS changed OLD TABLE AS former",
    "DELETE": "REFERENCING OLD TABLE AS changed",
}
TABLES = ("tenders_searchrow", "tenders_searchtext")
CREATE = "".join(
    f"CREATE TRIGGER core_search_log_{operation.lower()} AFTER {operation} ON {table} {transition}"
    " FOR EACH STATEMENT EXECUTE FUNCTION core_search_log('opportunities', 'opportunity_id');\n"
    for table in TABLES
    for operation, transition in OPERATIONS.items()
) + "".join(
    f"CREATE TRIGGER core_search_forget AFTER TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION core_search_forget('opportunities');\n"
    for table in TABLES
)
DROP = "".join(
    f"DROP TRIGGER core_search_{name} ON {table};\n"
    for table in TABLES
    for name in ("forget", "log_insert", "log_update", "log_delete")
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_search_bits"),
        ("tenders", "0017_saved_questions"),
    ]

    operations = [migrations.RunSQL(CREATE, DROP)]
