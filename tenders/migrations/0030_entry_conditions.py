"""Name entry conditions as things to have, for whoever reads them. The database does nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenders", "0029_asker_mailed_at")]

    operations = [
        migrations.AlterField(
            "entrycondition",
            "kind",
            models.CharField(
                choices=[
                    ("profile_current", "A provider information profile that is current"),
                    ("cqc_registered", "Registration with the CQC"),
                    ("cqc_rating", "No service rated below"),
                    ("offers_type", "A service of the type of care"),
                    ("serves_place", "A service that serves the place"),
                    ("registered_body", "A company or charity number"),
                    ("statement", "To show in the application"),
                ],
                max_length=16,
            ),
        ),
    ]
