"""The addresses that programs ask: the portal's own API and Open Referral UK."""

from django.test import Client
from django.urls import reverse

from tests.browser.examples.visits import Examples, Visit, at, data, data_of, one_document
from tests.browser.rows.providers import full_service


def _first_of(listed):
    full_service()
    return Client().get(reverse(f"open_referral:{listed}")).json()["contents"][0]["id"]


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
    "open_referral:lost": Examples(
        full=lambda press: at("open_referral:lost", "nothing", is_page=False, status=404),
        empty=lambda press: at("open_referral:lost", "nothing/more", is_page=False, status=404),
        error=lambda press: at("open_referral:lost", "openapi.json", is_page=False, status=404),
    ),
}
