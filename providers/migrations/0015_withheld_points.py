"""A withheld address keeps no point of its own: rows of before lose theirs."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("providers", "0014_email")]

    operations = [
        migrations.RunSQL(
            "UPDATE providers_location SET latitude = NULL, longitude = NULL WHERE is_address_withheld",
            migrations.RunSQL.noop,
        )
    ]
