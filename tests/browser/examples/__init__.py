"""A full, an empty and an error example of every public address. A pattern without one fails the suite.

Each example sets its own rows in an empty database and says which address to open and what to expect there. Where
nothing could be missing, the empty example is the page of a site without any rows. There is a module for each app;
`visits` holds what they share.
"""

from tests.browser.examples import (
    accounts,
    alerts,
    commissioning,
    engagement,
    pages,
    programs,
    providers,
    strategies,
    tenders,
    workspace,
)

MODULES = (pages, strategies, tenders, alerts, engagement, providers, workspace, commissioning, programs, accounts)
EXAMPLES = {name: examples for module in MODULES for name, examples in module.EXAMPLES.items()}
