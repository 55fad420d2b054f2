"""Ratings of the register: each state, the newest of several files, the five questions, what was the rating before."""

import datetime as dt

import pytest

from providers.models import Rating, Service
from providers.services.cqc import import_cqc
from tests.providers.cqc.outcomes import LATER, NO_CURRENT, NOVEMBER, overall
from tests.tools.cqc_files import (
    api_location,
    api_provider,
    assessed,
    change,
    directory_row,
    location_id,
    rated,
    ratings_row,
    write_ratings,
)


@pytest.mark.parametrize(
    ("words", "inherited", "expected"),
    [
        ("Outstanding", "N", ("rated", "outstanding", "")),
        ("Requires Improvement", "N", ("rated", "requires_improvement", "")),
        ("requires improvement", "", ("rated", "requires_improvement", "")),
        ("Good", "Y", ("inherited", "good", "")),
        ("Not Yet Inspected", "", ("not_yet_inspected", "", "")),
        ("Inspected but not rated", "", ("inspected_not_rated", "", "")),
        ("No published rating", "", ("no_current_rating", "", "")),
        ("Not Applicable", "", ("no_current_rating", "", "")),
        ("", "", ("no_current_rating", "", "")),
        ("Suspended pending review", "", ("unknown_text", "", "Suspended pending review")),
    ],
)
def test_each_state_of_a_rating(bring, words, inherited, expected):
    row = change(directory_row(0), Location_Latest_Overall_Rating=words, Inherited_Rating_YN=inherited)

    bring(change(row, Publication_Date=dt.date(2025, 1, 2)))

    rating = Rating.objects.get()
    assert (rating.state, rating.value, rating.stated) == expected
    assert rating.rated_date == (dt.date(2025, 1, 2) if rating.value else None)


def test_the_newest_rating_wins_whichever_file_it_stands_in(bring):
    row = change(directory_row(0), Location_Latest_Overall_Rating="Good", Publication_Date=dt.date(2025, 5, 1))
    bring(row)
    Rating.objects.update(value="inadequate", rated_date=dt.date(2026, 10, 20), framework="Single assessment framework")

    bring(change(row, Location_Name="New name"), as_at=dt.date(2026, 10, 15), at=LATER)
    older = Rating.objects.get()
    newest = change(row, Location_Latest_Overall_Rating="Outstanding", Publication_Date=dt.date(2026, 10, 30))
    bring(newest, as_at=NOVEMBER, at=LATER)

    assert (older.value, older.rated_date) == ("inadequate", dt.date(2026, 10, 20))
    rating = Rating.objects.get()
    assert (rating.value, rating.rated_date, rating.framework) == ("outstanding", dt.date(2026, 10, 30), "")


def test_a_rating_withdrawn_is_kept_as_the_earlier_one(bring):
    row = change(directory_row(0), Location_Latest_Overall_Rating="Good", Publication_Date=dt.date(2025, 5, 1))
    bring(row)

    bring(change(row, Location_Latest_Overall_Rating="", Publication_Date=None), as_at=NOVEMBER, at=LATER)

    rating = Rating.objects.get()
    assert (rating.state, rating.value, rating.rated_date) == (NO_CURRENT, "", None)
    assert (rating.earlier_value, rating.earlier_date) == ("good", dt.date(2025, 5, 1))


