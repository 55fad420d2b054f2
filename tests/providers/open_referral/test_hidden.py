"""What stands nowhere in the feed."""

import datetime as dt

from core.models import Country, Postcode
from providers.models import (
    ProfileRevision,
    Provider,
)
from tests.factories import NOON
from tests.factories.providers import (
    CorrectionFactory,
    InvitationFactory,
    ServiceFactory,
)
from tests.providers.entries import full_service, withheld_service
from tests.providers.open_referral.feed import ask, contents, everything

SECRETS = (
    "Hidden", "Secret", "CA28 9ZZ", "CA289ZZ", "9ZZ", "54.123", "54.12", "3.654", "3.65", "987654321", "1-722",
)  # fmt: skip


class TestHidden:
    def test_drafts_and_what_has_no_public_provider_stand_nowhere(self, client, db, no_limit):
        later = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
        full_service(1, name="Seen by all")
        full_service(2, name="Draft of ours", published_at=None)
        full_service(3, name="Embargoed home", published_at=later)
        hidden = full_service(4, name="Of an unseen provider")
        Provider.objects.filter(pk=hidden.provider_id).update(published_at=None, name="Unseen Care")
        ServiceFactory(name="Of nobody", provider=None)

        told = everything(client)

        assert "Seen by all" in told
        for secret in ("Draft of ours", "Embargoed", "unseen provider", "Unseen Care", "Of nobody", str(hidden.uuid)):
            assert secret not in told
        assert ask(client, f"services/{hidden.uuid}").status_code == 404
        assert ask(client, f"organizations/{hidden.provider.uuid}").status_code == 404
        assert contents(client, f"services?organization_id={hidden.provider.uuid}") == []
        assert ask(client, "").json()["x_services_without_organization"] == 1

    def test_what_is_proposed_noted_or_complained_of_stands_nowhere(self, client, db, no_limit):
        service = full_service(note="Between officers")
        ProfileRevision.objects.create(
            provider=service.provider, service=service, changes={"summary": "Proposed words"}, started_at=NOON,
            submitted_at=NOON,
        )  # fmt: skip
        CorrectionFactory(service=service, text="It smells", email="neighbour@example.org")
        InvitationFactory(provider=service.provider, email="manager@example.org")

        told = everything(client) + client.get(f"/api/v1/services/{service.uuid}/").content.decode()
        told += client.get("/api/v1/services/").content.decode()

        secrets = ("Between officers", "Proposed", "smells", "neighbour@", "manager@", "Not agreed yet")
        assert [secret for secret in secrets if secret in told] == []
        assert contents(client, "services")[0]["x_summary"] == service.summary

    def test_a_withheld_address_stands_nowhere(self, client, db, no_limit):
        service, outcode = withheld_service()

        told = everything(client)

        assert [secret for secret in SECRETS if secret in told] == []
        location = ask(client, f"services/{service.uuid}").json()["service_at_locations"][0]["location"]
        assert location == {
            "id": str(service.locations.get().uuid),
            "location_type": "physical",
            "latitude": outcode.latitude,
            "longitude": outcode.longitude,
            "x_point_accuracy": "outcode",
            "x_outcode": "CA28",
            "x_is_address_withheld": True,
            "accessibility": location["accessibility"],
            "x_accessibility": location["x_accessibility"],
        }

    def test_a_withheld_address_is_found_from_its_outcodes_centre_only(self, client, db):
        withheld_service()
        for number, (latitude, longitude) in enumerate([(54.123456, -3.654321), (54.55, -3.58)]):
            Postcode.objects.create(
                postcode=f"CA{number + 1}1AA", latitude=latitude, longitude=longitude, country=Country.ENGLAND
            )

        at_the_door = contents(client, "service_at_locations?postcode=CA11AA&proximity=5000")
        at_the_centre = contents(client, "service_at_locations?postcode=CA21AA&proximity=5")

        assert (len(at_the_door), len(at_the_centre)) == (0, 1)
