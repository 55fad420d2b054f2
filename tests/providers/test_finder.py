"""The care finder: questions in plain words that end in the search with its filters set and explained."""

import re
from html import unescape
from pathlib import Path

import pytest
import yaml
from django.http import QueryDict
from django.urls import reverse

from providers.finder import HARD, MOVING, PAYING, QUESTIONS, STAY, WHO, Answers
from providers.search import FUNDING
from tests.factories.core import ClientGroupFactory, ServiceTypeFactory
from tests.tools.views import NONSENSE, assert_cached_for_everybody, query_count, text

TAXONOMY = yaml.safe_load((Path(__file__).parents[2] / "fixtures/reference/taxonomy.yaml").read_text())
TYPES = {row["slug"] for row in TAXONOMY["core.servicetype"]}
GROUPS = {row["slug"] for row in TAXONOMY["core.clientgroup"]}
OPTIONS = [option for question in QUESTIONS for option in question.options]
STEPS = [*(question.key for question in QUESTIONS), "summary"]


def step(name, query=""):
    return reverse("providers:finder_step", args=[name]) + query


def links(page):
    return [unescape(address) for address in re.findall(r'href="([^"]+)"', text(page))]


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.value)
def test_answer_leads_only_to_what_the_taxonomy_and_the_search_know(option):
    unknown = {*option.at_home, *option.moving} - TYPES | set(option.groups) - GROUPS

    assert unknown == set()
    assert not option.funding or option.funding in FUNDING


@pytest.mark.parametrize("who", WHO.options, ids=lambda option: option.value)
@pytest.mark.parametrize("stay", [option.value for option in STAY.options])
def test_each_hard_thing_sets_a_filter_whoever_it_is_for(who, stay):
    found = {
        option.value: Answers.read(QueryDict(f"who={who.value}&hard={option.value}&stay={stay}")).filters()
        for option in HARD.options_for(who.value)
    }

    assert found
    assert [value for value, filters in found.items() if not [name for name, _ in filters if name == "type"]] == []


def test_need_of_a_nurse_leaves_no_home_without_nurses():
    answers = Answers.read(QueryDict("who=older&hard=washing&hard=nurse&stay=move"))

    assert [slug for name, slug in answers.filters() if name == "type"] == ["nursing-home"]


def test_staying_at_home_leaves_no_home_one_moves_into():
    answers = Answers.read(QueryDict("who=older&hard=memory&hard=washing&stay=home"))

    assert set(answers.filters()) == {
        ("type", "home-care"), ("type", "reablement"), ("type", "dementia-support"), ("group", "dementia")
    }  # fmt: skip


def test_answer_that_is_not_asked_of_this_person_is_left_out():
    answers = Answers.read(QueryDict("who=child&hard=nurse&hard=feelings&stay=move&paying=gold"))

    assert answers.chosen == {"who": ("child",), "hard": ("feelings",)}
    assert [question.key for question in answers.questions()] == ["who", "hard", "where", "paying"]


