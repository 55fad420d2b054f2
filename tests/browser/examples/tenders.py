"""The pages of opportunities, frameworks and contracts."""

from tests.browser.examples.visits import Examples, at, detail, lost, plain, register, three
from tests.browser.rows.providers import bare_representative
from tests.browser.rows.questions import over, tender_out, waiting_to_confirm
from tests.browser.rows.tenders import (
    conditions,
    full_contract,
    full_framework,
    opportunities_in_every_state,
)
from tests.factories.core import UserFactory
from tests.factories.tenders import ContractFactory, FrameworkFactory


def checked(framework, user=None, **expected):
    """Whether a provider can join a framework, as one of its own people sees it."""
    return at("tenders:framework_check", framework.slug, user=user or bare_representative(), **expected)


def refused_question(press):
    typed = {"question": "Short", "email": "none"}
    return at("tenders:question_ask", tender_out().reference, send="Send the question", typed=typed)


def confirming(**facts):
    def visit(press):
        waiting_to_confirm(**facts)
        return at("tenders:question_confirm", "a-token", holds="pass")

    return visit


LISTS_AS_FILES = [f"tenders:opportunity_{ending}" for ending in ("atom", "csv", "ics", "json", "xlsx")]

EXAMPLES = {
    "tenders:opportunities": register("tenders:opportunities", opportunities_in_every_state),
    **{name: plain(name) for name in LISTS_AS_FILES},
    "tenders:opportunity_dates": Examples(
        full=lambda press: at("tenders:opportunity_dates", tender_out().reference, is_page=False),
        empty=lambda press: at("tenders:opportunity_dates", over().reference, is_page=False),
        error=lambda press: at("tenders:opportunity_dates", "nothing", status=404),
    ),
    "tenders:opportunity_calendar": register("tenders:opportunity_calendar", opportunities_in_every_state),
    "tenders:opportunity": detail("tenders:opportunity", tender_out, over, key="reference"),
    "tenders:question_ask": Examples(
        full=lambda press: at("tenders:question_ask", tender_out().reference, holds="Send the question"),
        empty=lambda press: at("tenders:question_ask", over().reference, holds="The time for questions ended"),
        error=refused_question,
    ),
    "tenders:question_sent": Examples(
        full=lambda press: at("tenders:question_sent", tender_out().reference, user=bare_representative()),
        empty=lambda press: at("tenders:question_sent", tender_out().reference, holds="Now confirm"),
        error=lost("/opportunities/nothing/ask/sent/"),
    ),
    "tenders:question_confirm": Examples(
        full=confirming(questions=3),
        empty=confirming(),
        error=lambda press: at("tenders:question_confirm", "unknown", status=410, holds="not known"),
    ),
    "tenders:frameworks": register("tenders:frameworks", three(full_framework)),
    "tenders:framework": detail("tenders:framework", full_framework, FrameworkFactory),
    "tenders:framework_check": Examples(
        full=lambda press: checked(conditions(), holds="put right first"),
        empty=lambda press: checked(FrameworkFactory(), holds="no conditions here"),
        error=lambda press: checked(FrameworkFactory(), user=UserFactory(), status=403, holds="invite you by email"),
    ),
    "tenders:contracts": register("tenders:contracts", three(full_contract)),
    "tenders:contracts_csv": plain("tenders:contracts_csv"),
    "tenders:contracts_json": plain("tenders:contracts_json"),
    "tenders:contracts_xlsx": plain("tenders:contracts_xlsx"),
    "tenders:contracts_template": plain("tenders:contracts_template"),
    "tenders:contract": detail("tenders:contract", full_contract, ContractFactory, key="reference"),
}
