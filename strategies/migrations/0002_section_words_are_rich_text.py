from django.db import migrations

import core.text


class Migration(migrations.Migration):
    dependencies = [("strategies", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="section",
            name="body",
            field=core.text.RichTextField(
                blank=True,
                help_text="Simple formatting only; it is cleaned when saved.",
                max_length=100000,
                verbose_name="words",
            ),
        ),
    ]
