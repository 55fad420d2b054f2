"""How dates, ages, amounts and ratings are written."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.context import make_context

from core import dates
from core.templatetags import portal

NOON = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


def test_day_is_written_as_people_write_it():
    assert portal.gov_date(dt.date(2026, 3, 3)) == "3 March 2026"


def test_moment_shows_the_day_it_is_in_london():
    assert portal.gov_date(dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)) == "1 July 2026"


def test_estimated_date_keeps_the_words_of_its_author():
    assert portal.gov_date(dates.parse("Spring 2027")) == "Spring 2027"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (dt.datetime(2026, 6, 3, 16, 30, tzinfo=dt.UTC), "5:30pm BST on 3 June 2026"),
        (dt.datetime(2026, 12, 3, 9, 0, tzinfo=dt.UTC), "9am GMT on 3 December 2026"),
        (dt.datetime(2026, 12, 3, 12, 0, tzinfo=dt.UTC), "midday GMT on 3 December 2026"),
        (dt.datetime(2026, 12, 3, 0, 0, tzinfo=dt.UTC), "midnight GMT on 3 December 2026"),
        (dt.datetime(2026, 12, 3, 12, 5, tzinfo=dt.UTC), "12:05pm GMT on 3 December 2026"),
        (None, ""),
    ],
)
def test_deadline_names_its_zone(moment, words):
    assert portal.gov_datetime(moment) == words


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (2, "Wednesday 3 June 2026, 10am to midday BST"),
        (24, "10am BST on 3 June 2026 until 10am BST on 4 June 2026"),
    ],
)
def test_a_period_names_its_day_once(hours, words):
    starts_at = dt.datetime(2026, 6, 3, 9, tzinfo=dt.UTC)

    assert portal.gov_period(starts_at, starts_at + dt.timedelta(hours=hours)) == words


def test_a_period_over_the_change_of_the_clocks_names_both_zones():
    starts_at = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)

    words = portal.gov_period(starts_at, starts_at + dt.timedelta(hours=2))

    assert words == "1:30am BST on 25 October 2026 until 2:30am GMT on 25 October 2026"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "yesterday"),
        (4, "4 days ago"),
        (13, "13 days ago"),
        (14, "2 weeks ago"),
        (60, "8 weeks ago"),
        (61, "2 months ago"),
        (550, "18 months ago"),
        (800, "2 years ago"),
        (-3, "on 24 November 2026"),
    ],
)
def test_age_is_told_in_words(days, words):
    assert portal.age_in_words(NOON.date() - dt.timedelta(days=days), NOON) == words


def test_age_counts_days_of_london():
    late_evening = dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)

    assert portal.age_in_words(late_evening, dt.datetime(2026, 7, 1, 22, 0, tzinfo=dt.UTC)) == "today"


@pytest.mark.parametrize(
    ("amount", "words"),
    [(1180, "£1,180"), ("21.5", "£21.50"), (0, "£0"), (-3, "−£3"), (None, ""), ("", "")],
)
def test_amount_has_pence_only_where_there_are_any(amount, words):
    assert portal.money(amount) == words


@pytest.mark.parametrize(
    ("word", "steps"),
    [
        ("Outstanding", [True] * 4),
        ("requires improvement", [True, True, False, False]),
        ("Not yet inspected", []),
    ],
)
def test_rating_fills_its_steps_and_a_state_has_none(word, steps):
    assert portal.filled_steps(word) == steps


@pytest.mark.parametrize(("name", "letter"), [("Durham County Council", "D"), ("“halton”", "H"), ("", "")])
def test_door_shows_the_first_letter(name, letter):
    assert portal.initial(name) == letter


def _include(component, request=None, **context):
    template = Template(f'{{% include "components/{component}.html" %}}')
    return template.render(make_context(context, request) if request else Context(context))


def test_pagination_keeps_the_rest_of_the_query(rf):
    request = rf.get("/opportunities/", {"stage": ["open", "planned"], "page": "3"})

    html = _include("pagination", request, page=Paginator(range(100), 10).page(3))

    assert 'href="?stage=open&amp;stage=planned&amp;page=4" rel="next"' in html
    assert 'href="?stage=open&amp;stage=planned&amp;page=2" rel="prev"' in html
    assert 'href="?stage=open&amp;stage=planned" aria-label="Page 1"' in html
    assert html.count('aria-current="page"') == 1


def test_pagination_of_one_page_shows_nothing(rf):
    html = _include("pagination", rf.get("/"), page=Paginator([1], 10).page(1))

    assert html.strip() == ""


@pytest.mark.parametrize("value", [None, ""])
def test_fact_nobody_told_is_shown_as_unknown(value):
    html = _include("fact", label="Value", value=value, unknown="The council has not published a value")

    assert '<span class="ccp-unknown">The council has not published a value</span>' in html


def test_fact_of_nought_is_a_fact():
    html = _include("fact", label="Rooms free", value=0)

    assert '<dd class="govuk-summary-list__value">0</dd>' in html


def test_words_of_strangers_are_escaped_in_components():
    html = _include("card", title="<script>alert(1)</script>", url="/x/", where="<b>bold</b>")

    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&lt;b&gt;bold&lt;/b&gt;" in html


def test_wrapped_component_shows_its_content_and_nothing_of_the_page():
    template = Template(
        '{% load portal %}{% wrap "components/panel.html" kind="sage" %}<p>{{ words }}</p>{% endwrap %}'
    )

    html = template.render(Context({"words": "a < b", "content": "the page's own", "kind": "tint"}))

    assert html.strip() == '<div class="ccp-panel ccp-panel--sage"><p>a &lt; b</p></div>'


def test_filter_group_shows_counts_and_what_is_chosen():
    class Filter(forms.Form):
        stage = forms.MultipleChoiceField(
            choices=[("planned", "Planned"), ("open", "Open now")], widget=forms.CheckboxSelectMultiple
        )

    html = _include("filter_group", field=Filter({"stage": ["open"]})["stage"], counts={"open": 3})

    assert 'value="planned"><label' in html
    assert 'value="open" checked><label' in html
    assert 'Planned <span class="ccp-filter__count">(0)</span>' in html
    assert 'Open now <span class="ccp-filter__count">(3)</span>' in html


def test_timeline_marks_where_it_stands():
    items = [
        SimpleNamespace(name="In the plan", when="February 2024", note="", state="done"),
        SimpleNamespace(name="Tender", when="", note="", state="now"),
    ]

    html = _include("steps", items=items)

    assert html.count("<li") == 2
    assert '<li class="ccp-step ccp-step--now" aria-current="step">' in html
    assert '<p class="ccp-step__when">Not yet known</p>' in html
