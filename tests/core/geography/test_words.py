"""What people type into the box "Where", and what becomes of it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from core.geography import (
    Choice,
    Kind,
    Located,
    Reason,
    Unrecognised,
    format_postcode,
    locate,
    located_by_key,
    normalise_postcode,
    outcode_of,
)
from core.models import OutcodeCouncil, Place
from tests.factories.core import OutcodeFactory, PlaceFactory, PostcodeFactory, TownFactory

pytestmark = pytest.mark.django_db

COUNCIL = Place.Kind.COUNCIL


@pytest.mark.parametrize(
    "words",
    ["DH1 3UJ", "dh13uj", "  Dh1   3uJ ", "D H 1 3 U J", "DH1-3UJ", "DH1.3UJ.", "(DH1 3UJ)", "DH1\t3UJ", "DHI 3UJ"],
)
def test_full_postcode_in_any_spacing_and_case(dh1, durham, words):
    found = locate(words)

    assert isinstance(found, Located)
    assert (found.kind, found.label, found.outcode, found.council) == (Kind.POSTCODE, "DH1 3UJ", "DH1", durham)
    assert (found.latitude, found.longitude) == (54.7761, -1.5733)


@pytest.mark.parametrize("words", ["12 High Street, Durham DH1 3UJ", "Durham, DH13UJ", "near dh1 3uj please"])
def test_postcode_at_the_end_of_an_address_is_found(dh1, words):
    assert locate(words).label == "DH1 3UJ"


def test_two_postcodes_are_not_one(dh1):
    found = locate("DH1 3UJ or DH1 3UN")

    assert (type(found), found.reason) == (Unrecognised, Reason.NOT_A_PLACE)


@pytest.mark.parametrize(
    ("words", "key", "outcode"),
    [
        ("SW1A 1AA", "SW1A1AA", "SW1A"),
        ("w1a1aa", "W1A1AA", "W1A"),
        ("EC1A 1BB", "EC1A1BB", "EC1A"),
        ("dh11aa", "DH11AA", "DH1"),
        ("M1 1AE", "M11AE", "M1"),
        ("B33 8TH", "B338TH", "B33"),
        ("CR2 6XH", "CR26XH", "CR2"),
        ("DN55 1PT", "DN551PT", "DN55"),
        ("DH1", None, "DH1"),
        ("ca28", None, "CA28"),
        ("GIR 0AA", "GIR0AA", "GIR"),
        ("CA28 7", None, "CA28"),
        ("CA28 7L", None, "CA28"),
        ("DH1 OAA", "DH10AA", "DH1"),
        ("Durham", None, None),
        ("", None, None),
        ("DH1 1CC", None, None),
    ],
)
def test_every_shape_of_postcode_is_read(words, key, outcode):
    assert (normalise_postcode(words), outcode_of(words)) == (key, outcode)


def test_postcode_is_written_as_on_a_letter():
    assert [format_postcode(words) for words in ("ca287ll", "w1a 1aa", "Durham")] == ["CA28 7LL", "W1A 1AA", "Durham"]


def test_full_postcode_stands_in_no_address_and_no_title(dh1):
    found = locate("DH1 3UJ")

    assert found.key is None
    assert found.public_label == "DH1, Durham"


def test_outcode_says_how_it_was_read_and_how_exact_that_is(dh1, durham):
    found = locate("dh1")

    assert found.reading == "Care near DH1, Durham: centre of the postcode district, accurate to about 2 miles."
    assert (found.kind, found.key, found.council) == (Kind.OUTCODE, "DH1", durham)
    assert [council.name for council in found.other_councils] == ["Sunderland"]


def test_small_outcode_is_accurate_to_about_a_mile():
    OutcodeFactory(outcode="M1", radius95=700)
    council = PlaceFactory(kind=COUNCIL, gss_code="E08000003")
    OutcodeCouncil.objects.create(outcode_id="M1", council=council, postcodes=900)

    assert locate("M1").exactness.endswith("about 1 mile")


def test_new_postcode_is_not_called_wrong(dh1):
    found = locate("DH1 9ZZ")

    assert found.reason == Reason.UNKNOWN_POSTCODE
    assert found.message == (
        "We do not recognise DH1 9ZZ. New postcodes take a while to reach us: try the first half, DH1."
    )
    assert [option.key for option in found.suggestions] == ["DH1"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("DH9 9ZZ", Reason.UNKNOWN_POSTCODE),
        ("GIR 0AA", Reason.UNKNOWN_POSTCODE),
        ("DH9", Reason.UNKNOWN_OUTCODE),
        ("CA28 7LLL", Reason.MALFORMED),
        ("DH13U", Reason.MALFORMED),
        ("A1 Care", Reason.NOT_A_PLACE),
        ("Sunrise Care Home", Reason.NOT_A_PLACE),
        ("1st Choice", Reason.NOT_A_PLACE),
        ("", Reason.EMPTY),
        ("  .,- ", Reason.EMPTY),
        ("\0", Reason.EMPTY),
    ],
)
def test_what_is_not_recognised_says_why_and_keeps_the_words(dh1, words, reason):
    found = locate(words)

    assert isinstance(found, Unrecognised)
    assert (found.reason, found.words) == (reason, words)
    assert found.may_be_a_name == (reason == Reason.NOT_A_PLACE)
    assert "invalid" not in found.message


@pytest.mark.parametrize(
    ("words", "reason", "who"),
    [
        ("BT1 1AA", Reason.NORTHERN_IRELAND, "Regulation and Quality Improvement Authority"),
        ("bt71", Reason.NORTHERN_IRELAND, "Northern Ireland"),
        ("EH1 1YZ", Reason.SCOTLAND, "Care Inspectorate"),
        ("G1", Reason.SCOTLAND, "Scotland"),
        ("CF10 1EP", Reason.WALES, "Care Inspectorate Wales"),
        ("IM1 1AA", Reason.CROWN_DEPENDENCY, "Isle of Man"),
        ("JE2 3AB", Reason.CROWN_DEPENDENCY, "Jersey"),
        ("GY1", Reason.CROWN_DEPENDENCY, "Guernsey"),
        ("Edinburgh", Reason.SCOTLAND, "That is in Scotland"),
        ("St. David's", Reason.WALES, "Care Inspectorate Wales"),
        ("northern ireland", Reason.NORTHERN_IRELAND, "Regulation and Quality Improvement Authority"),
    ],
)
def test_other_nations_are_told_who_to_ask(words, reason, who):
    found = locate(words)

    assert found.reason == reason
    assert who in found.message


def test_town_of_england_is_not_sent_away_for_its_name(durham):
    TownFactory(name="Perth", council=durham)

    assert locate("Perth").label == "Perth, County Durham"


def test_border_is_told_by_each_postcode(durham):
    """TD15 lies on both sides: the area's letters say nothing."""
    outcode = OutcodeFactory(outcode="TD15", council=durham, postcodes=100)
    OutcodeCouncil.objects.create(outcode=outcode, council=durham, postcodes=90)
    PostcodeFactory(postcode="TD151AA", council=durham)
    PostcodeFactory(postcode="TD151TT", country="S", council=None)

    assert locate("TD15 1AA").council == durham
    assert locate("TD15 1TT").reason == Reason.SCOTLAND
    assert locate("TD15").key == "TD15"


