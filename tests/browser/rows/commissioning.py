"""An organisation as full as it can be."""

from tests.factories.commissioning import (
    ContactFactory,
    CoverageFactory,
    CycleStageFactory,
    IndicatorFactory,
    ObservationFactory,
    OrganisationFactory,
    OrganisationValueFactory,
    SourceDocumentFactory,
    TeamFactory,
)

LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmütze"


def full_organisation():
    organisation = OrganisationFactory(
        name="Council of a Place with an Unusually Long Name and a Northern Part",
        short_name="Northern Part",
        summary="The council of a place that exists only here.",
        procurement_portal="The Portal",
        procurement_portal_url="https://portal.example/",
        social_value_weighting=10,
        social_value_note="Local jobs count.",
        website="https://council.example/",
        accent="heather",
    )
    source = SourceDocumentFactory(organisation=organisation, title="A plan", note="A draft.")
    CoverageFactory(organisation=organisation, note="Adults and children")
    organisation.members.add(OrganisationFactory())
    OrganisationValueFactory(organisation=organisation, text="What it means.")
    CycleStageFactory(organisation=organisation, text="What is done.")
    TeamFactory(organisation=organisation, about="What it does.")
    ContactFactory(
        organisation=organisation, email=f"{LONG_WORD.encode().hex()[:50]}@council.example", phone="01234 567890"
    )
    for topic in ("population", "health", "children", "spending"):
        for _ in range(2):
            indicator = IndicatorFactory(organisation=organisation, topic=topic, source=source, source_section="2.1")
            for _ in range(3):
                ObservationFactory(indicator=indicator)
        ObservationFactory(indicator=IndicatorFactory(organisation=organisation, topic=topic, chart="figure"))
    return organisation
