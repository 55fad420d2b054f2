"""Write "email" as forms and letters do. The database does nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("providers", "0013_search_around")]

    operations = [
        migrations.AlterField("correction", "email", models.EmailField(blank=True, max_length=254)),
        migrations.AlterField("provider", "email", models.EmailField(blank=True, max_length=254)),
        migrations.AlterField("service", "email", models.EmailField(blank=True, max_length=254)),
        migrations.AlterField("invitation", "email", models.EmailField(max_length=254)),
    ]
