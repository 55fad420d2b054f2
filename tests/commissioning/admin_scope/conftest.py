"""Two councils with a row of everything, and our administrator signed in."""

import pickle
from zlib import crc32

import pytest
from django.db import connection, transaction

from tests.commissioning.admin_scope.doors import OURS, THEIRS
from tests.commissioning.councils import Council, StateOfAll


@pytest.fixture(scope="package")
def _councils(django_db_setup, django_db_blocker):
    """Both councils, made once: each test undoes what it has changed of them."""
    with django_db_blocker.unblock(), transaction.atomic():
        councils = Council(OURS), Council(THEIRS)
        # What waits for the end of a transaction is done once, and not anew in each test.
        connection.check_constraints()
        yield {
            "councils": [pickle.dumps(council) for council in councils],
            "not ours": StateOfAll(but=councils[0].organisation),
            "not theirs": StateOfAll(but=councils[1].organisation),
        }
        transaction.set_rollback(True)


@pytest.fixture
def ours(_councils, db):
    return pickle.loads(_councils["councils"][0])


@pytest.fixture
def theirs(_councils, db):
    return pickle.loads(_councils["councils"][1])


@pytest.fixture
def not_ours(_councils, db):
    """Every row that is not our council's; its `changes` are those that a test has made."""
    return _councils["not ours"]


@pytest.fixture
def not_theirs(_councils, db):
    """Every row that is not the other council's."""
    return _councils["not theirs"]


@pytest.fixture(params=["some", pytest.param("all", marks=pytest.mark.slow)])
def tried(request, model):
    """A function that says which of many probes are tried of a register.

    Every day a third of them or another part, and not of each register the same; all with ``bin/test --slow``.
    """
    start = crc32(model._meta.label.encode())

    def chosen(probes, part=3):
        probes = list(probes)
        return probes if request.param == "all" else probes[start % part :: part] or probes[:1]

    return chosen


@pytest.fixture
def officer(client, ours, theirs):
    """A browser in which our administrator has signed in."""
    client.force_login(ours.user)
    client.raise_request_exception = False
    return client
