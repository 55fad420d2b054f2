"""The bulk file of OCDS releases beside a bare COPY of the same rows; and apart, how fast releases are made.

The releases streamed are real ones of the making, copied under other OCIDs until there are enough of them.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from pathlib import Path

import django

RELEASES, FEW_RELEASES = 100_000, 10_000
RECORDS, FEW_RECORDS = 3_000, 300
CODE = "85312000"
MOST_RATIO, MOST_GROWTH_MB = 2.0, 20.0
# Each record's own release is copied so often.
COPIES = """
INSERT INTO tenders_release (organisation_id, opportunity_id, framework_id, contract_id, ocid, number, release_id, tags,
    stage, published_at, recorded_at, body, sha256, facts_sha256)
SELECT organisation_id, opportunity_id, framework_id, contract_id, ocid || '-c' || copy, number,
    ocid || '-c' || copy || '-' || number, tags, stage, published_at, recorded_at,
    replace(body, ocid, ocid || '-c' || copy), sha256, facts_sha256
FROM tenders_release, generate_series(1, %s) AS copy
ORDER BY copy, tenders_release.id
LIMIT %s
"""
BARE = "COPY (SELECT body FROM tenders_release ORDER BY id) TO STDOUT"


def main() -> int:
    from django.db import connection, transaction
    from django.test import Client

    from bench import report, rows
    from core import clock
    from core.models import CpvCode
    from tenders import services
    from tenders.models import Release

    parser = argparse.ArgumentParser(prog="python -m bench releases")
    parser.add_argument("--quick", action="store_true")
    is_quick = parser.parse_args().quick
    count, records, rounds = (FEW_RELEASES, FEW_RECORDS, 3) if is_quick else (RELEASES, RECORDS, 5)

    with transaction.atomic():
        ground = rows.Ground()
        for fill in (rows.providers, rows.frameworks, rows.contracts, rows.opportunities):
            fill(ground, 0, records // 3)
        ground.types[0].cpv_codes.add(CpvCode.objects.create(slug=CODE, name="Home care", code=CODE))
    started = time.perf_counter()
    made = services.make_releases(at=clock.now())
    seconds = time.perf_counter() - started
    report.table(
        "Making releases from their rows",
        ["of opportunities, frameworks and contracts alike", "seconds", "a second"],
        [[f"{made:,} releases", seconds, made / seconds]],
    )

    with connection.cursor() as cursor:
        cursor.execute(COPIES, [-(-count // made), count - made])
        cursor.execute("VACUUM ANALYZE tenders_release")
        cursor.execute("SELECT count(*), sum(octet_length(body)) FROM tenders_release")
        stored, size = cursor.fetchone()
    assert stored == Release.objects.count()

    client = Client()
    bare, ours, memory = [], [], []
    _bulk(client)
    for _ in range(rounds):
        bare.append(_timed(lambda: _bare(connection)))
        before = _memory()
        peak, taken = _timed_with_memory(client)
        ours.append(taken)
        memory.append(peak - before)
    ratio = report.median(ours) / report.median(bare)
    megabytes = size / 1024**2
    report.table(
        f"{stored:,} stored releases, {megabytes:.0f} MB (median of {rounds})",
        ["reading them all", "seconds", "MB a second", "times a bare COPY", "memory grows by, MB"],
        [
            ["a bare COPY … TO", report.median(bare), megabytes / report.median(bare), 1.0, None],
            ["/ocds/releases.jsonl", report.median(ours), megabytes / report.median(ours), ratio, max(memory)],
        ],
    )
    feeds(client, ground, rounds)
    late = []
    if ratio > MOST_RATIO:
        late.append(f"The bulk file takes {ratio:.2f} times a bare COPY, and {MOST_RATIO} were promised.")
    if max(memory) > MOST_GROWTH_MB:
        late.append(f"Memory grew by {max(memory):.0f} MB, and {MOST_GROWTH_MB:.0f} were promised.")
    print("\n" + "\n".join(late) if late else "")
    return 1 if late else 0


def addresses(ground) -> list[str]:
    """A page of the feed, whole and by each of its filters, with values that records of this measurement have."""
    asked = {
        "q": "care", "cpv": CODE, "area": ground.places[0].slug, "service_type": ground.types[0].slug, "stage": "tender",
        "closing_before": "2100-01-01T00:00:00Z", "updated_since": "2020-01-01T00:00:00Z",
    }  # fmt: skip
    return ["", *(f"?{name}={value}" for name, value in asked.items())]


def feeds(client, ground, rounds: int) -> None:
    """Ask for a page of the feed by each of its filters: nothing is promised of these."""
    from bench import report

    table = []
    for query in addresses(ground):
        taken = [_timed(lambda path=f"/ocds/releases.json{query}": client.get(path)) for _ in range(rounds)]
        table.append([f"/ocds/releases.json{query}", client.get(f"/ocds/releases.json{query}").status_code,
                      report.median(taken) * 1000])  # fmt: skip
    report.table("A page of the feed, at most 100 releases", ["address", "status", "milliseconds"], table)


def _bulk(client):
    digest, lines = hashlib.sha256(), 0
    response = client.get("/ocds/releases.jsonl")
    for part in response.streaming_content:
        digest.update(part)
        lines += part.count(b"\n")
    return digest.hexdigest(), lines


def _timed(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _bare(connection) -> int:
    total = 0
    with connection.cursor() as cursor, cursor.copy(BARE) as copied:
        for row in copied:
            total += len(row)
    return total


def _timed_with_memory(client) -> tuple[float, float]:
    peak, started = _memory(), time.perf_counter()
    size = 0
    for part in client.get("/ocds/releases.jsonl").streaming_content:
        size += len(part)
        peak = max(peak, _memory())
    return peak, time.perf_counter() - started


def _memory() -> float:
    """What this process holds in memory now, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1024**2


if __name__ == "__main__":
    django.setup()
    sys.exit(main())
