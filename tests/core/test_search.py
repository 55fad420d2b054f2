"""What every search shares: folded words, corrections, masks and how they are counted."""

import json
import random
import re
import string

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core.search import Facet, Vocabulary, place, read
from core.search.masks import bits_of, masks, read_groups, read_sums, sums
from core.search.words import STOP_WORDS, Alike, fold

pytestmark = pytest.mark.django_db


def ask(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]


# --- Words ---


@pytest.mark.parametrize(
    "typed, found",
    [
        ("", ()),
        ("Dementia CARE, care", ("dementia", "care")),
        ("St Mary’s & St Mary's", ("st", "marys")),
        ("Café Łódź", ("cafe", "łodz")),
        ("the of and", ()),
        ("!!! \x00 🙂 --", ()),
        ("step-free/lift", ("step", "free", "lift")),
        ("x" * 500, ("x" * 60,)),
        (" ".join(f"word{n}" for n in range(50)), tuple(f"word{n}" for n in range(10))),
    ],
)
def test_words_are_read_out_of_whatever_is_typed(typed, found):
    assert read(typed) == found


@given(st.text(alphabet=string.printable + "éüñçŁøÅßДя’‘–—№½", max_size=60))
def test_python_and_postgresql_fold_words_alike(text):
    text = text.replace("\x00", "")

    assert re.findall(r"[^\W_]+", fold(text)) == ask("SELECT core_search_fold(%s)", text).split()


def test_stop_words_are_those_that_postgresqls_dictionary_leaves_out():
    kept = ask(
        "SELECT array_agg(word) FROM unnest(%s::text[]) AS word WHERE to_tsvector('english', word) <> ''",
        sorted(STOP_WORDS),
    )

    assert kept is None


@pytest.mark.parametrize(
    "typed, found",
    [
        ("gardne", ("garden",)),
        ("hoem", ("home",)),
        ("dementiaa", ("dementia",)),
        ("demntia", ("dementia",)),
        ("larkfield", ("lark",)),
    ],
)
def test_word_is_corrected_by_one_slip_of_the_finger_else_by_likeness(typed, found):
    vocabulary = Vocabulary({"garden": 5, "home": 9, "dementia": 3, "lark": 1})
    alike = [Alike("lark", is_same=False)] if typed == "larkfield" else []

    assert vocabulary.corrections(typed, alike) == found


def test_more_common_words_come_first_and_three_are_enough():
    vocabulary = Vocabulary({"cars": 1, "care": 9, "cart": 5, "card": 7})

    assert vocabulary.corrections("carx", []) == ("care", "card", "cart")


def test_word_with_another_ending_is_not_corrected():
    assert Vocabulary({"gardens": 1}).corrections("garden", [Alike("gardens", is_same=True)]) == ()


def test_word_that_may_not_be_shown_yet_is_not_corrected_to():
    assert Vocabulary({"secret": 1}, hidden=frozenset({"secret"})).corrections("secrte", []) == ()


# --- Masks ---


@given(st.sets(st.integers(0, 125)))
def test_python_and_postgresql_set_the_same_places(bits):
    theirs = [ask("SELECT core_search_mask(%s::smallint[], %s)", sorted(bits), column) for column in (0, 1)]

    assert masks(bits, 2) == theirs
    assert {bit + 63 * number for number, mask in enumerate(theirs) for bit in bits_of(mask)} == bits


def test_every_bit_of_a_mask_has_its_own_place_and_none_is_the_sign():
    places = {place(bit) for bit in range(63)}

    assert len(places) == 63
    assert max(places) < 1 << 63
    assert place(63) == place(0)


def test_sums_count_three_bits_each():
    rng = random.Random(1)
    rows = [masks((bit for bit in range(30) if rng.random() < 0.3), 1)[0] for _ in range(500)]
    expressions = ", ".join(sums(30))

    found = read_sums(ask(f"SELECT ARRAY[{expressions}]::bigint[] FROM unnest(%s::bigint[]) AS flags", rows))

    assert found[:30] == [sum(1 for row in rows if row & place(bit)) for bit in range(30)]


def test_groups_of_rows_are_taken_apart_by_filter_and_bit():
    facets = [Facet("types", ("a", "b")), Facet("groups", ("c",))]
    text = f"1 5 {place(0)} 0,1 2 {place(0) | place(3)} {place(1)},2 7 {place(2)},2 1 0"

    assert read_groups(text, facets) == [{0: 7, 3: 2, 64: 2}, {2: 7}]
    assert read_groups(None, facets) == [{}, {}]


# --- Values ---


def offer(*values, is_all=True, room=126):
    rows = [{"value": value, "label": value.title(), "parent": "", "order": 0} for value in values]
    ask("SELECT core_search_offer('tests', 'kinds', %s::jsonb, %s, %s)", json.dumps(rows), room, is_all)
    with connection.cursor() as cursor:
        cursor.execute("SELECT value, bit, is_offered FROM core_searchvalue WHERE index = 'tests' ORDER BY bit")
        return cursor.fetchall()


def test_a_bit_is_given_once_and_kept_by_what_is_no_longer_offered():
    offer("a", "b")
    offer("b", "c")

    assert offer("a", "c") == [("a", 0, True), ("b", 1, False), ("c", 2, True)]


def test_values_beyond_the_room_of_the_rows_have_no_bit():
    assert offer("a", "b", "c", room=2) == [("a", 0, True), ("b", 1, True)]


def test_version_is_new_only_when_something_changed():
    def version():
        return ask("SELECT max(version) FROM core_searchversion WHERE index = 'tests'")

    versions = []
    for values in (("a",), ("a",), ("a", "b")):
        offer(*values)
        versions.append(version())

    assert versions[0] == versions[1] < versions[2]