@pytest.mark.django_db
class TestPages:
    def test_start_leads_through_every_question_to_the_search(self, client):
        ServiceTypeFactory(slug="nursing-home", name="Care home with nursing")
        ClientGroupFactory(slug="dementia", name="People with dementia")

        start = client.get(reverse("providers:finder"))
        asked = [re.search(r"<h1[^>]*>(.*?)</h1>", text(client.get(step(name))))[1] for name in STEPS]
        summary = client.get(step("summary", "?who=older&hard=nurse&hard=memory&stay=move&paying=council"))

        assert step("who") in links(start)
        assert [re.sub("<[^>]+>", "", title) for title in asked] == [
            *(question.title for question in QUESTIONS),
            "Your answers",
        ]
        search = next(address for address in links(summary) if address.startswith("/care/?"))
        found = QueryDict(search.partition("?")[2])
        assert (found.getlist("type"), found.getlist("group"), found.getlist("funding")) == (
            ["nursing-home"], ["dementia"], ["council"],
        )  # fmt: skip

    def test_summary_says_why_in_the_words_of_the_answer(self, client):
        ServiceTypeFactory(slug="nursing-home", name="Care home with nursing")

        page = text(client.get(step("summary", "?who=older&hard=nurse&stay=move")))

        assert "We chose <strong>Care home with nursing</strong> because you said that a nurse is needed." in page

    def test_kind_of_care_this_installation_does_not_have_is_not_searched_for(self, client):
        summary = client.get(step("summary", "?who=older&hard=nurse&stay=move"))

        assert "nursing-home" not in next(address for address in links(summary) if address.startswith("/care/?"))

    def test_every_answer_can_be_changed_and_leads_back_to_the_summary(self, client):
        query = "?who=older&hard=nurse&stay=move&near=CA28&paying=self"

        summary = client.get(step("summary", query))
        changes = [address for address in links(summary) if "then=summary" in address]
        actions = [
            re.search(r'<form action="([^"]+)" method="get"', text(client.get(address)))
            for address in changes
            if "/where/" not in address
        ]

        assert [address.split("/")[3] for address in changes] == [question.key for question in QUESTIONS]
        assert {action[1] for action in actions} == {step("summary")}

    def test_answers_given_are_kept_by_every_later_question_and_its_way_back(self, client):
        page = client.get(step("paying", "?who=older&hard=nurse&hard=memory&stay=move&near=CA28"))
        kept = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text(page))

        assert kept == [("who", "older"), ("hard", "memory"), ("hard", "nurse"), ("stay", "move"), ("near", "CA28")]
        assert step("where", "?who=older&hard=memory&hard=nurse&stay=move&near=CA28") in links(page)

    def test_answer_given_before_is_marked_and_can_be_skipped(self, client):
        page = client.get(step("stay", "?who=older&stay=move"))

        assert re.findall(r'value="(\w+)" checked', text(page)) == [MOVING]
        assert step("where", "?who=older") in links(page)

    def test_question_not_asked_of_a_child_leads_on(self, client):
        response = client.get(step("stay", "?who=child&hard=feelings"))

        assert (response.status_code, response["Location"]) == (302, step("where", "?who=child&hard=feelings"))

    @pytest.mark.parametrize("name", STEPS)
    def test_page_tells_whom_to_ring_in_a_crisis(self, client, name):
        page = text(client.get(step(name)))

        assert 'href="tel:999"' in page
        assert "adult social care" in page

    def test_question_nobody_asks_is_nowhere(self, client):
        assert client.get(step("weather")).status_code == 404
        assert client.post(step("who"), {"who": "older"}).status_code == 404

    @pytest.mark.parametrize("query", [*NONSENSE, "?who=%00&hard=%27&near=%00&then=%F0%9F%92%A9&paying=" + "x" * 5000])
    @pytest.mark.parametrize("name", STEPS)
    def test_nonsense_in_the_address_does_no_harm(self, client, name, query):
        assert client.get(step(name, query)).status_code in {200, 302}

    @pytest.mark.parametrize("words", ["", "\x00", "x" * 4000, "Nowhere at all", "BT1 1AA", "ZZ99 9ZZ", "DH1 3UJ"])
    def test_place_we_do_not_recognise_is_kept_and_explained(self, client, words):
        response = client.post(step("where", "?who=older"), {"near": words})
        typed = re.search(r'id="near"[^>]* value="([^"]*)"', text(response))[1]

        assert response.status_code == 200
        assert unescape(typed) == words.replace("\x00", "")[:120]
        assert text(response).count('<a href="#near">') == 1

    @pytest.mark.parametrize("name", ["who", "summary"])
    def test_page_without_a_place_may_be_kept_by_everybody(self, client, settings, name):
        settings.DEBUG = False

        assert_cached_for_everybody(client, step(name, "?who=older"))

    def test_summary_costs_the_same_for_one_reason_and_many(self, client):
        for slug in ("home-care", "nursing-home", "extra-care", "care-home", "meals"):
            ServiceTypeFactory(slug=slug)

        few = query_count(client, step("summary", "?who=older&hard=meals"))
        many = query_count(client, step("summary", "?who=older&hard=meals&hard=washing&hard=nurse&hard=alone"))

        assert few == many


def test_money_is_asked_for_in_the_words_of_the_search():
    assert {option.funding for option in PAYING.options} - {""} == set(FUNDING)
