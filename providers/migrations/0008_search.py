"""The tables of the search for care: narrow rows to filter and count, words, cards, and areas served."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('providers', '0007_location_cqc_made_at'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchCard',
            fields=[
                ('service_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('card', models.TextField(help_text='JSON.')),
                ('names', models.TextField()),
                ('document', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='SearchArea',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service_id', models.BigIntegerField()),
                ('area', models.CharField(db_collation='C', max_length=500)),
                ('is_told', models.BooleanField()),
            ],
            options={
                'indexes': [models.Index(fields=['service_id'], name='providers_searcharea_service')],
                'constraints': [models.UniqueConstraint(models.F('area'), models.F('service_id'), name='providers_searcharea_once')],
            },
        ),
        migrations.CreateModel(
            name='SearchRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service_id', models.BigIntegerField()),
                ('location_id', models.BigIntegerField(help_text='0 where the service has no building.')),
                ('flags', models.BigIntegerField()),
                ('public_from', models.DateTimeField(help_text='When the service and its provider are both public.')),
                ('types_0', models.BigIntegerField()),
                ('types_1', models.BigIntegerField()),
                ('groups_0', models.BigIntegerField()),
                ('languages_0', models.BigIntegerField()),
                ('languages_1', models.BigIntegerField()),
                ('councils_0', models.BigIntegerField()),
                ('councils_1', models.BigIntegerField()),
                ('councils_2', models.BigIntegerField()),
                ('councils_3', models.BigIntegerField()),
                ('x', models.FloatField(null=True)),
                ('y', models.FloatField(null=True)),
                ('z', models.FloatField(null=True)),
                ('space_from', models.DateTimeField(help_text='When the provider told of the space it has.', null=True)),
                ('space_until', models.DateTimeField(help_text='Until when that counts.', null=True)),
                ('told_until', models.DateTimeField(help_text='Until when what it told of space, or of none, counts.', null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('fee', models.BigIntegerField(help_text="Lowest starting fee: its unit's rank, then pence.", null=True)),
                ('sort_name', models.CharField(db_collation='C', max_length=80)),
            ],
            options={
                'indexes': [models.Index(fields=['z', 'y'], name='providers_searchrow_point'), models.Index(fields=['sort_name', 'service_id', 'location_id'], name='providers_searchrow_name')],
                'constraints': [models.UniqueConstraint(fields=('service_id', 'location_id'), name='providers_searchrow_once')],
            },
        ),
        migrations.CreateModel(
            name='SearchText',
            fields=[
                ('service_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('name_vector', django.contrib.postgres.search.SearchVectorField(help_text="Its name and its provider's.")),
                ('vector', django.contrib.postgres.search.SearchVectorField(help_text='All that a page shows of it.')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['vector'], name='providers_searchtext_vector'), django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['name_vector'], name='providers_searchtext_names')],
            },
        ),
    ]
