"""The pages that an admin adds for one record, found in its addresses: a stranger's record is none."""

import pytest
from django.contrib import admin
from django.urls import reverse

from tenders.models import OcdsImport
from tests.commissioning.admin_scope.doors import NOBODY, check, same
from tests.commissioning.councils import registered

pytestmark = pytest.mark.django_db

# Where the page is of another kind of record than its admin.
OF_OTHERS = {"tenders_opportunity_ocds_plan": OcdsImport}
# Tried by the other tests of these walls, with all their forms and buttons.
COMMON = ("_change", "_delete", "_history", "_action")


def own_pages():
    """Yield each model with the name and the arguments of a page of one record that is its admin's own."""
    for model in registered():
        for pattern in admin.site._registry[model].get_urls():
            arguments = set(getattr(pattern.pattern, "converters", ()))
            if pattern.name and arguments & {"object_id", "pk"} and not pattern.name.endswith(COMMON):
                yield pytest.param(model, pattern.name, arguments, id=pattern.name)


PAGES = list(own_pages())


def test_there_are_such_pages():
    assert {"tenders_opportunity_clock", "providers_profilerevision_photo"} <= {page.id for page in PAGES}


@pytest.mark.parametrize(("model", "name", "arguments"), PAGES)
def test_page_of_theirs_is_as_unknown_as_one_that_never_was(officer, theirs, not_ours, model, name, arguments):
    key = theirs.one(OF_OTHERS.get(name, model)).pk

    def address(pk):
        given = {"object_id": pk, "pk": pk, "checksum": "0a" * 32}
        return reverse(f"admin:{name}", kwargs={argument: given[argument] for argument in arguments})

    for method in (officer.get, officer.post, officer.head):
        foreign, nobodys = check(method(address(key))), method(address(NOBODY))
        assert same(foreign, nobodys, (key, NOBODY)), method

    assert not_ours.changes() == []
