"""/ocds/: what is stored is given out byte for byte, page by page, to anybody, and nothing before its moment."""

import datetime as dt
import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commissioning.services import publish_record
from core.models import CpvCode, Place, ServiceType
from tenders import services
from tenders.models import Opportunity, Release
from tenders.ocds.merging import compiled
from tests.factories import NOON
from tests.factories.tenders import ContractFactory, FrameworkFactory, OpportunityFactory
from tests.tools.ocds import problems

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def told(row, *, at=NOON):
    services.record_release(row, at=at)
    return row


def get(client, address, **headers):
    response = client.get(address, headers=headers)
    assert response.status_code == 200, response.content
    return response.json()


def ocids(document):
    return [one["ocid"] for one in document.get("releases", document.get("records"))]


@pytest.mark.parametrize("kind", ["releases", "records"])
def test_every_kind_of_record_validates_in_a_package(client, kind):
    for row in (OpportunityFactory(), FrameworkFactory(), ContractFactory()):
        told(row)
    told(OpportunityFactory(opens_at=NOON - DAY, closes_at=NOON), at=NOON)

    document = get(client, f"/ocds/{kind}.json")

    assert len(document[kind]) == 4
    assert problems(kind.rstrip("s"), document) == []
    assert document["publishedDate"] == "2026-11-18T12:00:00Z"
    assert "open-government-licence" in document["license"]


def test_a_package_holds_the_stored_bytes(client):
    row = told(OpportunityFactory(title='Care “at home” \\ "quoted" \u2028 and £5'))
    release = Release.objects.get(opportunity=row)

    page = client.get("/ocds/releases.json").content.decode()
    lines = b"".join(client.get("/ocds/releases.jsonl").streaming_content).decode()

    assert release.body in page
    assert lines == release.body + "\n"
    assert hashlib.sha256(lines.rstrip("\n").encode()).hexdigest() == release.sha256


def test_asking_twice_gives_the_same_bytes(client):
    told(OpportunityFactory())

    first, second = (client.get("/ocds/records.json").content for _ in range(2))

    assert first == second


def test_pages_follow_each_other_without_gaps_or_repeats(client, settings):
    rows = [told(OpportunityFactory(), at=NOON + number * DAY) for number in (1, 1, 0)]
    seen, address = [], "/ocds/releases.json?limit=1"

    while address:
        document = get(client, address)
        assert problems("release", document) == []
        seen += ocids(document)
        address = document.get("links", {}).get("next", "").removeprefix(settings.PUBLIC_URL)
        # What comes meanwhile stands before the first page.
        told(OpportunityFactory(), at=NOON + 2 * DAY)

    assert seen == [rows[1].ocid, rows[0].ocid, rows[2].ocid]


def test_a_record_merges_its_releases(client):
    row = OpportunityFactory(published_at=None, tender_date="January 2027", risks="Winter.")
    publish_record(record=row, by=None, at=NOON)
    row.refresh_from_db()
    row.risks = ""
    row.save()
    told(row, at=NOON + DAY)
    services.cancel_opportunity(opportunity=row, reason="No money.", by=None, at=NOON + 2 * DAY)

    document = get(client, f"/ocds/records/{row.ocid}.json")
    releases = get(client, f"/ocds/releases/{row.ocid}.json")["releases"]

    (record,) = document["records"]
    assert problems("record", document) == []
    assert [one["tag"] for one in record["releases"]] == [["planning"], ["planningUpdate"], ["tenderCancellation"]]
    assert record["compiledRelease"] == compiled(releases)
    assert record["compiledRelease"]["tender"]["status"] == "cancelled"
    assert "riskDetails" not in record["compiledRelease"]["tender"]


def test_what_is_embargoed_private_or_a_draft_is_in_no_output(client):
    framework = FrameworkFactory()
    for facts in (
        {"published_at": NOON.replace(year=2100)},
        {"published_at": None},
        {"is_members_only": True, "framework": framework},
    ):
        told(OpportunityFactory(title="Secretive thing", **facts))
    was_public = told(OpportunityFactory(title="Secretive later", framework=framework))
    Opportunity.objects.filter(pk=was_public.pk).update(is_members_only=True)

    answers = [
        client.get("/ocds/releases.json").content,
        client.get("/ocds/records.json").content,
        b"".join(client.get("/ocds/releases.jsonl").streaming_content),
        client.get(f"/ocds/releases/{was_public.ocid}.json").content,
    ]

    assert Release.objects.count() == 2
    assert not any(b"ecretive" in answer for answer in answers)
    assert client.get(f"/ocds/records/{was_public.ocid}.json").status_code == 404


