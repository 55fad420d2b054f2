"""What a service's page says of the regulator's ratings, and where there is none."""

import datetime as dt

import pytest

from providers import fact_sheet
from providers.models import Rating, Service
from tests.factories import NOON
from tests.factories.providers import ServiceFactory
from tests.tools.views import text

pytestmark = pytest.mark.django_db


def page_of(client, service):
    return client.get(service.get_absolute_url())


def sheet_of(service, at=NOON):
    return fact_sheet.of(fact_sheet.with_facts(Service.objects.filter(pk=service.pk), at=at).get(), at=at)


STATES = [
    ({"state": "not_yet_inspected"}, "Not yet inspected", "That is neither good nor bad"),
    ({"state": "inspected_not_rated"}, "Inspected but not rated", "gave no rating"),
    ({"state": "no_current_rating"}, "No current rating", "shows no current rating"),
    (
        {"state": "no_current_rating", "earlier_value": "good", "earlier_date": dt.date(2022, 5, 1)},
        "No current rating (earlier: Good, 2022)",
        "shows no current rating",
    ),
    ({"state": "inherited", "value": "good", "rated_date": dt.date(2023, 1, 1)}, "Good", "an earlier registration"),
    ({"state": "dormant"}, "Dormant", "giving no care at present"),
    ({"state": "deregistered"}, "No longer registered", "No longer registered with the Care Quality Commission"),
    ({"state": "unknown_text", "stated": "Meets standards"}, "“Meets standards”", "do not know these words"),
]


@pytest.mark.parametrize("facts, word, explained", STATES)
def test_what_is_no_rating_says_what_it_is(client, facts, word, explained):
    service = ServiceFactory()
    Rating.objects.create(service=service, **facts)

    overall = sheet_of(service).overall
    page = text(page_of(client, service))

    assert overall.word == word
    assert explained in page
    assert ('class="ccp-rating"><svg' in page) == bool(facts.get("value"))


@pytest.mark.parametrize(
    "regulated, says",
    [(None, "We have no rating for this service"), (False, "not registered with the Care Quality Commission")],
)
def test_service_without_any_rating_says_why(client, regulated, says):
    assert says in text(page_of(client, ServiceFactory(is_cqc_regulated=regulated)))


@pytest.mark.parametrize(
    "day, age",
    [
        (dt.date(2026, 10, 30), "inspected in the last two months"),
        (dt.date(2025, 5, 18), "inspected 18 months ago"),
        (dt.date(2024, 11, 19), "inspected 23 months ago"),
        (dt.date(2024, 11, 18), "inspected over two years ago"),
        (dt.date(2022, 3, 1), "inspected over four years ago"),
        (dt.date(2014, 3, 1), "inspected over 12 years ago"),
    ],
)
def test_age_of_a_rating_is_told_in_words(day, age):
    service = ServiceFactory()
    Rating.objects.create(service=service, value="good", rated_date=day)

    assert sheet_of(service).overall.age == age


def test_five_questions_stand_in_the_regulators_order_with_date_framework_and_report(client):
    service = ServiceFactory()
    for question in reversed(Rating.Question.values):
        Rating.objects.create(
            service=service, question=question, value="good", rated_date=dt.date(2025, 5, 1), framework="Framework A",
            report_url=f"https://regulator.example/{question}",
        )  # fmt: skip
    Rating.objects.filter(question="caring").update(framework="Framework B", rated_date=dt.date(2021, 1, 1))

    sheet, page = sheet_of(service), text(page_of(client, service))

    assert [one.question for one in sheet.questions] == ["Safe", "Effective", "Caring", "Responsive", "Well-led"]
    assert all(
        words in page
        for words in (
            "Framework A",
            "Framework B",
            "January 2021",
            "https://regulator.example/overall",
            "regulator.example/caring",
        )
    )
