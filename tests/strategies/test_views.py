"""Public pages of strategies, their delivery plans and their editions."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from core import clock, files
from strategies.models import Edition, EditionFile
from tests.factories.commissioning import OfficerFactory, OrganisationFactory, SourceDocumentFactory
from tests.factories.core import UserFactory
from tests.factories.strategies import (
    ActionFactory,
    IntentionFactory,
    MessageFactory,
    MilestoneFactory,
    PrincipleFactory,
    PriorityFactory,
    RelatedDocumentFactory,
    StrategyFactory,
    ThemeFactory,
)
from tests.tools.views import NONSENSE, assert_cached_for_everybody, hidden, query_count, text

pytestmark = pytest.mark.django_db

PAGES = ["strategies:strategy", "strategies:delivery_plan", "strategies:editions"]


def make_edition(strategy, *, number=1, published_at=None):
    """Return a composed edition with its three files, small ones."""
    edition = Edition.objects.create(
        strategy=strategy,
        number=number,
        requested_at=clock.now(),
        composed_at=clock.now(),
        content={"headline": strategy.headline, "title": strategy.title, "kind": "", "period": "", "sections": []},
        content_checksum="0" * 64,
        published_at=published_at,
    )
    for kind in EditionFile.Kind.values:
        content = f"<p>Body of edition {number}</p>" if kind == "page" else "%PDF-1.7"
        stored = files.store(content.encode())
        EditionFile.objects.create(edition=edition, kind=kind, checksum=stored.checksum, size=stored.size, pages=1)
    return edition


def addresses_of(edition):
    return [
        reverse(f"strategies:{name}", args=[edition.strategy.slug, edition.number])
        for name in ("edition", "standard_pdf", "large_print_pdf")
    ]


def test_draft_and_embargoed_strategies_are_nowhere(client):
    organisation = OrganisationFactory()
    rows = hidden(lambda **more: StrategyFactory(headline="Secretive plan", organisation=organisation, **more))
    for row in rows:
        make_edition(row, published_at=clock.now())

    answers = [client.get(reverse(page, args=[row.slug])).status_code for row in rows for page in PAGES]
    answers += [client.get(address).status_code for row in rows for address in addresses_of(row.editions.get())]
    pages = [client.get(url) for url in (reverse("strategies:list"), organisation.get_absolute_url(), reverse("home"))]

    assert answers == [404] * 12
    assert "Secretive plan" not in "".join(map(text, pages))


def test_organisation_without_a_public_strategy_is_no_choice_of_the_filter(client):
    hidden(lambda **more: StrategyFactory(organisation__name="Secretive Council", **more))

    assert "Secretive Council" not in text(client.get(reverse("strategies:list")))


@pytest.mark.parametrize("lead", [None, dt.timedelta(hours=1)])
def test_unpublished_edition_is_there_for_its_own_officers_only(client, lead):
    strategy = StrategyFactory()
    edition = make_edition(strategy, published_at=lead and clock.now() + lead)
    own, other = OfficerFactory(organisation=strategy.organisation).user, OfficerFactory().user
    seen = {}

    for who, user in [("public", None), ("stranger", UserFactory()), ("other", other), ("own", own)]:
        client.cookies.clear()
        if user:
            client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
        seen[who] = [client.get(address).status_code for address in addresses_of(edition)]
    preview = client.get(addresses_of(edition)[0])

    assert seen == {"public": [404] * 3, "stranger": [404] * 3, "other": [404] * 3, "own": [200] * 3}
    assert "Not public yet" in text(preview)
    assert '<meta name="robots" content="noindex">' in text(preview)
    assert preview["Cache-Control"] == "private, no-store"


def test_unpublished_edition_is_not_told_of(client):
    strategy = StrategyFactory()
    make_edition(strategy, number=1, published_at=clock.now())
    later = make_edition(strategy, number=2)

    pages = [text(client.get(reverse(page, args=[strategy.slug]))) for page in PAGES]

    assert "edition 2" not in "".join(pages).lower()
    assert later.get_absolute_url() not in "".join(pages)
    assert client.get(reverse("strategies:latest_edition", args=[strategy.slug]))["Location"].endswith("/editions/1/")


def test_every_public_edition_is_listed_with_its_day_size_and_checksum(client):
    strategy = StrategyFactory()
    for number in (1, 2):
        make_edition(strategy, number=number, published_at=dt.datetime(2026, 3, number, 12, tzinfo=dt.UTC))

    page = text(client.get(reverse("strategies:editions", args=[strategy.slug])))
    checksum = files.store(b"%PDF-1.7").checksum

    assert "1 March 2026" in page
    assert "2 March 2026" in page
    assert checksum in page.replace("<wbr>", "")
    assert page.index("/editions/2/") < page.index("/editions/1/")


def test_earlier_edition_stays_and_leads_to_the_current_one(client):
    strategy = StrategyFactory()
    first = make_edition(strategy, number=1, published_at=clock.now())
    second = make_edition(strategy, number=2, published_at=clock.now())

    page = text(client.get(first.get_absolute_url()))

    assert "Body of edition 1" in page
    assert "This is an earlier edition." in page
    assert f'href="{second.get_absolute_url()}"' in page


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999", "-1", "1.5", "x"])
def test_edition_that_never_was_is_not_found(client, number):
    strategy = StrategyFactory()
    make_edition(strategy, published_at=clock.now())

    assert client.get(f"/strategies/{strategy.slug}/editions/{number}/").status_code == 404


def test_pdf_of_a_published_edition_is_sent_as_one(client):
    edition = make_edition(StrategyFactory(), published_at=clock.now())

    response = client.get(addresses_of(edition)[1])

    assert response["Content-Type"] == "application/pdf"
    assert b"".join(response) == b"%PDF-1.7"


def test_strategy_says_first_and_briefly_what_it_is_for(client):
    strategy = StrategyFactory()
    for number in range(12):
        MessageFactory(strategy=strategy, text=f"Message {number}.", order=number)
    MessageFactory(strategy=strategy, kind="vision", text="A good life for all.", order=99)

    context = client.get(strategy.get_absolute_url()).context

    assert [message.text for message in context["messages_first"]][:2] == ["A good life for all.", "Message 0."]
    assert len(context["messages_first"]) <= 8


def test_missing_edition_and_plan_are_said_to_be_missing(client):
    strategy = StrategyFactory()

    pages = [text(client.get(reverse(page, args=[strategy.slug]))) for page in PAGES]

    assert "No edition of the whole document is published yet." in pages[0]
    assert "No delivery plan is published yet" in pages[1]
    assert "No edition is published yet" in pages[2]
    assert "None" not in "".join(pages)


def test_sample_is_marked_in_the_list_and_on_its_page(client):
    strategy = StrategyFactory(is_sample=True)
    mark = '<span class="ccp-sample">Sample</span>'

    assert mark in text(client.get(reverse("strategies:list")))
    assert mark in text(client.get(strategy.get_absolute_url()))


def test_pages_name_their_source(client):
    source = SourceDocumentFactory(title="The Statement 2024")
    strategy = StrategyFactory(source=source)
    MilestoneFactory(action=ActionFactory(strategy=strategy, source=source))
    priority = PriorityFactory(strategy=strategy, source=source, source_section="Section 3.1")
    IntentionFactory(strategy=strategy, priority=priority)

    page = text(client.get(strategy.get_absolute_url()))

    assert "The Statement 2024, Section 3.1" in page
    assert "The Statement 2024" in text(client.get(reverse("strategies:delivery_plan", args=[strategy.slug])))


def _strategy_with(count):
    strategy = StrategyFactory()
    for number in range(count):
        strategy.partnerships.create(organisation=OrganisationFactory())
        priority = PriorityFactory(strategy=strategy, theme=ThemeFactory(strategy=strategy))
        IntentionFactory(strategy=strategy, priority=priority)
        IntentionFactory(strategy=strategy)
        MilestoneFactory(action=ActionFactory(strategy=strategy, priority=priority))
        MessageFactory(strategy=strategy)
        PrincipleFactory(strategy=strategy)
        RelatedDocumentFactory(strategy=strategy)
        make_edition(strategy, number=number + 1, published_at=clock.now())
    return strategy


@pytest.mark.parametrize("page", PAGES)
def test_page_costs_the_same_for_one_part_and_three(client, page):
    one, three = _strategy_with(1), _strategy_with(3)

    counts = [query_count(client, reverse(page, args=[row.slug])) for row in (one, three)]

    assert counts[0] == counts[1]


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_cached_for_everybody_for_a_minute(client, settings, page):
    settings.DEBUG = False
    strategy = StrategyFactory()

    assert_cached_for_everybody(client, reverse(page, args=[strategy.slug]))


def test_edition_and_list_are_cached_for_everybody_for_a_minute(client, settings):
    settings.DEBUG = False
    edition = make_edition(StrategyFactory(), published_at=clock.now())

    assert_cached_for_everybody(client, reverse("strategies:list"))
    client.cookies.clear()
    assert_cached_for_everybody(client, edition.get_absolute_url())


@pytest.mark.parametrize("rest", ["", "delivery-plan/", "editions/", "editions/1/", "editions/latest/"])
def test_former_slug_leads_on_for_good(client, rest):
    strategy = StrategyFactory(slug="old-name")
    strategy = type(strategy).objects.get(pk=strategy.pk)
    strategy.slug = "new-name"
    strategy.save()

    response = client.get(f"/strategies/old-name/{rest}")

    assert (response.status_code, response["Location"]) == (301, f"/strategies/new-name/{rest}")


@pytest.mark.parametrize("query", [*NONSENSE, "?kind=market_position_statement&kind=%00", "?organisation=nobody"])
def test_nonsense_parameters_do_no_harm(client, query):
    strategy = StrategyFactory()

    answers = [client.get(reverse(page, args=[strategy.slug]) + query).status_code for page in PAGES]
    answers.append(client.get(reverse("strategies:list") + query).status_code)

    assert answers == [200] * 4


def test_list_of_market_statements_shows_only_those(client):
    shown, other = StrategyFactory(kind="joint_mps"), StrategyFactory(kind="joint")

    page = client.get(reverse("strategies:list"), {"kind": "market_position_statement"}).context["page"]

    assert list(page) == [shown]
    assert other not in page


def test_tables_of_two_sections_are_told_apart_by_name():
    rows = [{"title": "", "rows": [[{"text": "Help at home"}]]}]
    block = {"shape": "table", "caption": "Planned procurements", "columns": ["Service"], "groups": rows, "blank": ""}
    sections = [{"slug": title.lower(), "title": title, "block": block, "children": []} for title in ("Homes", "Staff")]

    html = "".join(
        render_to_string("strategies/edition_section.html", {"section": one, "level": 2}) for one in sections
    )

    assert re.findall(r'role="group" aria-label="([^"]+)"', html) == [
        "Homes: Planned procurements", "Staff: Planned procurements",
    ]  # fmt: skip
