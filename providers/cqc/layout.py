"""The layouts the CQC publishes, and how its words map to ours.

"Care directory with filters" and "Latest ratings" are two of the files of cqc.org.uk/about-us/transparency/
using-cqc-data (Open Government Licence). Sheets and columns are checked by name before a cell is believed.
"""

from __future__ import annotations

DIRECTORY_SHEET = "HSCA_Active_Locations"
RATINGS_SHEET = "Locations"
SOCIAL_CARE = "adult social care"
NO_BRAND = "-"
DUAL_REGISTRATION = "dual registration"

SERVICE_TYPE, USER_BAND = "Service type - ", "Service user band - "

# What families look for, by the taxonomy's slugs. A type of health care that no family looks for here maps to none.
SERVICE_TYPES: dict[str, str] = {
    "Acute services with overnight beds": "",
    "Acute services without overnight beds / listed acute services with or without overnight beds": "",
    "Ambulance service": "",
    "Blood and Transplant service": "",
    "Care home service with nursing": "nursing-home",
    "Care home service without nursing": "care-home",
    "Community based services for people who misuse substances": "community-alcohol-drugs",
    "Community based services for people with a learning disability": "community-support",
    "Community based services for people with mental health needs": "mental-health",
    "Community health care services - Independent Midwives": "",
    "Community health care services - Nurses Agency only": "community-health",
    "Community healthcare service": "community-health",
    "Dental service": "",
    "Diagnostic and/or screening service": "",
    "Diagnostic and/or screening service - single handed sessional providers": "",
    "Doctors consultation service": "",
    "Doctors treatment service": "",
    "Domiciliary care service": "home-care",
    "Extra Care housing services": "extra-care",
    "Hospice services": "end-of-life",
    "Hospice services at home": "end-of-life",
    "Hospital services for people with mental health needs, learning disabilities and problems with substance misuse": "",
    "Hyperbaric Chamber": "",
    "Long term conditions services": "community-health",
    "Mobile doctors service": "",
    "Prison Healthcare Services": "",
    "Rehabilitation services": "reablement",
    "Remote clinical advice service": "",
    "Residential substance misuse treatment and/or rehabilitation service": "community-alcohol-drugs",
    "Shared Lives": "shared-lives",
    "Specialist college service": "send",
    "Supported living service": "supported-living",
    "Urgent care services": "",
}

# The registered place of these is an office: care happens where the person lives.
COMES_TO_YOU = frozenset(
    {
        "Community based services for people who misuse substances",
        "Community based services for people with a learning disability",
        "Community based services for people with mental health needs",
        "Community health care services - Nurses Agency only",
        "Community healthcare service",
        "Domiciliary care service",
        "Hospice services at home",
        "Shared Lives",
        "Supported living service",
    }
)
YOU_GO_THERE = frozenset(
    {
        "Care home service with nursing",
        "Care home service without nursing",
        "Extra Care housing services",
        "Hospice services",
        "Rehabilitation services",
        "Residential substance misuse treatment and/or rehabilitation service",
        "Specialist college service",
    }
)

USER_BANDS: dict[str, tuple[str, ...]] = {
    "Children 0-18 years": ("children-young-people",),
    "Dementia": ("dementia",),
    "Learning disabilities or autistic spectrum disorder": ("learning-disability", "autism"),
    "Mental Health": ("mental-health",),
    "Older People": ("older-people",),
    "People detained under the Mental Health Act": ("mental-health",),
    "People who misuse drugs and alcohol": ("substance-use",),
    "People with an eating disorder": ("mental-health",),
    "Physical Disability": ("physical-disability",),
    "Sensory Impairment": ("sensory",),
    "Whole Population": ("everyone",),
    "Younger Adults": ("adults",),
}

