"""How the tests themselves empty the database after a test that committed."""

import pytest
from django.db import connection

from core import audit, clock
from core.models import AuditEvent, Place, ServiceType
from tests.factories.core import PlaceFactory, ServiceTypeFactory
from tests.tools import database

pytestmark = pytest.mark.django_db(transaction=True)


def switched_off():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled <> 'O'")
        return cursor.fetchall()


@pytest.mark.parametrize("places", [1, database.MANY_ROWS])
def test_emptying_leaves_no_row_and_every_trigger(places):
    audit.record("service_type.made", ServiceTypeFactory(), by=None, at=clock.now())
    Place.objects.bulk_create(PlaceFactory.build(path=f"many-{number}") for number in range(places))

    database.empty()

    assert [model.objects.count() for model in (AuditEvent, ServiceType, Place)] == [0, 0, 0]
    assert switched_off() == []