def test_the_ratings_file_brings_the_five_questions_by_name(bring, tmp_path):
    row = change(directory_row(0), Location_Latest_Overall_Rating="Good", Publication_Date=dt.date(2025, 5, 1))
    bring(row)
    lines = [
        ratings_row(row, "Well-led", "Requires Improvement"),
        ratings_row(row, "Overall", "Good"),
        ratings_row(row, "Safe", "Good"),
        ratings_row(row, "Safe", "Inadequate", **{"Service / Population Group": "Medical care"}),
        ratings_row(row, "Caring", "Not Yet Inspected"),
        ratings_row(directory_row(7), "Safe", "Good"),
    ]
    path = write_ratings(tmp_path / "01_October_2026_Latest_ratings.ods", lines)

    report = import_cqc(path=path, by=None, at=LATER).report

    found = dict(Rating.objects.values_list("question", "value"))
    assert found == {"overall": "good", "safe": "good", "well_led": "requires_improvement"}
    assert Rating.objects.get(question="safe").report_url == f"http://www.cqc.org.uk/location/{location_id(0)}"
    assert {one["reason"]: one["count"] for one in report["ignored"]} == {
        "a rating of one of several services at a location": 1,
        "ratings of a location that is not known here": 1,
    }


def test_the_newer_framework_wins_and_questions_are_found_by_name(bring_json):
    location = api_location(
        0,
        currentRatings=rated("Good", "2023-03-01", Well_led="Good", Safe="Good"),
        assessment=[
            assessed("2024-01-01", ("Residential homes", "Inadequate"), Safe="Inadequate"),
            assessed(
                "2026-02-03", ("Residential homes", "Requires Improvement"), Caring="Good", Safe="Requires Improvement"
            ),
        ],
    )

    bring_json(api_provider(0), location)

    found = {row.question: (row.value, row.rated_date) for row in Rating.objects.all()}
    day = dt.date(2026, 2, 3)
    assert found == {
        "overall": ("requires_improvement", day),
        "safe": ("requires_improvement", day),
        "caring": ("good", day),
    }
    assert set(Rating.objects.values_list("framework", flat=True)) == {"Single assessment framework"}


def test_an_older_assessment_does_not_hide_a_newer_inspection(bring_json):
    reports = [{"linkId": "link-1", "reportUri": "/location/1-1/inspection"}]
    current = rated("Good", "2026-03-01", Safe="Outstanding")

    bring_json(
        api_provider(0),
        api_location(0, currentRatings=current, assessment=[assessed("2024-01-01", ("A", "Good"))], reports=reports),
    )

    rating = overall(Service.objects.get())
    assert (rating.value, rating.rated_date, rating.framework) == ("good", dt.date(2026, 3, 1), "Key lines of enquiry")
    assert rating.report_url == "https://www.cqc.org.uk/location/1-1/inspection"


def test_only_historic_ratings_mean_no_current_rating(bring_json):
    historic = [
        {"reportDate": "2022-04-05", "overall": {"rating": "Good"}},
        {"reportDate": "2019-01-01", "overall": {"rating": "Inadequate"}},
    ]

    bring_json(api_provider(0), api_location(0, currentRatings={"reportDate": "2026-09-01"}, historicRatings=historic))

    rating = Rating.objects.get()
    assert (rating.state, rating.value) == (NO_CURRENT, "")
    assert (rating.earlier_value, rating.earlier_date) == ("good", dt.date(2022, 4, 5))


def test_services_of_one_location_rated_apart_are_told_in_the_cqcs_words(bring_json):
    assessment = [assessed("2026-02-03", ("Homecare agencies", "Good"), ("Supported living", "Inadequate"))]

    bring_json(api_provider(0), api_location(0, assessment=assessment))

    rating = Rating.objects.get()
    assert (rating.state, rating.value) == (Rating.State.UNKNOWN_TEXT, "")
    assert rating.stated == "Homecare agencies: Good; Supported living: Inadequate"


def test_questions_that_lost_their_rating_keep_it_as_the_earlier_one(bring_json):
    bring_json(api_provider(0), api_location(0, currentRatings=rated("Good", "2025-03-01", Safe="Good")))

    bring_json(api_location(0, currentRatings={"reportDate": "2026-09-01"}), at=LATER)

    found = {row.question: (row.state, row.earlier_value) for row in Rating.objects.all()}
    assert found == {"overall": (NO_CURRENT, "good"), "safe": (NO_CURRENT, "good")}
