"""Write "email" as forms and letters do. The database does nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenders", "0025_register_filters")]

    operations = [
        migrations.AlterField("forum", "email", models.EmailField(blank=True, max_length=254)),
        migrations.AlterField(
            "event",
            "email",
            models.EmailField(
                blank=True,
                help_text="A team's address, not a person's.",
                max_length=254,
                verbose_name="email for questions",
            ),
        ),
        migrations.AlterField("asker", "email", models.EmailField(max_length=254)),
        migrations.AlterField("interest", "email", models.EmailField(max_length=254)),
        migrations.AlterField("registration", "email", models.EmailField(max_length=254)),
    ]
