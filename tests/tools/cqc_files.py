"""Files in the layouts of the Care Quality Commission, of invented data: the same bytes for the same numbers.

A row is a mapping from header to value: text, a number, a day or nothing. ``write`` makes .ods, .xlsx or .csv of it, as
a file's name says.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from providers.cqc.layout import DIRECTORY_HEADERS, SERVICE_TYPE, USER_BAND

AS_AT = dt.date(2026, 10, 1)
DIRECTORY_SHEET, RATINGS_SHEET = "HSCA_Active_Locations", "Locations"
RATINGS_HEADERS = (
    *("Location ID", "Location ODS Code", "Location Name", "Care Home?", "Location Type"),
    *("Location Primary Inspection Category", "Location Street Address", "Location Address Line 2", "Location City"),
    *("Location Post Code", "Location Local Authority", "Location Region", "Location NHS Region"),
    *("Location ONSPD CCG Code", "Location ONSPD CCG", "Location Commissioning CCG Code"),
    *("Location Commissioning CCG Name", "Service / Population Group", "Domain", "Latest Rating", "Publication Date"),
    *("Report Type", "Inherited Rating (Y/N)", "URL", "Provider ID", "Provider Name", "Brand ID", "Brand Name"),
)
DOMAINS = ("Safe", "Effective", "Caring", "Responsive", "Well-led", "Overall")

FIRST = "Ash Beech Birch Cedar Cherry Elm Fern Hazel Heather Holly Ivy Laurel Lime Maple Oak Pine Rowan Thorn Willow".split()  # noqa: SIM905
SECOND = "bank brook court croft dale field gate grange grove holme house hurst lea lodge mead rise view wood".split()  # noqa: SIM905
KINDS = (
    ("Care home service without nursing", "Rest Home", True),
    ("Care home service with nursing", "Nursing Home", True),
    ("Domiciliary care service", "Home Care", False),
    ("Supported living service", "Supported Living", False),
)
TOWNS = (
    ("Whitehaven", "Cumberland", "CA28", 54.549, -3.589),
    ("Durham", "County Durham", "DH1", 54.778, -1.575),
    ("Wilmslow", "Cheshire East", "SK9", 53.328, -2.231),
    ("Runcorn", "Halton", "WA7", 53.341, -2.730),
    ("Darlington", "Darlington", "DL1", 54.523, -1.553),
    ("Leeds", "Leeds", "LS1", 53.798, -1.548),
)
RATINGS = ("Good", "Good", "Good", "Requires improvement", "Outstanding", "Inadequate", "", "Not Yet Inspected")
BANDS = ("Older People", "Dementia", "Mental Health", "Younger Adults", "Physical Disability")
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


def location_id(number: int) -> str:
    return f"1-{1_000_000_000 + number}"


def provider_id(number: int) -> str:
    return f"1-{101_000_000 + number}"


def directory_row(number: int, *, edition: int = 0, **changes: Any) -> dict[str, Any]:
    """Return an invented row of the care directory.

    :param edition: another edition of the same place: every fact that may change has changed.
    :param changes: other values by header.
    """
    pick = random.Random(f"{number}-{edition}")  # noqa: S311
    always = random.Random(number)  # noqa: S311
    town, council, outcode, north, east = TOWNS[number % len(TOWNS)]
    kind, word, is_home = KINDS[number % len(KINDS)]
    owner = number // 2
    name = f"{always.choice(FIRST)}{always.choice(SECOND)} {word} {number}"
    rating = RATINGS[(number + edition) % len(RATINGS)]
    house = always.randint(1, 200) + edition
    code = f"{outcode} {number % 9 + 1}{LETTERS[number // 9 % 20]}{LETTERS[(number // 180 + edition) % 20]}"
    row: dict[str, Any] = {
        "Location ID": location_id(number),
        "Location HSCA start date": dt.date(2010, 10, 1) + dt.timedelta(days=number % 5_000 + edition),
        "Dormant (Y/N)": "N",
        "Care home?": "Y" if is_home else "N",
        "Location Name": name if not edition else f"{name} (edition {edition})",
        "Location ODS Code": f"V{number % 100_000:05d}",
        "Location Telephone Number": 1_900_000_000 + number * 10 + edition,
        "Registered manager": f"Sample, Person {pick.randint(1, 999)}",
        "Location Web Address": f"www.care-{number}.example" if number % 3 else "",
        "Care homes beds": (number % 80 + 5 + edition) if is_home else 0,
        "Location Type/Sector": "Social Care Org",
        "Location Inspection Directorate": "Adult social care",
        "Location Primary Inspection Category": "Residential social care" if is_home else "Community based adult social care services",
        "Location Latest Overall Rating": rating,
        "Publication Date": dt.date(2024, 1, 1) + dt.timedelta(days=number % 900 + edition * 30) if rating in RATINGS[:6] else None,
        "Inherited Rating (Y/N)": "N" if rating in RATINGS[:6] else "",
        "Location Region": "North",
        "Location NHS Region": "North East and Yorkshire",
        "Location Local Authority": council,
        "Location ONSPD CCG Code": f"E38{number % 100_000:06d}",
        "Location ONSPD CCG": f"NHS Sample ICB - {number % 42}",
        "Location Commissioning CCG Code": f"{number % 100:02d}X",
        "Location Commissioning CCG": f"NHS Sample ICB - {number % 42}",
        "Location Street Address": f"{house} {always.choice(FIRST)} Street",
        "Location Address Line 2": "Sample Quarter" if number % 4 == 0 else "",
        "Location City": town,
        "Location County": "Sampleshire",
        "Location Postal Code": code,
        "Location PAF ID": 10_000_000 + number,
        "Location UPRN ID": 100_000_000_000 + number + edition,
        "Location Latitude": round(north + always.uniform(-0.2, 0.2) + edition / 1_000, 6),
        "Location Longitude": round(east + always.uniform(-0.2, 0.2), 6),
        "Location Parliamentary Constituency": f"{town} and Sampledale",
        "Brand ID": "-" if owner % 5 else f"BD{owner % 400:03d}",
        "Brand Name": "-" if owner % 5 else f"BRAND Sample {owner % 400}",
        "Provider Companies House Number": 1_000_000 + owner,
        "Provider Charity Number": f"{300_000 + owner}" if owner % 7 == 0 else "",
        "Provider ID": provider_id(owner),
        "Provider Name": f"{random.Random(owner).choice(FIRST)} Care {owner} Limited" + (f" (edition {edition})" if edition else ""),
        "Provider HSCA start date": dt.date(2010, 10, 1),
        "Provider Type/Sector": "Social Care Org",
        "Provider Inspection Directorate": "Adult social care",
        "Provider Primary Inspection Category": "Residential social care",
        "Provider Ownership Type": "Organisation",
        "Provider Telephone Number": f"01632 {960_000 + owner % 1_000}",
        "Provider Web Address": f"https://www.group-{owner}.example/care",
        "Provider Street Address": f"{owner % 300 + 1 + edition} Office Road",
        "Provider City": town,
        "Provider County": "Sampleshire",
        "Provider Postal Code": code,
        "Provider PAF ID": 20_000_000 + owner,
        "Provider UPRN ID": 200_000_000_000 + owner,
        "Provider Local Authority": council,
        "Provider Region": "North",
        "Provider NHS Region": "North East and Yorkshire",
        "Provider Latitude": north,
        "Provider Longitude": east,
        "Provider Parliamentary Constituency": f"{town} and Sampledale",
        "Provider Nominated Individual Name": f"Sample, Nominee {owner % 999}",
        "Regulated activity - Accommodation for persons who require nursing or personal care": "Y" if is_home else "",
        "Regulated activity - Personal care": "" if is_home else "Y",
        f"{SERVICE_TYPE}{kind}": "Y",
    }  # fmt: skip
    row |= {f"{USER_BAND}{band}": "Y" for band in pick.sample(BANDS, 2)}
    return row | changes


def change(row: Mapping[str, Any], **values: Any) -> dict[str, Any]:
    """Return the row with other values; a header is named by its letters, as in ``Location_Name``."""
    headers = {"".join(filter(str.isalnum, name)).casefold(): name for name in DIRECTORY_HEADERS}
    named = {headers["".join(filter(str.isalnum, name)).casefold()]: value for name, value in values.items()}
    return {**row, **named}


def directory_rows(count: int, *, edition: int = 0, start: int = 0) -> Iterator[dict[str, Any]]:
    return (directory_row(number, edition=edition) for number in range(start, start + count))


def ratings_rows(count: int, *, edition: int = 0) -> Iterator[dict[str, Any]]:
    """Return six invented rows a location of the latest ratings, the questions in no fixed order."""
    for number in range(count):
        row = directory_row(number, edition=edition)
        rating = row["Location Latest Overall Rating"]
        if rating not in RATINGS[:6]:
            continue
        domains = list(DOMAINS)
        random.Random(number).shuffle(domains)  # noqa: S311
        for step, domain in enumerate(domains):
            yield ratings_row(row, domain, rating if domain == "Overall" or step % 3 else "Good")


def ratings_row(row: Mapping[str, Any], domain: str, rating: str, **changes: Any) -> dict[str, Any]:
    return {
        "Location ID": row["Location ID"],
        "Location Name": row["Location Name"],
        "Care Home?": row["Care home?"],
        "Location Post Code": row["Location Postal Code"],
        "Service / Population Group": "Overall",
        "Domain": domain,
        "Latest Rating": rating,
        "Publication Date": row["Publication Date"],
        "Inherited Rating (Y/N)": "N",
        "URL": f"http://www.cqc.org.uk/location/{row['Location ID']}",
        "Provider ID": row["Provider ID"],
        "Provider Name": row["Provider Name"],
        "Brand Name": "-",
        **changes,
    }


def api_location(number: int, **changes: Any) -> dict[str, Any]:
    """Return what the API answers of an invented location."""
    row = directory_row(number)
    kind = next(name for name, _, _ in KINDS if row.get(f"{SERVICE_TYPE}{name}"))
    return {
        "locationId": row["Location ID"],
        "providerId": row["Provider ID"],
        "organisationType": "Location",
        "type": "Social Care Org",
        "name": row["Location Name"],
        "registrationStatus": "Registered",
        "registrationDate": row["Location HSCA start date"].isoformat(),
        "dormancy": "N",
        "careHome": row["Care home?"],
        "inspectionDirectorate": "Adult social care",
        "onspdLatitude": row["Location Latitude"],
        "onspdLongitude": row["Location Longitude"],
        "uprn": str(row["Location UPRN ID"]),
        "website": "www.example.org",
        "postalAddressLine1": row["Location Street Address"],
        "postalAddressTownCity": row["Location City"],
        "postalCode": row["Location Postal Code"],
        "mainPhoneNumber": f"0{row['Location Telephone Number']}",
        "numberOfBeds": row["Care homes beds"],
        "localAuthority": row["Location Local Authority"],
        "relationships": [],
        "regulatedActivities": [],
        "gacServiceTypes": [{"name": "", "description": kind}],
        "specialisms": [{"name": "Dementia"}, {"name": "Caring for adults over 65 yrs"}],
        "historicRatings": [],
        "reports": [],
        **changes,
    }


def api_provider(number: int, **changes: Any) -> dict[str, Any]:
    """Return what the API answers of the provider of an invented location."""
    row = directory_row(number)
    return {
        "providerId": row["Provider ID"],
        "name": row["Provider Name"],
        "type": "Social Care Org",
        "ownershipType": "Organisation",
        "registrationStatus": "Registered",
        "registrationDate": "2010-10-01",
        "companiesHouseNumber": str(row["Provider Companies House Number"]),
        "postalAddressLine1": row["Provider Street Address"],
        "postalAddressTownCity": row["Provider City"],
        "postalCode": row["Provider Postal Code"],
        "mainPhoneNumber": row["Provider Telephone Number"],
        **changes,
    }


def rated(overall: str, date: str, **questions: str) -> dict[str, Any]:
    """Return `currentRatings` as the API gives them; questions by name with underscores for hyphens."""
    listed = [
        {"name": name.replace("_", "-"), "rating": rating, "reportDate": date} for name, rating in questions.items()
    ]
    return {"overall": {"rating": overall, "reportDate": date, "reportLinkId": "link-1", "keyQuestionRatings": listed}}


def assessed(date: str, *groups: tuple[str, str], **questions: str) -> dict[str, Any]:
    """Return an `assessment` as the API gives it: a rating for each group of services."""
    listed = [
        {"name": name.replace("_", "-"), "rating": rating, "status": "Current"} for name, rating in questions.items()
    ]
    return {
        "assessmentPlanPublishedDateTime": f"{date}T00:00:00Z",
        "ratings": {
            "overall": [],
            "asgRatings": [
                {"assessmentPlanId": "AP1", "assessmentDate": date, "name": name, "rating": rating, "status": "Current", "keyQuestionRatings": listed}
                for name, rating in groups
            ],
        },
    }  # fmt: skip


def write_directory(path: Path, rows: Iterable[Mapping[str, Any]], *, as_at: dt.date = AS_AT, **options: Any) -> Path:
    """Write a care directory; the day stands in its README, or in a .csv's name."""
    readme = [["HSCA Active Locations"], [], [f"Source: CQC database as at {as_at:%d %B %Y}"]]
    return write(path, DIRECTORY_HEADERS, rows, sheet=DIRECTORY_SHEET, readme=readme, **options)


