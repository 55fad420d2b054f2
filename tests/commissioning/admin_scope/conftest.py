"""Two councils with a row of everything, and our administrator signed in."""

import copy

import pytest
from django.db import connection, transaction

from tests.commissioning.admin_scope.doors import OURS, THEIRS
from tests.commissioning.councils import Council


@pytest.fixture(scope="package")
def _councils(django_db_setup, django_db_blocker):
    """Both councils, made once: each test undoes what it has changed of them."""
    with django_db_blocker.unblock(), transaction.atomic():
        councils = Council(OURS), Council(THEIRS)
        # What waits for the end of a transaction is done once, and not anew in each test.
        connection.check_constraints()
        yield councils
        transaction.set_rollback(True)


@pytest.fixture
def ours(_councils, db):
    return copy.deepcopy(_councils[0])


@pytest.fixture
def theirs(_councils, db):
    return copy.deepcopy(_councils[1])


@pytest.fixture
def officer(client, ours, theirs):
    """A browser in which our administrator has signed in."""
    client.force_login(ours.user)
    client.raise_request_exception = False
    return client
