"""The pages of commissioning organisations."""

from tests.browser.examples.visits import detail, register, three
from tests.browser.rows.commissioning import full_organisation
from tests.browser.rows.strategies import full_strategy
from tests.factories.commissioning import OrganisationFactory

EXAMPLES = {
    "commissioning:organisations": register("commissioning:organisations", three(full_organisation)),
    "commissioning:organisation": detail(
        "commissioning:organisation", lambda: full_strategy().organisation, OrganisationFactory
    ),
}
