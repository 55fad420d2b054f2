import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from core import clock
from core.errors import NotReady, StorageFull
from core.permissions import require


def test_require_lets_the_allowed_pass_and_tells_others():
    require(True)

    with pytest.raises(PermissionDenied, match="You are not allowed to do this"):
        require(False)


def test_refusals_are_sentences():
    refusal = NotReady("Two blocks have no data.", missing=["Population", "Contracts ending"])

    assert str(refusal) == "Two blocks have no data."
    assert refusal.missing == ["Population", "Contracts ending"]
    assert str(StorageFull()) == "There is no space left to store the file."


@pytest.mark.django_db(transaction=True)
def test_clock_stands_still_within_a_transaction_and_goes_on_between():
    with transaction.atomic():
        first, second = clock.now(), clock.now()
    third = clock.now()

    assert first == second < third
    assert first.utcoffset() == dt.timedelta()
