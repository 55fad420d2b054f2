"""Write "email" as forms and letters do. The database does nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("commissioning", "0004_statutory_clock")]

    operations = [
        migrations.AlterField("contact", "email", models.EmailField(blank=True, max_length=254)),
    ]