def test_outcode_hardly_in_england_belongs_to_its_own_nation(durham):
    outcode = OutcodeFactory(outcode="CH5", council=durham, postcodes=100, country="W")
    OutcodeCouncil.objects.create(outcode=outcode, council=durham, postcodes=5)

    assert locate("CH5").reason == Reason.WALES
    assert locate("CH5 9ZZ").reason == Reason.WALES
    assert located_by_key("CH5") is None


def test_town_of_our_tree_is_that_place(dh1, durham):
    found = locate("durham")

    assert (found.kind, found.key, found.place.slug) == (Kind.PLACE, "durham-city", "durham-city")
    assert found.reading == "Care near Durham (city), County Durham: measured from its centre."


def test_name_that_repeats_is_a_choice_told_apart_by_council(durham):
    wight = PlaceFactory(slug="isle-of-wight", name="Isle of Wight", kind=COUNCIL)
    essex = PlaceFactory(slug="essex", name="Essex", kind=COUNCIL)
    TownFactory(slug="newport-essex", name="Newport", council=essex, population=2000, outcode="CB11")
    TownFactory(slug="newport-isle-of-wight", name="Newport", council=wight, population=25000, outcode="PO30")

    found = locate(" newport ")

    assert isinstance(found, Choice)
    assert [(option.label, option.key) for option in found.options] == [
        ("Newport, Isle of Wight", "newport-isle-of-wight"),
        ("Newport, Essex", "newport-essex"),
    ]
    assert "Newport" in found.question.title()


@pytest.mark.parametrize(
    "words", ["Newport, Essex", "newport essex", "Newport CB11", "Newport, CB11", "NEWPORT (Essex)"]
)
def test_choice_is_made_by_saying_which(words):
    essex, wight = PlaceFactory(name="Essex", kind=COUNCIL), PlaceFactory(name="Isle of Wight", kind=COUNCIL)
    TownFactory(slug="newport-essex", name="Newport", council=essex, outcode="CB11")
    TownFactory(slug="newport-isle-of-wight", name="Newport", council=wight, outcode="PO30")

    found = locate(words)

    if words == "NEWPORT (Essex)":
        assert isinstance(found, Choice)
    else:
        assert found.key == "newport-essex"


