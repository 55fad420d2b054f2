"""Asking for what has changed since a moment."""

import datetime as dt

import pytest
from django.db import connection

from providers.models import (
    CqcRegistration,
    Provider,
    Service,
    ServiceModification,
)
from tests.factories import NOON
from tests.providers.entries import full_service
from tests.providers.open_referral.feed import ask, ids


class TestChanges:
    @pytest.fixture
    def old(self, db):
        service, other = full_service(1), full_service(2)
        ServiceModification.objects.update(modified_at=NOON)
        Service.objects.update(published_at=NOON)
        Provider.objects.update(published_at=NOON)
        ServiceModification.objects.update(modified_at=NOON)
        return service, other

    def since(self, client, moment="2026-11-21T23:59:59Z"):
        return ids(client, f"services?modified_after={moment}")

    @pytest.mark.parametrize(
        "change",
        [
            lambda one: one.save(),
            lambda one: one.fees.update(amount_from=1),
            lambda one: one.fees.all().delete(),
            lambda one: one.ratings.filter(question="safe").update(value="inadequate"),
            lambda one: one.vacancies.create(unit="bed", available=1, told_at=NOON, expires_at=NOON + dt.timedelta(99)),
            lambda one: one.units.all().delete(),
            lambda one: one.photos.update(alt_text="A gate"),
            lambda one: CqcRegistration.objects.filter(location__services=one).update(is_dormant=True),
            lambda one: one.locations.update(has_lift=False),
            lambda one: one.locations.clear(),
            lambda one: one.types.clear(),
            lambda one: one.client_groups.clear(),
            lambda one: one.areas_served.clear(),
            lambda one: Provider.objects.filter(pk=one.provider_id).update(phone="1"),
            lambda one: Service.objects.filter(pk=one.pk).update(alert="New"),
        ],
    )
    def test_any_change_of_a_service_or_what_belongs_to_it_counts(self, client, old, change):
        service, _ = old
        assert self.since(client) == []

        change(service)

        assert self.since(client) == [str(service.uuid)]
        assert len(ids(client, "service_at_locations?modified_after=2026-11-21T23:59:59Z")) == service.locations.count()
        told = ask(client, f"services/{service.uuid}").json()["last_modified"]
        assert told.endswith("Z") and told > "2026-11-21T23:59:59.000Z"

    def test_a_vacancy_that_runs_out_counts(self, client, old):
        service, _ = old
        run_out = dt.datetime(2026, 11, 22, 0, 30, tzinfo=dt.UTC)
        service.vacancies.update(expires_at=run_out)
        ServiceModification.objects.update(modified_at=NOON)

        assert self.since(client) == [str(service.uuid)]
        assert ask(client, f"services/{service.uuid}").json()["last_modified"] == "2026-11-22T00:30:00.000Z"

    def test_what_becomes_public_counts_from_then_on(self, client, old):
        service, other = old
        Service.objects.filter(pk=service.pk).update(published_at=dt.datetime(2026, 11, 22, 0, 10, tzinfo=dt.UTC))
        Provider.objects.filter(pk=other.provider_id).update(
            published_at=dt.datetime(2026, 11, 22, 0, 20, tzinfo=dt.UTC)
        )
        ServiceModification.objects.update(modified_at=NOON)

        assert self.since(client, "2026-11-22T00:15:00Z") == [str(other.uuid)]
        assert self.since(client, "2026-11-22T00:05:00+00:00") == [str(service.uuid), str(other.uuid)]

    def test_the_moment_itself_is_included_and_a_day_begins_in_london(self, client, old):
        assert len(self.since(client, NOON.isoformat().replace("+", "%2B"))) == 2
        assert len(self.since(client, NOON.isoformat())) == 2
        assert len(self.since(client, NOON.date().isoformat())) == 2
        assert len(self.since(client, (NOON + dt.timedelta(seconds=1)).isoformat())) == 0

    def test_one_transaction_moves_a_service_once(self, old):
        service, other = old

        service.save()
        first = ServiceModification.objects.get(pk=service.pk).modified_at
        service.fees.update(amount_from=2)

        assert ServiceModification.objects.get(pk=service.pk).modified_at == first
        assert ServiceModification.objects.get(pk=other.pk).modified_at == NOON

    def test_a_service_goes_with_its_moment(self, old):
        service, _ = old

        service.delete()
        connection.check_constraints()

        assert ServiceModification.objects.count() == 1

    def test_modified_after_reads_an_index(self, old):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(
                "EXPLAIN "
                + str(ServiceModification.objects.filter(modified_at__gte=NOON).values("service_id").query).replace(
                    str(NOON), f"'{NOON}'"
                )
            )
            plan = "\n".join(row[0] for row in cursor.fetchall())

        assert "providers_servicemodification_modified_at" in plan
