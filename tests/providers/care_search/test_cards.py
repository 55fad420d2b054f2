"""What a card tells of a service, and where nothing is found."""

import datetime as dt
import re

import pytest

from core import clock
from providers.models import Fee, Rating, Vacancy
from tests.factories.commissioning import ContactFactory, OrganisationFactory
from tests.factories.core import (
    ServiceTypeFactory,
)
from tests.providers.care_search.pages import home, see
from tests.tools.views import text

pytestmark = pytest.mark.django_db


class TestCards:
    def test_three_facts_each_with_its_age(self, client, durham):
        service, at = home("House"), clock.now()
        Rating.objects.create(
            service=service, question="overall", state="rated", value="good", rated_date=dt.date(2025, 5, 20)
        )
        Vacancy.objects.create(
            service=service, unit="room", available=2, told_at=at - dt.timedelta(days=4),
            expires_at=at + dt.timedelta(days=10),
        )  # fmt: skip
        Fee.objects.create(
            service=service, name="Fee", amount_from="1180", amount_to="1340", per="week", told_date=dt.date(2026, 4, 1)
        )

        facts = re.search(r'<dl class="ccp-card__facts">(.*?)</dl>', text(see(client, "?near=DH1")))[1]
        facts = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", facts)).strip()

        assert re.fullmatch(
            r"CQC rating Good rated May 2025, .* ago Space 2 rooms told us 4 days ago"
            r" Weekly fee £1,180 to £1,340 told us in April 2026",
            facts,
        )

    def test_nothing_told_is_shown_as_such(self, client, durham):
        home("House")

        facts = re.search(r'<dl class="ccp-card__facts">(.*?)</dl>', text(see(client, "?near=DH1")))[1]

        assert facts.count("ccp-unknown") == 3
        assert not re.search(r"£0|\b0\b|Free|None", facts)

    @pytest.mark.parametrize(
        "state, more, says",
        [
            ("not_yet_inspected", {}, "Not yet inspected"),
            ("inspected_not_rated", {}, "Inspected but not rated"),
            (
                "no_current_rating",
                {"earlier_value": "good", "earlier_date": dt.date(2022, 3, 1)},
                "No current rating<small>earlier: Good, 2022</small>",
            ),
            ("unknown_text", {"stated": "Under <review>"}, "Under &lt;review&gt;"),
        ],
    )
    def test_state_that_is_no_rating_has_no_steps(self, client, durham, state, more, says):
        Rating.objects.create(service=home(), question="overall", state=state, **more)

        page = text(see(client, "?near=DH1"))

        assert f"<dd>{says}" in page
        assert "ccp-rating" not in page

    def test_name_from_a_person_is_escaped(self, client, durham):
        home("<script>alert(1)</script> & Sons").types.add(ServiceTypeFactory(name="<b>Kind</b>"))

        page = text(see(client, "?near=DH1"))

        assert "<script>alert" not in page
        assert "<b>Kind" not in page

    def test_sample_is_marked(self, client, durham):
        home(is_sample=True)

        assert '<span class="ccp-sample">Sample</span>' in text(see(client, "?near=DH1"))


class TestNothingFound:
    def test_page_names_the_filter_that_helps_most_the_wider_circle_and_the_council(self, client, durham):
        council = OrganisationFactory(name="Durham County Council", kind="council", gss_code="E06000047")
        ContactFactory(organisation=council, slug="adult-social-care", phone="01632 960123")
        good, flat = ServiceTypeFactory(slug="home", name="Home"), ServiceTypeFactory(slug="flat", name="Flat")
        for miles in (1, 2):
            home(miles=miles).types.add(good)
        home(miles=12).types.add(flat)

        page = text(see(client, "?near=DH1&type=flat"))
        nothing = re.search(r'<div class="ccp-empty">(.*?)</div>', page, re.DOTALL)[1]

        assert "Without the kind of care there are 2 services" in nothing
        assert re.search(r"Within 15 miles there is 1\.", nothing)
        assert 'href="tel:01632 960123"' in nothing or "01632 960123" in nothing
        assert "Durham County Council" in nothing

    def test_number_we_do_not_hold_is_not_made_up(self, client, durham):
        nothing = text(see(client, "?near=DH1"))

        assert "Ask the adult social care team of County Durham" in nothing
        assert "We do not hold its number" in nothing

    @pytest.mark.parametrize("count, offers", [(1, True), (2, True), (3, False)])
    def test_where_few_are_near_the_page_offers_to_look_further(self, client, durham, count, offers):
        for number in range(count):
            home(str(number))

        page = text(see(client, "?near=DH1&type="))

        assert (
            '<a class="govuk-link" href="/care/?near=DH1&amp;radius=15#results">Look within 15 miles</a>' in page
        ) is offers
