"""One page seen as a visitor with a desk, one with a small phone, and the checkers see it."""

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import axe_playwright_python
from django.conf import settings
from django.test import Client

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
# Of these rules the answer can be another where the boxes stand elsewhere. All the others read only the document and
# what of it is shown.
RULES_ABOUT_BOXES = {
    "type": "rule",
    "values": ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"],
}
SHOWN = "Array.from(document.querySelectorAll('*'), (one) => +one.checkVisibility({visibilityProperty: true})).join('')"
TITLE = re.compile(r"(Error: )?\S.+ - Care Commissioning Portal")
TITLE_TAG = re.compile(r"<title>(.*?)</title>", re.DOTALL)
WIDE, PHONE = 1280, 320
# What is another each time a form is shown.
FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
# What Chromium itself writes when the page asked for has an error status.
STATUS_NOTE = "Failed to load resource: the server responded with a status of"


class Inspector:
    """Collects the faults of pages. `problems` is empty for a page as it should be.

    Many addresses answer with the same words: that there is nothing here, or that one must sign in. Such a page is
    loaded every time and looked at once.
    """

    def __init__(self, windows, html_checker):
        self._windows = windows
        self._html_checker = html_checker
        self._looked_at = {}
        self._templates = set()

    def problems(self, visit):
        """Open the example's page and return a line for each fault."""
        window = self._window(visit.user)
        page = window.page
        page.set_viewport_size({"width": WIDE, "height": 900})
        response = page.goto(visit.path)
        html = response.text()
        if visit.is_sent:
            html = self._send(page, visit)
        elif response.status != visit.status:
            return [f"status {response.status}, not {visit.status}"]
        found = _missing(visit, html)
        looks = FORM_TOKEN.sub("", html + page.content())
        if looks not in self._looked_at:
            self._looked_at[looks] = self._look(page, html, visit)
        found += self._looked_at[looks]
        found += [f"console: {text}" for text in window.console_errors if not self._is_expected(text, visit)]
        found += [f"asked another host: {url}" for url in window.foreign_requests]
        return [f"{visit.path}: {one}" for one in found]

    def problems_of_its_template(self, visit, client, *, always):
        """Open the example's page in the browser, always or if it is the first by its template; else only read it."""
        answer = answer_to(visit, client)
        template = (answer.templates[0].name, answer.status_code >= 400) if answer.templates else None
        if always or template is None or template not in self._templates:
            self._templates.add(template)
            return self.problems(visit)
        html = answer.content.decode()
        found = wrong_status(visit, answer) + _missing(visit, html)
        title = unescape(TITLE_TAG.search(html)[1]) if TITLE_TAG.search(html) else ""
        found += self._faults_of_words(html, title=" ".join(title.split()), headings=html.count("<h1"))
        return [f"{visit.path}: {one}" for one in found]

    def _faults_of_words(self, html, *, title, headings):
        found = []
        if headings != 1:
            found.append(f"{headings} h1")
        if not TITLE.fullmatch(title):
            found.append(f"title {title!r}")
        if "{{" in html or "{%" in html:
            found.append("unrendered template code")
        return found + [f"HTML: {problem}" for problem in self._html_checker.problems(html)]

    def _look(self, page, html, visit):
        found = self._faults_of_words(html, title=page.title(), headings=page.locator("h1").count())
        shown = ""
        for width in (WIDE, PHONE):
            page.set_viewport_size({"width": width, "height": 900})
            before, shown = shown, page.evaluate(SHOWN)
            found += [f"{width} px: {one}" for one in self._axe(page, RULES_ABOUT_BOXES if shown == before else RULES)]
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                found.append(f"{width} px: scrolls sideways to {wide}")
        if page.locator("script:not([type='application/ld+json'])").count():
            found += self._without_script(page, visit)
        return found

    def _axe(self, page, rules):
        if not page.evaluate("typeof axe !== 'undefined'"):
            # Through the debugger's own channel: the page's policy would not let a script in, as it should not.
            page.evaluate(AXE)
        result = page.evaluate(f"axe.run(document, {json.dumps({'runOnly': rules, 'resultTypes': ['violations']})})")
        return [
            f"axe {one['id']}: {one['help']} at {one['nodes'][0]['target']} ({len(one['nodes'])})"
            for one in result["violations"]
        ]

    def _without_script(self, page, visit):
        """Compare what the page offers with scripts and without."""
        bare = self._window(visit.user, javascript=False).page
        bare.goto(visit.path)
        offered = [
            (one.locator("h1").all_inner_texts(), one.locator("main a, main button, main input").count())
            for one in (page, bare)
        ]
        return [] if offered[0] == offered[1] else [f"without script it offers {offered[1]}, not {offered[0]}"]

    def _send(self, page, visit):
        for name, value in visit.typed.items():
            page.locator(f"main [name='{name}']").fill(value)
        form = page.locator("main form[method='post']").first
        button = form.get_by_role("button", name=visit.send) if visit.send else form.locator("button[type='submit']")
        with page.expect_navigation() as navigation:
            button.first.click()
        assert navigation.value.status == visit.status, f"status {navigation.value.status}, not {visit.status}"
        assert page.title().startswith("Error: "), "the title does not begin with Error"
        return navigation.value.text()

    def _window(self, user, *, javascript=True):
        window = self._windows[javascript].forget()
        if user:
            _sign_in(window.page, user)
        return window

    @staticmethod
    def _is_expected(text, visit):
        return visit.status >= 400 and text.startswith(STATUS_NOTE)


def _missing(visit, html):
    return [] if visit.holds in html else [f"does not say {visit.holds!r}"]


def answer_to(visit, client):
    """What a test client gets where the browser would go."""
    if visit.user:
        client.force_login(visit.user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client.get(visit.path, follow=True)


def wrong_status(visit, answer):
    """Return a line if an answer has not the status that the example expects."""
    return [] if answer.status_code == visit.status else [f"status {answer.status_code}, not {visit.status}"]


def _sign_in(page, user):
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    page.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                "domain": "localhost",
                "path": "/",
            }
        ]
    )


def path_of(url):
    """Return the path and query of a whole address."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