def test_wrong_county_still_offers_the_towns():
    TownFactory(slug="newport-essex", name="Newport", council=PlaceFactory(name="Essex", kind=COUNCIL))

    assert locate("Newport, Nowhereshire").key == "newport-essex"


def test_two_of_a_name_in_one_council_are_told_apart_by_outcode(durham):
    TownFactory(slug="sutton-1", name="Sutton", council=durham, outcode="DH1")
    TownFactory(slug="sutton-2", name="Sutton", council=durham, outcode="DL5")

    assert {option.label for option in locate("Sutton").options} == {
        "Sutton, County Durham (DH1)",
        "Sutton, County Durham (DL5)",
    }


def test_city_is_meant_and_not_the_middle_of_the_area_of_its_council():
    york = PlaceFactory(slug="york", name="York", kind=COUNCIL, latitude=53.9, longitude=-1.1)
    TownFactory(slug="york-town", name="York", council=york, population=140_000)

    assert locate("York").key == "york-town"


def test_village_with_the_name_of_its_council_is_a_choice():
    halton = PlaceFactory(slug="halton", name="Halton", kind=COUNCIL, latitude=53.3, longitude=-2.7)
    TownFactory(slug="halton-town", name="Halton", council=halton, population=900, outcode="WA7")

    assert [option.label for option in locate("Halton").options] == ["Halton (council area)", "Halton (WA7)"]


def test_council_area_is_measured_from_its_middle(durham):
    found = locate("county durham")

    assert (found.council, found.key) == (durham, "county-durham")
    assert found.reading == "Care near County Durham: measured from the middle of the council's area."


@pytest.mark.parametrize("words", ["St Helens", "st. helens", "Saint Helens", "ST HELENS"])
def test_saints_are_found_however_written(words):
    TownFactory(slug="st-helens-town", name="St Helens")

    assert locate(words).key == "st-helens-town"


@pytest.mark.parametrize("words", ["Whitehavn", "Whithaven", "Whitehavens"])
def test_misspelt_town_is_asked_back(words):
    TownFactory(slug="whitehaven-cumberland", name="Whitehaven")

    found = locate(words)

    assert (found.reason, found.may_be_a_name) == (Reason.NOT_A_PLACE, True)
    assert found.message.endswith("Did you mean Whitehaven?")
    assert [option.key for option in found.suggestions] == ["whitehaven-cumberland"]


def test_part_of_a_name_suggests_the_largest_town_of_it():
    TownFactory(name="Barrow upon Soar", population=6000)
    TownFactory(name="Barrow in Furness", population=50000)

    assert [option.label for option in locate("barrow").suggestions] == ["Barrow in Furness", "Barrow upon Soar"]


@pytest.mark.parametrize("words", ["Durham", "DH1", "DH1 3UJ", "CF1", "", "Nowhere, Nohow", "Newport Isle of Wight"])
def test_two_queries_are_enough_and_a_third_asks_back(dh1, words):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = locate(words)

    assert len(queries) <= (3 if isinstance(found, Unrecognised) else 2)


@pytest.mark.parametrize("key", ["", "nowhere", "DH99", "DH1 3UJ", "DH13UJ", "a" * 500, "\x01", "%", "NULL", "é"])
def test_key_that_names_nothing_leads_nowhere(dh1, key):
    assert located_by_key(key) is None


@pytest.mark.parametrize("words", ["dh1", "durham", "county durham"])
def test_key_leads_back_to_the_same_point(dh1, words):
    found = locate(words)

    again = located_by_key(found.key)

    assert (again.latitude, again.longitude, again.council) == (found.latitude, found.longitude, found.council)


@given(words=st.text(max_size=300))
@tried(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_get_an_answer(dh1, words):
    found = locate(words)

    assert isinstance(found, Located | Choice | Unrecognised)
    assert located_by_key(words.replace("\0", "")) is None or found


@given(
    spaces=st.lists(st.sampled_from(["", " ", "  ", "-", ".", "\t", "\u00a0"]), min_size=7, max_size=7),
    upper=st.lists(st.booleans(), min_size=6, max_size=6),
)
@tried(max_examples=200, deadline=None)
def test_spacing_case_and_punctuation_never_matter(spaces, upper):
    letters = [char.upper() if big else char.lower() for char, big in zip("DH13UJ", upper, strict=True)]
    words = "".join(space + char for space, char in zip(spaces, [*letters, ""], strict=True))

    assert normalise_postcode(words) == "DH13UJ"


@given(st.from_regex(r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][ABD-HJLNP-UW-Z]{2}", fullmatch=True))
@tried(max_examples=300, deadline=None)
def test_every_full_postcode_has_its_outcode(words):
    code = re.sub(" ", "", words)

    assert (normalise_postcode(words), outcode_of(words)) == (code, code[:-3])
