from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenders", "0028_release_not_out_yet"),
    ]

    operations = [
        migrations.AddField(
            model_name="asker",
            name="mailed_at",
            field=models.DateTimeField(blank=True, help_text="When a mail told its address of it.", null=True),
        ),
        migrations.RunSQL(
            # Whose link was made was written to then; the page of an earlier link held what came without one.
            "UPDATE tenders_asker SET mailed_at = received_at WHERE confirmed_at IS NULL",
            migrations.RunSQL.noop,
        ),
    ]
