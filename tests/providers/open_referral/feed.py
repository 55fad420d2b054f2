"""Asking the feed: its lists, their contents and everything it tells."""

from django.db import connection

ROOT = "/openreferral/v3"
LISTS = {
    "services": "service_list",
    "services?full=true": "service_list",
    "services?minimal=true": "service_list",
    "service_at_locations": "service_at_location_list",
    "service_at_locations?full=true": "service_at_location_list",
    "organizations": "organization_list",
    "organizations?full=true": "organization_list",
    "organizations?full_service=true": "organization_list",
    "taxonomies": "taxonomy_list",
    "taxonomy_terms": "taxonomy_term_list",
    "taxonomy_terms?top_only=true": "taxonomy_term_list",
}


def ask(client, path, **options):
    return client.get(f"{ROOT}/{path}", **options)


def contents(client, path):
    # As a commit would: the search's rows are made at its end.
    connection.check_constraints()
    response = ask(client, path)
    assert response.status_code == 200, response.content
    return response.json()["contents"]


def ids(client, path):
    return [one["id"] for one in contents(client, path)]


def everything(client):
    """Return all that the feed tells, as one text."""
    connection.check_constraints()
    parts = [ask(client, "").content]
    for path in LISTS:
        parts.append(ask(client, path).content)
    for name in ("services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms"):
        for one in contents(client, name):
            parts.append(ask(client, f"{name}/{one['id']}").content)
    parts.append(b"".join(ask(client, "services?format=ndjson&full=true").streaming_content))
    return b"\n".join(parts).decode()
