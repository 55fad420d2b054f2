"""Narrowing a search, and widening it again."""

import datetime as dt
import re

import pytest

from core import clock
from providers.models import Vacancy
from tests.factories.core import (
    ServiceTypeFactory,
)
from tests.providers.care_search.pages import chips, home, names, query_of, see
from tests.tools.views import text

pytestmark = pytest.mark.django_db


class TestFilters:
    def test_filter_shows_what_each_value_would_find(self, client, durham):
        kinds = [ServiceTypeFactory(slug=slug, name=slug.title()) for slug in ("home", "flat")]
        for number in range(3):
            home().types.add(kinds[0 if number else 1])

        page = text(see(client, "?near=DH1&type=home"))
        found = re.findall(
            r'name="type" type="checkbox" value="(\w+)"( checked)?>.*?ccp-filter__count">\((\d+)\)', page
        )

        assert sorted(found) == [("flat", "", "1"), ("home", " checked", "2")]

    def test_value_is_set_in_only_under_a_parent_that_is_shown(self, client, durham):
        parent = ServiceTypeFactory(slug="parent", name="Parent", order=1)
        child = ServiceTypeFactory(slug="child", name="Child", parent=parent, order=2)
        home().types.add(child)

        under = text(see(client, "?near=DH1"))
        alone = text(see(client, "?near=DH1&radius=1&type=child&q=nothinglikethis"))

        assert under.count("ccp-filter__below") == 1
        assert alone.count("ccp-filter__below") == 0
        assert 'value="child" checked' in alone

    def test_several_values_of_a_filter_widen_and_each_has_a_chip_to_remove_it(self, client, durham):
        for slug in ("home", "flat", "farm"):
            home(slug).types.add(ServiceTypeFactory(slug=slug, name=slug.title()))

        page = see(client, "?near=DH1&type=home&type=flat")

        assert sorted(names(page)) == ["flat", "home"]
        assert {label: query_of(address).getlist("type") for label, address in chips(page).items()} == {
            "Home": ["flat"], "Flat": ["home"],
        }  # fmt: skip
        clear = re.search(r'<a class="govuk-link ccp-small" href="([^"]*)">Clear all</a>', text(page))[1]
        assert query_of(clear).dict() == {"near": "DH1"}

    def test_count_is_a_status_and_the_press_leads_to_the_results(self, client, durham):
        home()

        page = text(see(client, "?near=DH1"))

        assert re.search(r'<p role="status">1 found within 10 miles', page)
        assert '<form action="/care/#results" method="get">' in page
        assert re.search(r'<h2 [^>]*id="results" tabindex="-1"', page)

    def test_space_now_drops_what_has_expired_unless_asked_for(self, client, durham):
        at = clock.now()
        for name, age in (("Fresh", 3), ("Stale", 30)):
            Vacancy.objects.create(
                service=home(name), unit="room", available=2, told_at=at - dt.timedelta(days=age),
                expires_at=at + dt.timedelta(days=14 - age),
            )  # fmt: skip
        home("Silent")

        only = see(client, "?near=DH1&space=1")
        also = see(client, "?near=DH1&space=1&untold=1")

        assert names(only) == ["Fresh"]
        assert sorted(names(also)) == ["Fresh", "Silent", "Stale"]
        assert "told us 3 days ago" in text(only)
        assert "<dd>Ask<small>last told us on" in text(also)

    def test_unknown_value_is_left_out_and_said(self, client, durham):
        home("House")

        page = see(client, "?near=DH1&type=nothing-of-the-kind")

        assert names(page) == ["House"]
        assert "We do not know one of the filters in this address" in text(page)

    def test_filters_of_the_finder_are_explained_as_long_as_they_are_in_use(self, client, durham):
        kind = ServiceTypeFactory(slug="nursing-home", name="Care home with nursing")
        home().types.add(kind)
        answers = "&who=older&hard=nurse&stay=move"

        told = text(see(client, f"?near=DH1&type=nursing-home{answers}"))
        silent = text(see(client, f"?near=DH1{answers}"))

        assert "We chose <strong>Care home with nursing</strong> because you said that a nurse is needed." in told
        assert "Change your answers" in told
        assert "We chose" not in silent
