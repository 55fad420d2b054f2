from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenders", "0013_awards")]

    operations = [
        migrations.AddField(
            model_name="release",
            name="facts_sha256",
            field=models.CharField(
                default="",
                help_text="What is told, without the release's own number, date and tags.",
                max_length=64,
                verbose_name="checksum of the facts",
            ),
            preserve_default=False,
        ),
    ]
