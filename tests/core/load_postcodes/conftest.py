"""Two councils, and a loader of what a test writes."""

import pytest

from core.geography import loading, reading
from tests.core.load_postcodes.files import DARLINGTON, DURHAM
from tests.factories.core import PlaceFactory


@pytest.fixture(autouse=True)
def councils():
    return [
        PlaceFactory(slug="county-durham", name="County Durham", kind="council", gss_code=DURHAM),
        PlaceFactory(slug="darlington", name="Darlington", kind="council", gss_code=DARLINGTON),
    ]


@pytest.fixture
def load(tmp_path):
    """Return a function that writes lines to a file and loads it."""

    def load(lines, name="directory.csv", **options):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        report, _ = loading.load_postcodes(source=reading.from_file(path), **options)
        return report

    return load
