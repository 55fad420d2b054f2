"""What two councils plan, followed on a small phone without script: list, calendar, feed, mail, and stopped again.

The documents, the pages, the mails and the worker are the real ones.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from icalendar import Calendar

from commissioning.models import Organisation
from config.fixtures import load_fixtures
from core import clock, jobs
from core.dates import london_date, months_after
from tenders.alerts import run
from tenders.models import Contract, Opportunity
from tests.browser.inspector import _sign_in, path_of
from tests.factories.commissioning import OfficerFactory
from tests.factories.tenders import ContractFactory
from tests.tools.mailbox import mails
from tests.tools.processes import wait_until
from tests.tools.work import finished

pytestmark = pytest.mark.django_db(transaction=True)

READER = "reader@example.org"
REASON = "The review takes longer."
ENTRY = "{http://www.w3.org/2005/Atom}entry/{http://www.w3.org/2005/Atom}"
# The buyer as the filter names it, a word to look for, the procurement it finds, when it was to be tendered by the
# document, and when it is now.
PLANS = [
    ("Durham County Council", "reablement", "durham-reablement", "Autumn 2024", "Autumn 2031"),
    ("Cheshire East Council", "extra care", "cheshire-east-extra-care-2023", "July 2023", "May 2031"),
]


@pytest.fixture(autouse=True)
def _no_look_of_its_own(monkeypatch):
    """The worker looks for news when the test says so, and not by the clock as well."""
    monkeypatch.setenv("ALERTS_MINUTES", "60")


@pytest.fixture
def phone(browse):
    return browse(width=320, javascript=False)


@pytest.fixture
def mailbox(tmp_path):
    folder = tmp_path / "mailbox"
    folder.mkdir()
    return folder


def fits(page):
    return page.locator("html").bounding_box()["width"] <= 320


def do(name):
    """Have the worker do a job, and wait until it is done."""
    with transaction.atomic():
        owed = jobs.enqueue(name)
    return finished(owed)


def letter(mailbox, number):
    """The reader's mail of this number, counted from one, once it is there."""
    found = wait_until(lambda: mails(mailbox).get(READER, [])[number - 1 : number], what=f"mail {number}")
    return found[0]


def link_in(text, kind):
    return re.search(rf"http://testserver(/alerts/{kind}/\S+)", text)[1]


