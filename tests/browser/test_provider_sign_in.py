"""A manager comes in by a mail, on a small phone without script: account, second step, a colleague, and still true."""

import datetime as dt
import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail as outbox

from core import clock, jobs
from core.models import Job, JobState, User
from providers.models import Representative
from providers.services import freshness, invitations
from tests.factories.commissioning import OfficerFactory
from tests.factories.providers import ProviderFactory, ServiceFactory

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "three words together"


@pytest.fixture
def officer():
    return OfficerFactory()


@pytest.fixture
def service(officer):
    long_ago = clock.now() - dt.timedelta(days=400)
    provider = ProviderFactory(organisation=officer.organisation, name="Brook Care", published_at=long_ago)
    return ServiceFactory(provider=provider, name="Brook House", published_at=long_ago)


def link_in_mail():
    """Send what is owed, and return the path of the newest mail's link."""
    for row in Job.objects.filter(state=JobState.QUEUED):
        jobs.run(row.pk)
    return re.search(r"http://testserver(/workspace/(?:invitations|confirm)/\S+)", outbox.outbox[-1].body)[1]


def press(page, name):
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def test_manager_comes_in_adds_a_second_step_and_signs_in_with_it(browse, service, officer):
    invitations.invite(provider=service.provider, email="ada@example.org", by=officer.user, at=clock.now())
    page = browse(width=320, javascript=False).page

    page.goto(link_in_mail())
    page.get_by_label("Your name").fill("Ada Keeper")
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_label("The password once more").fill(PASSWORD)
    press(page, "Accept and make my account")
    welcome = page.locator("h1").inner_text()
    page.get_by_role("button", name="Add a second step").click()
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Go on")
    secret = page.locator(".ccp-code").inner_text()
    app_link = page.get_by_role("link", name="open the app from here").get_attribute("href")
    page.locator("[name=code]").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    press(page, "Add the second step")
    codes = page.locator(".ccp-code").all_inner_texts()
    page.get_by_role("button", name="I have kept them: go on").click()
    page.wait_for_url("**/workspace/")
    page.goto("/account/logout/")
    press(page, "Sign out")
    page.goto("/account/login/")
    page.locator("[name=login]").fill("ada@example.org")
    page.locator("[name=password]").fill(PASSWORD)
    press(page, "Sign in")
    asked = page.url
    page.locator("main [name=code]").fill(codes[0])
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/workspace/")

    assert welcome == "Welcome"
    assert "/account/2fa/authenticate/" in asked
    assert app_link.startswith("otpauth://totp/")
    assert f"secret={secret}" in app_link
    assert len(codes) == 10
    assert page.locator("h1").inner_text() == "Brook Care"
    assert Representative.objects.get().user == User.objects.get(email="ada@example.org")


def test_manager_says_from_a_mail_that_nothing_has_changed(browse, service, officer):
    person = Representative.objects.create(user=officer.user, provider=service.provider)
    freshness.ask_representative(representative=person, at=clock.now())
    page = browse(width=320, javascript=False).page
    link = link_in_mail()

    page.goto(link)
    asks = page.locator("h1").inner_text()
    press(page, "Nothing has changed")
    thanks = page.locator("h1").inner_text()
    page.get_by_role("link", name="See the entry as families see it").click()

    service.refresh_from_db()
    assert asks == "Is this still true of Brook House?"
    assert thanks == "Thank you"
    assert page.locator("h1").inner_text() == "Brook House"
    assert service.confirmed_at is not None
