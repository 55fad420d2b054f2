"""A change told in plain words, and what an entry still lacks."""

import pytest

from providers import profile
from providers.models import Fee, Service
from providers.services import drafts
from tests.factories import NOON
from tests.factories.core import ClientGroupFactory
from tests.providers.revisions.rows import fee

pytestmark = pytest.mark.django_db


def test_difference_is_told_in_plain_words(home):
    old, new = ClientGroupFactory(name="Carers"), ClientGroupFactory(name="Older people")
    home.service.client_groups.add(old)
    Service.objects.filter(pk=home.service.pk).update(description=("A long text. " * 10).strip())
    home.service.refresh_from_db()
    home.draft(
        client_groups=[new.slug], takes_council_funded=False, setting="home", fees=[fee()],
        description="A long text. " * 9 + "A new text.",
    )  # fmt: skip

    changes = {one.name: one for one in drafts.open_draft(
        provider=home.provider, service=home.service, at=NOON).changes}  # fmt: skip

    assert (changes["client_groups"].removed, changes["client_groups"].added) == (["Carers"], ["Older people"])
    assert (changes["takes_council_funded"].old, changes["takes_council_funded"].new) == (["Not told"], ["No"])
    assert (changes["setting"].old, changes["setting"].new) == (["Not told"], ["Comes to you"])
    assert changes["fees"].added == ["Single room: £1,000 a week (told 18 November 2026)."]
    marked = [(piece.text, piece.how) for piece in changes["description"].pieces if piece.how != "same"]
    assert marked == [("long", "removed"), ("new", "added")]


def test_completeness_names_what_is_missing_and_what_to_do_next(home):
    values = drafts.open_draft(provider=home.provider, service=home.service, at=NOON).values

    told = {one.section.key: one for one in profile.completeness(home.service, values)}

    assert [field.label for field in told["staffing"].missing] == [
        "Who is there by day and by night", "Registered manager",
    ]  # fmt: skip
    assert (told["contact"].told, told["contact"].asked) == (2, 8)
    assert profile.next_step(list(told.values())).section.key == "who"


def test_fee_rows_are_kept_by_name(home):
    home.approve(home.submitted(fees=[fee(), fee(name="Double room")]))
    first = Fee.objects.get(name="Single room")

    home.approve(home.submitted(fees=[fee(amount_from="1100")]))

    assert Fee.objects.get().pk == first.pk
    assert Fee.objects.get().amount_from == 1100
