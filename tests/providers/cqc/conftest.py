"""Functions that import invented files of the Care Quality Commission."""

import datetime as dt
import json

import pytest

from core.models import Place
from providers.cqc.layout import SERVICE_TYPES, USER_BANDS
from providers.services.cqc import import_cqc
from tests.factories import NOON
from tests.factories.core import ClientGroupFactory, PlaceFactory, ServiceTypeFactory
from tests.tools.cqc_files import TOWNS, directory_rows, write_directory


@pytest.fixture
def taxonomy(db):
    types = {name: ServiceTypeFactory(slug=slug) for name, slug in SERVICE_TYPES.items() if slug == "nursing-home"}
    for slug in ("care-home", "home-care", "supported-living", "extra-care"):
        types[slug] = ServiceTypeFactory(slug=slug, name=slug.replace("-", " ").capitalize())
    for slug in sorted({slug for slugs in USER_BANDS.values() for slug in slugs}):
        ClientGroupFactory(slug=slug)
    for name in sorted({council for _, council, *_ in TOWNS}):
        PlaceFactory(kind=Place.Kind.COUNCIL, name=name)
    return types


@pytest.fixture
def bring(taxonomy, tmp_path):
    """Return a function that imports rows of a care directory and returns the report."""

    def bring(*rows, at=NOON, as_at=dt.date(2026, 10, 1), suffix=".csv", **options):
        path = tmp_path / f"{as_at:%d_%B_%Y}_HSCA_Active_Locations{suffix}"
        write_directory(path, rows, as_at=as_at)
        options.setdefault("by", None)
        return import_cqc(path=path, at=at, **options).report

    return bring


@pytest.fixture
def bring_json(taxonomy, tmp_path):
    """Return a function that imports objects of the API and returns the report."""

    def bring(*documents, at=NOON, **options):
        path = tmp_path / "dump.json"
        path.write_text(json.dumps(list(documents)))
        return import_cqc(path=path, by=None, at=at, **options).report

    return bring


@pytest.fixture
def good(taxonomy, tmp_path):
    """Return a function that writes a sound file of ten rows."""

    def good(suffix=".csv", *, rows=None):
        rows = list(directory_rows(10)) if rows is None else rows
        return write_directory(tmp_path / f"01_October_2026_HSCA_Active_Locations{suffix}", rows)

    return good
