"""The addresses that programs ask: the portal's own API and Open Referral UK."""

from django.test import Client
from django.urls import reverse

from core import clock
from tenders import services
from tests.browser.examples.visits import Examples, Visit, at, data, data_of, one_document
from tests.browser.rows.providers import full_service
from tests.browser.rows.questions import tender_out
from tests.browser.rows.tenders import full_contract, full_framework, opportunities_in_every_state


def _first_of(listed):
    full_service()
    return Client().get(reverse(f"open_referral:{listed}")).json()["contents"][0]["id"]


def named(name, word):
    """One document for programs, by the word it is known by: known, unknown, and below it."""
    return Examples(
        full=lambda press: at(name, word(), is_page=False),
        empty=lambda press: at(name, "nothing", is_page=False, status=404),
        error=lambda press: Visit(f"{reverse(name, args=['nothing']).rstrip('/')}/more/", is_page=False, status=404),
    )


def _told():
    return services.record_release(tender_out(), at=clock.now())


def _bulk(release):
    return at("ocds:bulk", is_page=False)


EXAMPLES = {
    "api_schema": one_document("api_schema"),
    "api_docs": Examples(
        full=lambda press: at("api_docs"),
        empty=lambda press: at("api_docs"),
        error=lambda press: Visit("/api/v1/docs/nothing/", is_page=False, status=404),
    ),
    "providers:api_services": data("providers:api_services", full_service, wrong="?near=CA28+7LL"),
    "providers:api_service": data_of("providers:api_service", lambda: full_service().uuid),
    **{
        f"open_referral:{name}": data(f"open_referral:{name}", full_service, wrong="?page=0")
        for name in ("services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms")
    },
    "open_referral:root": one_document("open_referral:root"),
    "open_referral:service": data_of("open_referral:service", lambda: full_service().uuid),
    "open_referral:organization": data_of("open_referral:organization", lambda: full_service().provider.uuid),
    **{
        f"open_referral:{name}": data_of(f"open_referral:{name}", lambda listed=listed: _first_of(listed))
        for name, listed in (
            ("service_at_location", "service_at_locations"),
            ("taxonomy", "taxonomies"),
            ("taxonomy_term", "taxonomy_terms"),
        )
    },
    "tenders:api_opportunities": data("tenders:api_opportunities", opportunities_in_every_state, wrong="?page=0"),
    "tenders:api_opportunity": named("tenders:api_opportunity", lambda: tender_out().reference),
    "tenders:api_frameworks": data("tenders:api_frameworks", full_framework, wrong="?page=x"),
    "tenders:api_framework": named("tenders:api_framework", lambda: full_framework().slug),
    "tenders:api_contracts": data("tenders:api_contracts", full_contract, wrong="?page=0"),
    "tenders:api_contract": named("tenders:api_contract", lambda: full_contract().reference),
    "ocds:releases": data("ocds:releases", _told, wrong="?stage=finished"),
    "ocds:records": data("ocds:records", _told, wrong="?limit=0"),
    "ocds:bulk": Examples(
        full=lambda press: _bulk(_told()),
        empty=lambda press: at("ocds:bulk", is_page=False),
        error=lambda press: Visit("/ocds/releases.jsonl/nothing", is_page=False, status=404),
    ),
    "ocds:releases_of": named("ocds:releases_of", lambda: _told().ocid),
    "ocds:record_of": named("ocds:record_of", lambda: _told().ocid),
    "open_referral:lost": Examples(
        full=lambda press: at("open_referral:lost", "nothing", is_page=False, status=404),
        empty=lambda press: at("open_referral:lost", "nothing/more", is_page=False, status=404),
        error=lambda press: at("open_referral:lost", "openapi.json", is_page=False, status=404),
    ),
}
