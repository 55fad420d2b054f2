import datetime as dt
import json

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.urls import reverse

from core import clock
from core.models import Heartbeat
from tests.tools.processes import environment


@pytest.fixture
def heartbeat(db):
    return Heartbeat.objects.create(name="reconciler", seen_at=clock.now())


def test_live_asks_nothing_of_the_database(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get(reverse("health_live"))

    assert (response.status_code, response.content) == (200, b"ok")


def test_ready_site(client, heartbeat):
    response = client.get(reverse("health_ready"))

    assert response.json() == {
        "status": "ready",
        "checks": {
            "database": "ok",
            "migrations": "ok",
            "redis": "ok",
            "jobs": "ok",
            "failed jobs": "ok",
            "beat": "ok",
        },
    }
    assert "no-store" in response.headers["Cache-Control"]


def test_silent_beat_degrades_the_site(client, heartbeat):
    heartbeat.seen_at -= dt.timedelta(minutes=5)
    heartbeat.save()

    response = client.get(reverse("health_ready"))

    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["checks"]["beat"] == "no sign for more than two minutes"


def test_redis_that_is_down_degrades_the_site(client, heartbeat, spare_redis, settings):
    settings.REDIS_URL = spare_redis.url
    spare_redis.kill()

    response = client.get(reverse("health_ready"))

    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["checks"]["redis"] == "does not answer"


def test_site_without_its_database_lives_and_is_not_ready(start_web):
    missing = environment()["DATABASE_URL"].replace(
        f"/{connection.settings_dict['NAME']}", "/there-is-no-such-database"
    )

    web = start_web(DATABASE_URL=missing)

    assert web.get("/health/live")[0] == 200
    status, _, text = web.get("/health/ready")
    assert (status, json.loads(text)["status"]) == (503, "not ready")
    assert json.loads(text)["checks"]["database"] == "does not answer"


def test_site_is_not_ready_before_its_migrations(start_web):
    database = f"{connection.settings_dict['NAME']}_bare"
    address = environment()["DATABASE_URL"]
    with psycopg.connect(address, autocommit=True) as administrator:
        administrator.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        administrator.execute(f'CREATE DATABASE "{database}"')

        web = start_web(DATABASE_URL=address.replace(f"/{connection.settings_dict['NAME']}", f"/{database}"))
        status, _, text = web.get("/health/ready")

        administrator.execute(f'DROP DATABASE "{database}" WITH (FORCE)')
    assert status == 503
    assert json.loads(text)["checks"]["migrations"] == "not all applied"


def test_portals_role_is_no_superuser(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, datdba = r.oid FROM pg_roles r, pg_database"
            " WHERE rolname = current_user AND datname = current_database()"
        )
        role = cursor.fetchone()

    assert role == (False, False, True)
    assert django_settings.DATABASES["default"]["ATOMIC_REQUESTS"] is True
