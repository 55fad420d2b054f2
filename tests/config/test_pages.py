"""The pages that belong to the site as a whole, and the files that machines ask for."""

import datetime as dt
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from django.urls import reverse

PAGES = {
    "home": "Find care, provide care, plan it together",
    "accessibility": "Accessibility statement",
    "privacy": "Privacy",
    "cookies": "Cookies",
    "about_data": "Where our data comes from",
    "account_login": "Sign in",
    "account_reset_password": "Ask for a new password",
    "account_reset_password_done": "Look in your post",
    "account_reset_password_from_key_done": "Your password is changed",
    "account_signup": "Accounts come by invitation",
    "account_inactive": "This account is closed",
}


class Page(HTMLParser):
    """What a test asks of a page's markup."""

    def __init__(self, response):
        super().__init__()
        self.language = self.title = ""
        self.headings, self.links, self.loaded, self.inline = [], [], [], []
        self._inside = ""
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self._inside = tag
        if tag == "html":
            self.language = values["lang"]
        if tag == "h1":
            self.headings.append("")
        if tag == "a":
            self.links.append(values.get("href", ""))
        if tag in {"img", "script", "source", "iframe"} or (tag == "link" and values.get("rel") != "canonical"):
            self.loaded.append(values.get("src") or values.get("href"))
        if tag == "style" or (tag == "script" and "src" not in values):
            self.inline.append(tag)
        self.inline += [name for name, _ in attributes if name == "style" or name.startswith("on")]

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "title":
            self.title += data
        if self._inside == "h1":
            self.headings[-1] += data


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_page_says_what_it_is_and_carries_nothing_inline(client, name):
    response = client.get(reverse(name))

    page = Page(response)
    assert response.status_code == 200
    assert page.title == f"{PAGES[name]} - Care Commissioning Portal"
    assert page.language == "en-GB"
    assert len(page.headings) == 1
    assert page.inline == []
    assert [address for address in page.loaded if not address.startswith("/static/")] == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_every_page_links_to_what_the_law_asks_for(client, name):
    page = Page(client.get(reverse(name)))

    assert {"/accessibility/", "/privacy/", "/cookies/", "/about/data/"} <= set(page.links)


@pytest.mark.parametrize(
    "name", ["accessibility", "privacy", "cookies", "about_data", "robots_txt", "security_txt", "favicon"]
)
def test_static_page_needs_no_database(client, name):
    # Without the django_db mark, any query fails the test.
    response = client.get(reverse(name))

    assert response.status_code == (302 if name == "favicon" else 200)


@pytest.mark.django_db
def test_home_asks_for_the_place_without_putting_it_into_an_address(client):
    response = client.get("/")

    forms = re.findall(r"<form [^>]*>", response.content.decode())
    assert forms == ['<form action="/care/" method="post">']


@pytest.mark.django_db
def test_home_says_what_is_missing_while_nobody_publishes(client):
    text = client.get("/").content.decode()

    assert "No organisation publishes here yet" in text
    assert "Nothing published yet" in text


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/care/some-home/", ["Find care"]),
        ("/contracts/", ["Opportunities"]),
        ("/strategies/adults/delivery-plan/", ["Strategies"]),
        ("/strategies/?kind=market_position_statement", ["Market statements"]),
        ("/cookies/", []),
    ],
)
def test_navigation_marks_the_section_of_an_address(rf, path, current):
    from config.context import portal

    items = portal(rf.get(path))["navigation"]

    assert [item.label for item in items if item.is_current] == current


def test_accessibility_statement_has_the_parts_of_the_model(client):
    text = client.get("/accessibility/").content.decode()

    headings = re.findall(r"<h[23][^>]*>([^<]+)</h[23]>", text)
    assert headings == [
        "How accessible this website is",
        "Feedback and contact information",
        "Enforcement procedure",
        "Technical information about this website’s accessibility",
        "Compliance status",
        "Non-accessible content",
        "Non-compliance with the accessibility regulations",
        "Disproportionate burden",
        "Content that is not within the scope of the accessibility regulations",
        "What we are doing to improve accessibility",
        "Preparation of this accessibility statement",
        "About this website",
    ]
    assert '<time datetime="2026-11-21">21 November 2026</time>' in text


def test_data_page_carries_the_attributions_word_for_word(client):
    text = client.get("/about/data/").content.decode()

    for attribution in (
        "Contains OS data © Crown copyright and database right 2025",
        "Contains Royal Mail data © Royal Mail copyright and database right 2025",
        "Source: Office for National Statistics licensed under the Open Government Licence v.3.0",
    ):
        assert f"<li>{attribution}</li>" in text


def test_robots_txt_names_the_sitemap_of_this_installation(client, settings):
    settings.PUBLIC_URL = "https://care.example.org"

    response = client.get("/robots.txt")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /account/",
        "Disallow: /admin/",
        "Disallow: /workspace/",
        "Sitemap: https://care.example.org/sitemap.xml",
    ]


def test_security_txt_ends_within_a_year(client, settings):
    settings.PUBLIC_URL = "https://care.example.org"
    settings.CONTACT_EMAIL = "care@example.org"

    response = client.get("/.well-known/security.txt")

    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert fields["Contact"] == "mailto:care@example.org"
    assert fields["Canonical"] == "https://care.example.org/.well-known/security.txt"
    expires_at = dt.datetime.fromisoformat(fields["Expires"])
    now = dt.datetime.now(dt.UTC)
    assert now + dt.timedelta(days=30) < expires_at < now + dt.timedelta(days=365)


@pytest.mark.django_db
def test_sitemap_lists_the_pages_under_the_public_address(client, settings):
    settings.PUBLIC_URL = "https://care.example.org"

    response = client.get("/sitemap.xml")

    found = [node.text for node in ElementTree.fromstring(response.content).iter() if node.tag.endswith("}loc")]
    pages = ["", "care/", "opportunities/", "strategies/", "organisations/", "accessibility/", "about/data/"]
    assert {f"https://care.example.org/{page}" for page in pages} <= set(found)
    assert all(address.startswith("https://care.example.org/") for address in found)