def dates_of(page):
    """The entries of the calendar file that the open page of a procurement offers, by their UID."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Put these dates in your calendar").click()
    file = Calendar.from_ical(download.value.path().read_bytes())
    return {str(one["uid"]): one for one in file.walk("VEVENT")}


def find(page, buyer, word):
    """Look for a word, narrow the list to a buyer, and return the feed's ids beside the page's entries."""
    page.goto("/")
    page.get_by_role("link", name="Opportunities", exact=True).click()
    page.get_by_label("Words to look for").fill(word)
    page.get_by_role("button", name="Search").click()
    page.get_by_text("Narrow this list").click()
    page.get_by_label(re.compile(f"^{buyer}")).check()
    page.get_by_role("button", name="Show results").click()
    listed = [link.get_attribute("href") for link in page.locator(".ccp-card__title a").all()]
    feed = page.request.get(page.get_by_role("link", name="News feed").get_attribute("href")).text()
    links = ElementTree.fromstring(feed).findall(f"{ENTRY}link")
    return listed, [urlsplit(link.get("href")).path for link in links]


def follow(page):
    page.get_by_role("link", name="Follow this opportunity").click()
    page.get_by_label("As it happens, within minutes").check()
    if page.get_by_label("Your email address").count():
        page.get_by_label("Your email address").fill(READER)
    page.get_by_role("button", name="Follow").click()


def move_date(browse, reference, to):
    """Have an officer of the buyer move the day of the tender in the administration."""
    row = Opportunity.objects.get(reference=reference)
    officer = OfficerFactory(organisation=row.organisation)
    desk = browse(width=320, javascript=False).page
    _sign_in(desk, officer.user)
    desk.goto(reverse("admin:tenders_opportunity_change", args=[row.pk]))
    desk.get_by_role("link", name="Move a date").click()
    desk.get_by_label("Which date").select_option("tender_date")
    desk.get_by_label("New date").fill(to)
    desk.get_by_label("Why it moves").fill(REASON)
    desk.get_by_role("button", name="Move a date").click()
    assert "The date has moved" in desk.locator("body").inner_text()


def test_the_plans_of_two_councils_are_followed_from_the_list_to_a_mail(browse, phone, beat, start, mailbox):
    load_fixtures(folder=Path(settings.BASE_DIR) / "fixtures", at=clock.now())
    run.run(at=clock.now())
    start(EMAIL_URL=f"file://{mailbox}")
    page = phone.page
    before = {}

    for number, (buyer, word, reference, planned, _) in enumerate(PLANS):
        here = f"/opportunities/{reference}/"
        listed, fed = find(page, buyer, word)
        assert here in listed
        assert fed == listed
        assert fits(page)
        page.locator(f".ccp-card__title a[href='{here}']").click()
        assert planned in page.locator(".ccp-steps").inner_text()
        assert fits(page)
        before[reference] = dates_of(page)
        follow(page)
        assert fits(page)
        if number == 0:
            page.goto(link_in(letter(mailbox, 1).get_content(), "confirm"))
            page.get_by_role("button", name="Yes, write to me").click()
        # Whose address is known is not asked for it again, and gets no second mail about it.
        assert page.locator("h1").inner_text() == "What we write to you about"
        assert fits(page)

    for _, _, reference, _, to in PLANS:
        move_date(browse, reference, to)
    do("tenders.tell_subscribers")
    mail = letter(mailbox, 2)
    digest = mail.get_content()

    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].strip().startswith("<http")
    for _, _, reference, planned, to in PLANS:
        assert f"was {planned}, now {to}. The reason: {REASON}" in digest
        page.goto(path_of(re.search(rf"http://\S+/opportunities/{reference}/", digest)[0]))
        shown = page.locator("main").inner_text()
        assert f"Was {planned}, now {to}. {REASON}" in shown
        after = dates_of(page)
        uid = f"{reference}-opens@testserver"
        assert after.keys() == before[reference].keys()
        assert (before[reference][uid]["sequence"], after[uid]["sequence"]) == (0, 1)
        assert before[reference][uid]["dtstart"].dt != after[uid]["dtstart"].dt

    page.goto(link_in(digest, "stop"))
    page.get_by_role("button", name="Stop all").click()
    for _, _, reference, _, _ in PLANS:
        move_date(browse, reference, "Summer 2032")
    do("tenders.tell_subscribers")

    assert len(mails(mailbox)[READER]) == 2
    assert phone.foreign_requests == []
    assert phone.console_errors == []


def test_the_end_of_a_contract_makes_the_next_plan_which_its_officer_completes_and_everybody_sees(
    browse, phone, beat, start
):
    council = Organisation.objects.create(slug="brookshire", name="Brookshire Council", kind="council")
    contract = ContractFactory(
        organisation=council,
        title="Short breaks in Brookshire",
        reference="brookshire-short-breaks",
        ends=months_after(london_date(clock.now()), 8).isoformat(),
        lead_time_months=12,
    )
    officer = OfficerFactory(organisation=council)
    desk = browse(width=320, javascript=False).page
    _sign_in(desk, officer.user)
    start()

    do("tenders.propose_successors")
    do("tenders.propose_successors")
    desk.goto(reverse("admin:index"))
    desk.get_by_role("link", name="Draft opportunity").click()
    desk.get_by_role("link", name="Short breaks in Brookshire").click()
    desk.locator("#id_title").fill("Short breaks in Brookshire from 2027")
    desk.locator("#id_tender_date").fill("Spring 2027")
    desk.get_by_role("button", name="Save and continue editing").click()
    phone.page.goto(contract.get_absolute_url())
    before = phone.page.locator("main").inner_text()
    desk.get_by_role("link", name="Publish").click()
    desk.get_by_role("button", name="Publish").click()

    stranger = browse(width=320, javascript=False).page
    stranger.goto(reverse("tenders:contracts"))
    stranger.get_by_role("link", name="Short breaks in Brookshire").click()
    stranger.get_by_role("link", name="Short breaks in Brookshire from 2027").first.click()

    assert "from 2027" not in before
    assert stranger.locator("h1").inner_text() == "Short breaks in Brookshire from 2027"
    assert "Spring 2027" in stranger.locator(".ccp-steps").inner_text()
    assert Contract.objects.get().replaced_by.count() == 1
    assert fits(stranger)
    stranger.locator("main").get_by_role("link", name="Short breaks in Brookshire", exact=True).first.click()
    assert path_of(stranger.url) == contract.get_absolute_url()