def write_ratings(path: Path, rows: Iterable[Mapping[str, Any]], *, as_at: dt.date = AS_AT, **options: Any) -> Path:
    """Write a latest ratings file."""
    readme = [["Latest ratings"], [f"Source: CQC database as at {as_at:%d %B %Y}"]]
    return write(path, RATINGS_HEADERS, rows, sheet=RATINGS_SHEET, readme=readme, **options)


def write(
    path: Path, headers: Iterable[str], rows: Iterable[Mapping[str, Any]], *, sheet: str, readme: list[list[str]]
) -> Path:
    """Write a table of the format that the path's suffix names."""
    headers = list(headers)
    lines = ([row.get(name) for name in headers] for row in rows)
    {".csv": _write_csv, ".ods": _write_ods, ".xlsx": _write_xlsx}[path.suffix](path, headers, lines, sheet, readme)
    return path


def _write_csv(path: Path, headers: list[str], rows: Iterable[list[Any]], sheet: str, readme: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headers)
        writer.writerows(rows)


ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3"><office:body><office:spreadsheet>'
)


def _write_ods(path: Path, headers: list[str], rows: Iterable[list[Any]], sheet: str, readme: list[list[str]]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        with archive.open("content.xml", "w", force_zip64=True) as part:
            part.write(ODS_HEAD.encode())
            for name, lines in (("README", readme), (sheet, _with(headers, rows))):
                part.write(f"<table:table table:name={quoteattr(name)}>".encode())
                for line in lines:
                    part.write(f"<table:table-row>{''.join(map(_ods_cell, line))}</table:table-row>".encode())
                part.write(
                    b'<table:table-row table:number-rows-repeated="1048000"><table:table-cell'
                    b' table:number-columns-repeated="16384"/></table:table-row></table:table>'
                )
            part.write(b"</office:spreadsheet></office:body></office:document-content>")


def _ods_cell(value: Any) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, dt.date):
        kind, attribute = "date", f'office:date-value="{value.isoformat()}"'
    elif isinstance(value, int | float):
        kind, attribute = "float", f'office:value="{value}"'
    else:
        kind, attribute = "string", ""
    return f'<table:table-cell office:value-type="{kind}" {attribute}><text:p>{escape(str(value))}</text:p></table:table-cell>'


