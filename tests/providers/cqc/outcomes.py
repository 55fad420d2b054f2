"""What the tests of the register's import share: its days, what stands in the tables, and how somebody keeps an entry."""

import datetime as dt

import pytest
from django.db import connection

from core.imports import FileRefused
from providers.models import CqcDifference, Rating, Service
from providers.services.cqc import import_cqc
from tests.factories import NOON
from tests.factories.core import UserFactory

LATER = NOON + dt.timedelta(days=1)
NOVEMBER = dt.date(2026, 11, 2)
RATED, NO_CURRENT = Rating.State.RATED, Rating.State.NO_CURRENT_RATING


def state_of_everything():
    """Every row an import may touch, as it stands in the database."""
    tables = [
        *("provider", "location", "service", "service_types", "service_client_groups", "service_locations", "rating"),
        *("cqcregistration", "cqcdifference", "cqcimport"),
    ]
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT t::text FROM providers_{table} t ORDER BY 1")
            found[table] = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM core_auditevent")
        found["audit"] = cursor.fetchall()
    return found


def refusal(path, **options):
    """Import a file that must be refused, see that nothing changed, and return the reasons."""
    before = state_of_everything()

    with pytest.raises(FileRefused) as caught:
        import_cqc(path=path, by=None, at=NOON, **options)

    assert state_of_everything() == before
    return str(caught.value).removeprefix("Nothing was imported.\n")


def open_differences():
    rows = CqcDifference.objects.filter(settled_at__isnull=True)
    return set(rows.values_list("kind", "field", "ours", "theirs"))


def overall(service):
    return service.ratings.get(question="overall")


def keep_by_representative(service):
    service.provider.representatives.create(user=UserFactory())


def keep_by_revision(service):
    service.provider.revisions.create(
        service=service, changes={}, base={}, started_at=NOON, submitted_at=NOON, decided_at=NOON, decision="approved"
    )


def keep_by_edit(service):
    service.summary = "In our own words."
    service.save()


def keep_by_confirmation(service):
    Service.objects.filter(pk=service.pk).update(confirmed_at=NOON)