def test_filters_narrow_releases_and_records(client):
    care = ServiceType.objects.create(slug="care", name="Care")
    home = ServiceType.objects.create(slug="home-care", name="Home care", parent=care)
    county = Place.objects.create(slug="county", name="County", kind="council", gss_code="E06000099")
    town = Place.objects.create(slug="town", name="Town", kind="town", parent=county)
    social = CpvCode.objects.create(slug="social", name="Social work", code="85300000")
    elderly = CpvCode.objects.create(slug="elderly", name="For the elderly", code="85311100", parent=social)
    wanted = OpportunityFactory(title="Homecare in Town", opens_at=NOON, closes_at=NOON + 999 * DAY)
    wanted.types.add(home)
    wanted.places.add(town)
    wanted.cpv_codes.add(elderly)
    told(OpportunityFactory(title="Something else", published_at=NOON - DAY), at=NOON - DAY)
    told(ContractFactory(title="A contract", published_at=NOON - DAY), at=NOON - DAY)
    told(wanted)
    connection.check_constraints()
    later = (NOON + 1000 * DAY).date().isoformat()

    questions = [
        "q=homecare+town", "cpv=85300000", "cpv=85311100", "area=county", "area=e06000099", "area=town",
        "service_type=care", "stage=tender", f"closing_before={later}", "updated_since=2026-11-18",
        f"q=town&cpv=85311100&area=county&service_type=home-care&stage=tender&closing_before={later}",
    ]  # fmt: skip
    for kind in ("releases", "records"):
        for question in questions:
            assert ocids(get(client, f"/ocds/{kind}.json?{question}")) == [wanted.ocid], question
        assert ocids(get(client, f"/ocds/{kind}.json?q=xylophone")) == []


@pytest.mark.parametrize(
    ("question", "parameter"),
    [
        ("stage=finished", "stage"), ("cpv=1", "cpv"), ("area=nowhere", "area"), ("service_type=x%00", "service_type"),
        ("closing_before=soon", "closing_before"), ("updated_since=2026-13-45", "updated_since"), ("limit=0", "limit"),
        ("limit=%F0%9F%98%80", "limit"), ("cursor=abc", "cursor"), ("cursor=%00", "cursor"),
        ("cursor=OTk5OS0xMi0zMVQyMzo1OTo1OSAx", "cursor"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_name(client, question, parameter):
    response = client.get(f"/ocds/releases.json?{question}")

    if question == "cursor=%00":
        assert response.status_code == 200
        return
    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert response.json()["parameter"] == parameter


def test_who_has_it_already_is_told_so(client):
    row = told(OpportunityFactory())
    address = f"/ocds/releases/{row.ocid}.json"

    first = client.get(address)
    by_tag = client.get(address, headers={"If-None-Match": first["ETag"]})
    by_date = client.get(address, headers={"If-Modified-Since": first["Last-Modified"]})
    told_again = client.get(address, headers={"If-Modified-Since": "Tue, 17 Nov 2026 12:00:00 GMT"})

    assert first["Last-Modified"] == "Wed, 18 Nov 2026 12:00:00 GMT"
    assert (by_tag.status_code, by_date.status_code, told_again.status_code) == (304, 304, 200)
    assert first["Access-Control-Allow-Origin"] == "*"


def test_a_page_costs_the_same_queries_whatever_it_holds(client):
    counts = []
    for number in range(2):
        for _ in range(1 + 4 * number):
            told(OpportunityFactory())
        with CaptureQueriesContext(
            connection,
        ) as queries:
            get(client, "/ocds/records.json")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_nothing_at_all_is_an_empty_package(client):
    for kind in ("releases", "records"):
        # The schema knows no empty package; an empty list is what a feed can say.
        assert get(client, f"/ocds/{kind}.json")[kind] == []
    assert b"".join(client.get("/ocds/releases.jsonl").streaming_content) == b""
    assert client.get("/ocds/releases/nothing.json").status_code == 404
    assert client.get("/ocds/records/%00.json").status_code == 404


def test_words_find_what_the_page_finds_typing_errors_and_what_has_ended_too(client):
    open_now = told(OpportunityFactory(title="Reablement at home", summary="For dementia"))
    ended = told(OpportunityFactory(title="Reablement in the day"))
    services.cancel_opportunity(opportunity=ended, reason="No money.", by=None, at=NOON)
    framework = told(FrameworkFactory(title="Reablement framework"))
    told(ContractFactory(title="Something else"))
    connection.check_constraints()

    found = {
        words: {one["ocid"] for one in get(client, f"/ocds/records.json?q={words}")["records"]}
        for words in ("reablemnt", "reablement+dementia", "xylophone")
    }
    page = client.get("/opportunities/?q=reablemnt").context["results"]

    assert open_now.ocid in found["reablemnt"] and ended.ocid in found["reablemnt"]
    assert found["reablement+dementia"] == {open_now.ocid}
    assert found["xylophone"] == set()
    assert [entry.record.ocid for entry in page.entries] == [open_now.ocid]
    named = get(client, "/ocds/records.json?q=reablement+framework")["records"]
    assert [one["ocid"] for one in named] == [Release.objects.get(framework=framework).ocid]
