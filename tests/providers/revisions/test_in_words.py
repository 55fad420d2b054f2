"""A change told in plain words, and what an entry still lacks."""

import pytest

from providers import profile
from providers.models import Fee, Service, Unit
from providers.services import drafts
from tests.factories import NOON
from tests.factories.commissioning import SourceDocumentFactory
from tests.factories.core import ClientGroupFactory
from tests.providers.revisions.rows import fee, unit

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


def test_homes_of_each_kind_are_told_in_plain_words(home):
    home.service.units.create(kind="flat", tenure="rent", count=8)
    home.draft(units=[unit(count=9), unit(kind="bungalow", tenure="unknown", count=None, stated="Two or three")])

    (change,) = drafts.open_draft(provider=home.provider, service=home.service, at=NOON).changes

    assert (change.label, change.removed) == ("Homes and rooms of each kind", ["Flat: 8 (rent)"])
    assert change.added == ["Flat: 9 (rent)", "Bungalow: Two or three"]


def test_homes_are_kept_by_kind_and_tenure_in_the_order_told(home):
    document = {"source": SourceDocumentFactory(), "source_section": "Table 2"}
    same = home.service.units.create(kind="flat", tenure="rent", count=8, **document)
    other = home.service.units.create(kind="flat", tenure="owned", count=2, order=1, **document)
    home.service.units.create(kind="room", count=3, order=2)

    home.approve(home.submitted(units=[unit(tenure="owned", count=4), unit(), unit(kind="bungalow")]))

    told = [(one.kind, one.tenure, one.count, one.source_section) for one in Unit.objects.order_by("order")]
    assert told == [("flat", "owned", 4, ""), ("flat", "rent", 8, "Table 2"), ("bungalow", "rent", 8, "")]
    assert {same.pk, other.pk} < set(Unit.objects.values_list("pk", flat=True))
