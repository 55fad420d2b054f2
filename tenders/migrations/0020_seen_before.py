"""What is public before alerts look at its kind is no news when they first do: events, and call-offs for members only."""

from django.db import migrations

SEEN = """
INSERT INTO tenders_statusseen (event_id, status)
SELECT id, 'unread' FROM tenders_event
WHERE published_at <= now() AND EXISTS (SELECT 1 FROM tenders_alertrun);

INSERT INTO tenders_statusseen (opportunity_id, status)
SELECT id, 'unread' FROM tenders_opportunity
WHERE published_at <= now() AND is_members_only AND EXISTS (SELECT 1 FROM tenders_alertrun)
ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenders", "0019_read_pieces"),
    ]

    operations = [
        migrations.RunSQL(SEEN, migrations.RunSQL.noop),
    ]
