import pytest
from django.db import DatabaseError, connection, transaction

from core import audit, clock
from core.models import AuditEvent, Place, ServiceType, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return User.objects.create_user("jo@example.org", name="Jo Smith", password="not a word of it")


@pytest.fixture
def home_care():
    return ServiceType.objects.create(slug="home-care", name="Home care")


def test_event_tells_who_did_what_for_whom_and_only_what_changed(officer, home_care):
    region = ServiceType.objects.create(slug="region", name="The region")
    before = audit.snapshot(home_care)
    home_care.name = "Care at home"
    at = clock.now()

    audit.record(
        "service_type.renamed",
        home_care,
        by=officer,
        at=at,
        organisation=region,
        before=before,
        after=audit.snapshot(home_care),
    )

    event = AuditEvent.objects.about(home_care).for_list().get()
    assert (event.at, event.by_id, event.by_name) == (at, officer.pk, "Jo Smith")
    assert (event.organisation_kind, event.organisation_id, event.organisation_label) == (
        "core.servicetype", str(region.pk), "The region",
    )  # fmt: skip
    assert (event.action, event.object_kind, event.object_label) == (
        "service_type.renamed", "core.servicetype", "Care at home",
    )  # fmt: skip
    assert (event.before, event.after) == ({"name": "Home care"}, {"name": "Care at home"})
    assert list(AuditEvent.objects.acting_for(region)) == [event]


def test_trail_outlives_what_it_tells_of_and_who_did_it(officer, home_care):
    audit.record("service_type.deleted", home_care, by=officer, at=clock.now(), before=audit.snapshot(home_care))
    home_care.delete()
    officer.delete()

    event = AuditEvent.objects.for_list().get()
    assert (event.object_label, event.before["slug"], event.after) == ("Home care", "home-care", None)
    assert (event.by_name, event.by_email) == (None, None)


def test_trail_holds_no_names_passwords_or_addresses_of_people(officer):
    audit.record("account.made", officer, by=officer, at=clock.now(), after=audit.snapshot(officer))

    event = AuditEvent.objects.get()
    written = str({field.name: getattr(event, field.name) for field in AuditEvent._meta.fields})
    assert event.object_label == f"account {officer.pk}"
    assert event.after["is_active"] is True
    assert not [secret for secret in ["Jo Smith", "jo@example.org", officer.password] if secret in written]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_auditevent SET action = 'x'",
        "DELETE FROM core_auditevent",
        "TRUNCATE core_auditevent",
        "TRUNCATE core_auditevent CASCADE",
    ],
)
def test_database_refuses_to_change_the_trail(home_care, statement):
    audit.record("service_type.made", home_care, by=None, at=clock.now())

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditEvent.objects.get().action == "service_type.made"


def test_neither_instance_nor_queryset_changes_the_trail(home_care):
    event = audit.record("service_type.made", home_care, by=None, at=clock.now())

    for change in (event.delete, event.save, AuditEvent.objects.all().delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()

    assert AuditEvent.objects.count() == 1


def test_migration_leaves_the_triggers_switched_on():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'core_auditevent'::regclass AND NOT tgisinternal ORDER BY 1"
        )
        names = [name for (name,) in cursor.fetchall()]

    assert names == ["core_auditevent_no_change", "core_auditevent_no_truncate"]


def test_snapshot_holds_plain_values_and_relations_as_ids():
    england = Place.objects.create(slug="england", name="England", kind=Place._meta.get_field("kind").choices[0][0])
    durham = Place.objects.create(
        slug="durham", name="Durham", parent=england, kind=Place._meta.get_field("kind").choices[1][0]
    )

    assert audit.snapshot(durham, ["name", "parent"]) == {"name": "Durham", "parent": england.pk}
