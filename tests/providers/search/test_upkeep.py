"""Search rows follow whatever changes them."""

import pytest
from django.core.management import call_command
from django.db import connection

from providers.models import Location, Rating, SearchCard, SearchRow, SearchText, Service, Vacancy
from providers.search import (
    ServiceQuery,
    search,
)
from tests.factories import NOON
from tests.factories.core import ClientGroupFactory, PlaceFactory, PostcodeFactory, ServiceTypeFactory
from tests.factories.providers import LocationFactory, ServiceFactory
from tests.providers.search.country import DAY, ask, names, near, settle

pytestmark = pytest.mark.django_db


def _set(**values):
    return lambda service: Service.objects.filter(pk=service.pk).update(**values)


CHANGES = {
    "renamed in bulk": (_set(name="Zebra House"), {"words": "zebra"}),
    "deleted": (lambda service: service.delete(), None),
    "withdrawn": (_set(published_at=None), None),
    "provider withdrawn": (lambda service: type(service.provider).objects.update(published_at=None), None),
    "type added": (lambda service: service.types.add(ServiceTypeFactory(slug="new-type")), {"types": ("new-type",)}),
    "type renamed": (
        lambda service: service.types.model.objects.update(name="Zebra therapy"), {"words": "zebra"}
    ),
    "group added": (lambda service: service.client_groups.add(ClientGroupFactory(slug="new")), {"groups": ("new",)}),
    "building moved": (
        lambda service: Location.objects.update(latitude=50.1, longitude=-5.1), {"near": near(50.1, -5.1)}
    ),
    "town renamed": (lambda service: Location.objects.update(town="Zebratown"), {"words": "zebratown"}),
    "lift told": (lambda service: Location.objects.update(has_lift=True), {"access": ("lift",)}),
    "rating changed": (
        lambda service: Rating.objects.update(value="outstanding"), {"rating": ("outstanding",)}
    ),
    "rating taken": (lambda service: Rating.objects.all().delete(), {"rating": ("unrated",)}),
    "space told": (
        lambda service: Vacancy.objects.create(
            service=service, unit="bed", available=2, told_at=NOON - DAY, expires_at=NOON + DAY
        ),
        {"has_space": True},
    ),
    "provider renamed": (
        lambda service: type(service.provider).objects.update(name="Zebra Ltd"), {"words": "zebra"}
    ),
    "postcode loaded": (
        lambda service: PostcodeFactory(postcode="TR19ZZ", council=PlaceFactory(slug="far", kind="council")),
        {"councils": ("far",)},
    ),
    "language told": (_set(languages=["Cornish"]), {"languages": ("cornish",)}),
    "area served": (
        lambda service: service.areas_served.add(PlaceFactory(slug="new-council", kind="council")),
        {"councils": ("new-council",)},
    ),
    "outcode served": (
        _set(served_outcodes=["TR1"], setting="home"), {"near": near(50, -5, outcode="TR1"), "setting": "home"}
    ),
}  # fmt: skip


def _found(asked):
    """How many are found; of no question, how many are missing."""
    found = ask(**asked or {})
    return 0 if found.ignored else found.total if asked else 1 - found.total


@pytest.mark.parametrize("change", CHANGES)
def test_search_rows_follow_a_change_whatever_makes_it(change):
    make, asked = CHANGES[change]
    service = ServiceFactory(setting="place")
    service.types.add(ServiceTypeFactory())
    service.locations.add(LocationFactory(latitude=54.7, longitude=-1.5, postcode="TR1 9ZZ"))
    Rating.objects.create(service=service, value="good")
    before = _found(asked)

    make(service)

    after = _found(asked)
    assert (before, after) == (0, 1)


def test_rows_written_by_copy_are_found():
    with connection.cursor() as cursor:
        columns = [one for one in Service._meta.concrete_fields if not one.primary_key and not one.has_db_default()]
        row = Service(slug="copied", name="Copied House", published_at=NOON, changed_at=NOON)
        names = ", ".join(f'"{one.column}"' for one in columns)
        with cursor.copy(f"COPY providers_service ({names}) FROM STDIN") as copy:
            copy.write_row([getattr(row, one.attname) for one in columns])

    found = ask(words="copied")

    assert [hit.card["slug"] for hit in found.near.hits] == ["copied"]


@pytest.mark.django_db(transaction=True)
def test_rows_are_made_when_the_transaction_commits_and_not_when_it_is_rolled_back():
    from django.db import transaction

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ServiceFactory(name="Never")
        _ = 1 / 0
    with transaction.atomic():
        ServiceFactory(name="Kept")
        before = SearchRow.objects.count()

    assert (before, list(SearchRow.objects.values_list("sort_name", flat=True))) == (0, ["kept"])
    assert names(search(ServiceQuery(), at=NOON).near) == ["Kept"]


def test_bits_are_never_renumbered():
    types = [ServiceTypeFactory(slug=f"kind-{n}") for n in range(3)]
    service = ServiceFactory()
    service.types.add(types[2])
    settle()
    types[1].delete()
    types[0].slug = "renamed"
    types[0].save()
    ServiceTypeFactory(slug="newest")

    found = ask()

    assert found.facets["types"] == {"kind-2": 1}
    assert {one.value for one in found.values["types"]} == {"kind-2", "renamed", "newest"}


def test_rebuilding_changes_nothing_that_triggers_have_made(country):
    before = _everything()

    call_command("rebuild_search", verbosity=0)

    assert _everything() == before
    assert before[0]


def test_rebuilding_makes_good_what_was_spoilt(country):
    before = _everything()
    SearchRow.objects.all().delete()
    SearchText.objects.filter(service_id__gt=0).update(vector="")
    SearchCard.objects.create(service_id=0, card="{}", names="", document="")

    call_command("rebuild_search", verbosity=0)

    assert _everything() == before


def _everything():
    settle()
    return [
        sorted(
            tuple(_comparable(name, value) for name, value in row.items() if name != "id")
            for row in model.objects.values()
        )
        for model in (SearchRow, SearchText, SearchCard)
    ]


def _comparable(name, value):
    # Words are joined as PostgreSQL's plan of the day finds them.
    return " ".join(sorted(value.split())) if name == "document" else str(value)
