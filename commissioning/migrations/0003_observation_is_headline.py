from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("commissioning", "0002_initial")]

    operations = [
        migrations.AddField(
            model_name="observation",
            name="is_headline",
            field=models.BooleanField(
                default=False, help_text="Stands among the four figures at the top of a document that shows it."
            ),
        ),
    ]
