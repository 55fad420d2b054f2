"""A manager on a phone without script changes an entry, the officer agrees, and families see it: not before."""

import pytest
from django.urls import reverse

from tests.browser.inspector import _sign_in
from tests.providers.profiles import make_home

pytestmark = pytest.mark.django_db(transaction=True)


def test_edit_submit_approve_live(browse):
    home = make_home()
    # A browser keeps a public page for a minute, so another family looks afterwards.
    manager, officer, family, later = (browse(width=320, javascript=False) for _ in range(4))
    _sign_in(manager.page, home.person)
    _sign_in(officer.page, home.officer)
    public = home.service.get_absolute_url()

    page = manager.page
    page.goto(reverse("providers:workspace"))
    page.get_by_role("link", name="Home ours", exact=True).click()
    page.get_by_role("link", name="About the service").click()
    page.get_by_label("In two or three sentences").fill("A home by the sea, with its own garden.")
    page.get_by_role("button", name="Save as draft").click()
    page.get_by_role("link", name="See it as families would").click()
    previewed = page.locator("main").inner_text()
    page.get_by_role("link", name="Go back to the draft").click()
    page.get_by_role("link", name="Look over and send").click()
    page.get_by_role("button", name="Send it").click()
    waiting = page.locator("main").inner_text()
    family.page.goto(public)
    before = family.page.locator("main").inner_text()

    desk = officer.page
    desk.goto(reverse("admin:index"))
    desk.get_by_role("link", name="Change to Home ours").click()
    shown = desk.locator(".ccp-difference").inner_text()
    desk.get_by_role("link", name="Approve").click()
    desk.get_by_role("button", name="Approve").click()
    later.page.goto(public)
    after = later.page.locator("main").inner_text()

    assert "A home by the sea" in previewed
    assert "Your change is sent. Until it is agreed, families see the old text." in waiting
    assert "Old words of ours." in before
    assert "A home by the sea" not in before
    assert "Old words of ours." in shown
    assert "A home by the sea, with its own garden." in shown
    assert "A home by the sea, with its own garden." in after
    assert [window.console_errors for window in (manager, officer, family)] == [[], [], []]


def test_vacancy_in_one_tap_is_live(browse):
    home = make_home()
    home.service.vacancies.create(
        unit="room", available=1, maximum=4, told_at="2026-11-18T12:00Z", expires_at="2026-11-19T12:00Z"
    )
    manager, family = (browse(width=320, javascript=False) for _ in range(2))
    _sign_in(manager.page, home.person)

    manager.page.goto(reverse("providers:workspace"))
    manager.page.get_by_role("button", name="One room more at Home ours").click()
    family.page.goto(home.service.get_absolute_url())

    assert "2 free (room)" in manager.page.locator("main").inner_text()
    assert home.service.vacancies.get().available == 2
    assert "room" in family.page.locator("main").inner_text()
