"""Every document of the feed is valid by the standard, whatever the rows."""

from django.core.management import call_command

from providers.models import (
    Location,
    Rating,
    Service,
)
from tests.factories.providers import (
    LocationFactory,
    ProviderFactory,
    ServiceFactory,
)
from tests.providers.entries import full_service, withheld_service
from tests.providers.open_referral.feed import LISTS, ask, contents


class TestValidity:
    def check(self, client, rules):
        assert rules.problems("api_details", ask(client, "").json()) == []
        for path, entity in LISTS.items():
            joint = "&" if "?" in path else "?"
            first = ask(client, f"{path}{joint}per_page=3").json()
            pages = {1, (first["total_pages"] + 1) // 2, first["total_pages"]}
            for number in sorted(pages):
                page = ask(client, f"{path}{joint}per_page=3&page={number}").json()
                assert rules.problems(entity, page) == [], f"{path} page {number}"
                assert page["page_number"] == number
        for name in ("services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms"):
            entity = LISTS[name].removesuffix("_list")
            for one in contents(client, f"{name}?per_page=100"):
                document = ask(client, f"{name}/{one['id']}").json()
                assert document["id"] == one["id"]
                assert rules.problems(entity, document) == [], f"{name}/{one['id']}"

    def test_all_fixtures_are_valid(self, client, db, rules, no_limit):
        call_command("load_fixtures", verbosity=0)

        self.check(client, rules)

        assert Service.objects.filter(provider__isnull=False).count() == ask(client, "services").json()["total_items"]

    def test_everything_and_next_to_nothing_are_valid(self, client, db, rules, no_limit):
        full_service(1)
        full_service(2, is_closed_temporarily=True)
        withheld_service()
        bare = ServiceFactory(minimum_age=None)
        bare.locations.add(LocationFactory())
        Location.objects.create(slug="odd", name="Odd", postcode="nonsense", is_address_withheld=True).services.add(
            bare
        )

        self.check(client, rules)

    def test_an_empty_feed_is_valid(self, client, db, rules):
        for path, entity in LISTS.items():
            page = ask(client, path).json()
            assert rules.problems(entity, page) == []
        assert ask(client, "services").json() == {
            "total_items": 0, "total_pages": 1, "page_number": 1, "size": 0, "first_page": True, "last_page": True,
            "empty": True, "contents": [],
        }  # fmt: skip

    def test_odd_facts_are_left_out_rather_than_told_wrongly(self, client, db, rules):
        provider = ProviderFactory(website="www.care.example", email="nobody", company_number="")
        service = ServiceFactory(provider=provider, website="ht tp://[broken", email="a@", summary="Short.")
        Rating.objects.create(service=service, question="overall", state="unknown_text", stated="Outstandingly odd")

        document = ask(client, f"services/{service.uuid}").json()

        assert rules.problems("service", document) == []
        assert document["organization"]["website"] == "https://www.care.example"
        assert not {"url", "email"} & set(document)
        assert document["accreditations"] == "Care Quality Commission: Outstandingly odd."
        assert document["description"] == "Short."
