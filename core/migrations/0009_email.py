"""Write "email" as forms and letters do. The database does nothing."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0008_search_bits")]

    operations = [
        migrations.AlterField("user", "email", models.EmailField(max_length=254, verbose_name="email address")),
        migrations.AlterConstraint(
            "user",
            "core_user_email_once",
            models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                name="core_user_email_once",
                violation_error_message="There is already an account with this email address.",
            ),
        ),
    ]
