"""The home page, the pages about the portal and what machines ask a site for."""

from tests.browser.examples.visits import Examples, at, lost, plain, still
from tests.browser.rows.strategies import full_strategy
from tests.browser.rows.tenders import full_opportunity
from tests.factories import NOON


def home_full(press):
    strategy = full_strategy()
    press.edition(strategy, published_at=NOON)
    full_opportunity()
    return at("home")


EXAMPLES = {
    "home": Examples(full=home_full, empty=lambda press: at("home"), error=lost("/nothing/")),
    **{name: still(name) for name in ("accessibility", "privacy", "cookies", "about_data")},
    **{name: plain(name) for name in ("robots_txt", "favicon", "security_txt", "sitemap", "health_live")},
    "health_ready": plain("health_ready"),
}
