"""The pages of opportunities, frameworks and contracts."""

from tests.browser.examples.visits import Examples, at, detail, register, three
from tests.browser.rows.providers import bare_representative
from tests.browser.rows.tenders import (
    conditions,
    full_contract,
    full_framework,
    full_opportunity,
    opportunities_in_every_state,
)
from tests.factories.core import UserFactory
from tests.factories.tenders import ContractFactory, FrameworkFactory, OpportunityFactory


def checked(framework, user=None, **expected):
    """Whether a provider can join a framework, as one of its own people sees it."""
    return at("tenders:framework_check", framework.slug, user=user or bare_representative(), **expected)


EXAMPLES = {
    "tenders:opportunities": register("tenders:opportunities", opportunities_in_every_state),
    "tenders:opportunity": detail("tenders:opportunity", full_opportunity, OpportunityFactory, key="reference"),
    "tenders:frameworks": register("tenders:frameworks", three(full_framework)),
    "tenders:framework": detail("tenders:framework", full_framework, FrameworkFactory),
    "tenders:framework_check": Examples(
        full=lambda press: checked(conditions(), holds="put right first"),
        empty=lambda press: checked(FrameworkFactory(), holds="no conditions here"),
        error=lambda press: checked(FrameworkFactory(), user=UserFactory(), status=403, holds="invite you by e-mail"),
    ),
    "tenders:contracts": register("tenders:contracts", three(full_contract)),
    "tenders:contract": detail("tenders:contract", full_contract, ContractFactory, key="reference"),
}