SHEET_SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LINK_SPACE = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def _write_xlsx(path: Path, headers: list[str], rows: Iterable[list[Any]], sheet: str, readme: list[list[str]]) -> None:
    words: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, lines in enumerate((readme, _with(headers, rows)), start=1):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as part:
                part.write(f"<worksheet {SHEET_SPACE}><sheetData>".encode())
                for row, line in enumerate(lines, start=1):
                    cells = "".join(_xlsx_cell(f"{_letters(n)}{row}", value, words) for n, value in enumerate(line))
                    part.write(f'<row r="{row}">{cells}</row>'.encode())
                part.write(b"</sheetData></worksheet>")
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
            part.write(f"<sst {SHEET_SPACE}>".encode())
            for word in words:
                part.write(f'<si><t xml:space="preserve">{escape(word)}</t></si>'.encode())
            part.write(b"</sst>")
        names = "".join(
            f"<sheet name={quoteattr(name)} sheetId='{n}' r:id='rId{n}'/>"
            for n, name in enumerate(("README", sheet), start=1)
        )
        archive.writestr("xl/workbook.xml", f"<workbook {SHEET_SPACE} {LINK_SPACE}><sheets>{names}</sheets></workbook>")
        links = "".join(f"<Relationship Id='rId{n}' Target='worksheets/sheet{n}.xml'/>" for n in (1, 2))
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships xmlns='{RELATIONS}'>{links}</Relationships>")


def _xlsx_cell(reference: str, value: Any, words: dict[str, int]) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, dt.date):
        return f'<c r="{reference}" s="1"><v>{(value - dt.date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{reference}"><v>{value}</v></c>'
    return f'<c r="{reference}" t="s"><v>{words.setdefault(str(value), len(words))}</v></c>'


def _with(headers: list[str], rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
    yield headers
    yield from rows


def _letters(position: int) -> str:
    name, number = "", position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def main() -> None:
    """Write ``FILE COUNT [EDITION]``, as for the bench: a file whose name begins with "ratings" is a ratings file."""
    import sys

    path, count = Path(sys.argv[1]), int(sys.argv[2])
    edition = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    as_at = AS_AT + dt.timedelta(days=edition)
    if path.name.startswith("ratings"):
        write_ratings(path, ratings_rows(count, edition=edition), as_at=as_at)
    else:
        write_directory(path, directory_rows(count, edition=edition), as_at=as_at)


if __name__ == "__main__":
    main()
