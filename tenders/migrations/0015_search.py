"""The tables of the search for opportunities: narrow rows to filter and count, words, cards and places."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenders', '0014_release_facts'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchCard',
            fields=[
                ('opportunity_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('card', models.TextField(help_text='JSON.')),
                ('names', models.TextField()),
                ('document', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='SearchArea',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opportunity_id', models.BigIntegerField()),
                ('place_id', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['opportunity_id'], name='tenders_searcharea_opportunity')],
                'constraints': [models.UniqueConstraint(fields=('place_id', 'opportunity_id'), name='tenders_searcharea_once')],
            },
        ),
        migrations.CreateModel(
            name='SearchRow',
            fields=[
                ('opportunity_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('flags', models.BigIntegerField()),
                ('public_from', models.DateTimeField()),
                ('types_0', models.BigIntegerField()),
                ('types_1', models.BigIntegerField()),
                ('groups_0', models.BigIntegerField()),
                ('councils_0', models.BigIntegerField()),
                ('councils_1', models.BigIntegerField()),
                ('councils_2', models.BigIntegerField()),
                ('councils_3', models.BigIntegerField()),
                ('buyers_0', models.BigIntegerField()),
                ('buyers_1', models.BigIntegerField()),
                ('buyers_2', models.BigIntegerField()),
                ('buyers_3', models.BigIntegerField()),
                ('buyers_4', models.BigIntegerField()),
                ('opens_at', models.DateTimeField(null=True)),
                ('closes_at', models.DateTimeField(null=True)),
                ('awarded_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(help_text='When it was withdrawn or cancelled.', null=True)),
                ('engaging_from', models.DateField(null=True)),
                ('planned_until', models.DateField(help_text='The last day of the plan, or of the contract it replaces.', null=True)),
                ('opens_from', models.DateField(help_text='The first day on which it may open.', null=True)),
                ('opens_to', models.DateField(help_text='The last such day.', null=True)),
                ('opens_first', models.DateTimeField(help_text='The first moment at which it may open.', null=True)),
                ('closes_date', models.DateField(help_text='The day in London on which it closes.', null=True)),
                ('value', models.BigIntegerField(help_text='The highest value told, in pence.', null=True)),
                ('framework_id', models.BigIntegerField(null=True)),
                ('sort_name', models.CharField(db_collation='C', max_length=80)),
            ],
            options={
                'indexes': [models.Index(fields=['framework_id'], name='tenders_searchrow_framework')],
            },
        ),
        migrations.CreateModel(
            name='SearchText',
            fields=[
                ('opportunity_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('name_vector', django.contrib.postgres.search.SearchVectorField(help_text='Its titles.')),
                ('vector', django.contrib.postgres.search.SearchVectorField(help_text='All that a page shows of it.')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['vector'], name='tenders_searchtext_vector'), django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['name_vector'], name='tenders_searchtext_names')],
            },
        ),
    ]