# The API's names of the same things.
API_SERVICE_TYPES = {
    "Nursing homes": "Care home service with nursing",
    "Residential homes": "Care home service without nursing",
    "Homecare agencies": "Domiciliary care service",
    "Supported living": "Supported living service",
    "Supported housing": "Extra Care housing services",
    "Shared lives": "Shared Lives",
    "Hospice": "Hospice services",
    "Home hospice care": "Hospice services at home",
    "Community services - Nursing": "Community health care services - Nurses Agency only",
    "Community services - Learning disabilities": "Community based services for people with a learning disability",
    "Community services - Mental Health": "Community based services for people with mental health needs",
    "Rehabilitation (illness/injury)": "Rehabilitation services",
}
SPECIALISMS = {
    "Caring for children": "Children 0-18 years",
    "Dementia": "Dementia",
    "Learning disabilities": "Learning disabilities or autistic spectrum disorder",
    "Mental health conditions": "Mental Health",
    "Caring for adults over 65 yrs": "Older People",
    "Caring for adults under 65 yrs": "Younger Adults",
    "Caring for people whose rights are restricted under the Mental Health Act": "People detained under the Mental Health Act",
    "Substance misuse problems": "People who misuse drugs and alcohol",
    "Eating disorders": "People with an eating disorder",
    "Physical disabilities": "Physical Disability",
    "Sensory impairment": "Sensory Impairment",
    "Sensory impairments": "Sensory Impairment",
    "Services for everyone": "Whole Population",
}

ACTIVITIES = (
    "Accommodation for persons who require nursing or personal care",
    "Accommodation for persons who require treatment for substance misuse",
    "Assessment or medical treatment for persons detained under the Mental Health Act 1983",
    "Diagnostic and screening procedures",
    "Family planning",
    "Management of supply of blood and blood derived products",
    "Maternity and midwifery services",
    "Nursing care",
    "Personal care",
    "Services in slimming clinics",
    "Surgical procedures",
    "Termination of pregnancies",
    "Transport services, triage and medical advice provided remotely",
    "Treatment of disease, disorder or injury",
)

# In this order, and each once: 122 columns.
DIRECTORY_HEADERS: tuple[str, ...] = (
    "Location ID",
    "Location HSCA start date",
    "Dormant (Y/N)",
    "Care home?",
    "Location Name",
    "Location ODS Code",
    "Location Telephone Number",
    "Registered manager",
    "Location Web Address",
    "Care homes beds",
    "Location Type/Sector",
    "Location Inspection Directorate",
    "Location Primary Inspection Category",
    "Location Latest Overall Rating",
    "Publication Date",
    "Inherited Rating (Y/N)",
    "Location Region",
    "Location NHS Region",
    "Location Local Authority",
    "Location ONSPD CCG Code",
    "Location ONSPD CCG",
    "Location Commissioning CCG Code",
    "Location Commissioning CCG",
    "Location Street Address",
    "Location Address Line 2",
    "Location City",
    "Location County",
    "Location Postal Code",
    "Location PAF ID",
    "Location UPRN ID",
    "Location Latitude",
    "Location Longitude",
    "Location Parliamentary Constituency",
    "Brand ID",
    "Brand Name",
    "Provider Companies House Number",
    "Provider Charity Number",
    "Provider ID",
    "Provider Name",
    "Provider HSCA start date",
    "Provider Type/Sector",
    "Provider Inspection Directorate",
    "Provider Primary Inspection Category",
    "Provider Ownership Type",
    "Provider Telephone Number",
    "Provider Web Address",
    "Provider Street Address",
    "Provider Address Line 2",
    "Provider City",
    "Provider County",
    "Provider Postal Code",
    "Provider PAF ID",
    "Provider UPRN ID",
    "Provider Local Authority",
    "Provider Region",
    "Provider NHS Region",
    "Provider Latitude",
    "Provider Longitude",
    "Provider Parliamentary Constituency",
    "Provider Nominated Individual Name",
    "Provider Main Partner Name",
    *(f"Regulated activity - {name}" for name in ACTIVITIES),
    *(f"{SERVICE_TYPE}{name}" for name in SERVICE_TYPES),
    *(f"{USER_BAND}{name}" for name in USER_BANDS),
    "Location Dual Registered",
    "Primary ID (Dual registration locations)",
)

# Some editions leave "Location" and "Provider" out of the names of columns that both have.
SHORT_NAMES = frozenset(
    {
        *(
            "NHS Region",
            "Local Authority",
            "ONSPD CCG Code",
            "ONSPD CCG",
            "Commissioning CCG Code",
            "Commissioning CCG",
        ),
        *("Street Address", "Address Line 2", "City", "County", "Postal Code", "PAF ID", "UPRN ID", "Latitude"),
        *("Longitude", "Parliamentary Constituency", "Primary Inspection Category", "Ownership Type"),
        *("Telephone Number", "Web Address", "Region", "Nominated Individual Name", "Main Partner Name"),
    }
)

RATINGS_COLUMNS = ("Location ID", "Domain", "Latest Rating", "Publication Date")
RATINGS_OPTIONAL = ("Service / Population Group", "Inherited Rating (Y/N)", "URL", "Report Type")
