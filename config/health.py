"""Whether the site lives and is ready for visitors: for load balancers, containers and alarms."""

from __future__ import annotations

import functools

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import clock, jobs

OK = "ok"


@login_not_required
@require_safe
@never_cache
@transaction.non_atomic_requests
def live(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process does, whatever the state of the database."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
@transaction.non_atomic_requests
def ready(request: HttpRequest) -> HttpResponse:
    """Tell whether pages can be served (503 when not), and what limps meanwhile.

    Pages need the database and its migrations. Redis and the jobs may be down for a while without loss, so
    they make the site degraded and not unready.
    """
    checks = {"database": _database()}
    if checks["database"] == OK:
        checks["migrations"] = _migrations()
    is_ready = all(state == OK for state in checks.values())
    checks["redis"] = _redis()
    if is_ready:
        checks |= _jobs()
    status = "not ready" if not is_ready else "ready" if all(state == OK for state in checks.values()) else "degraded"
    return JsonResponse({"status": status, "checks": checks}, status=200 if is_ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return OK


def _migrations() -> str:
    return OK if _are_applied() else "not all applied"


def _are_applied() -> bool:
    # What is applied stays applied while this process lives, and the plan takes long to make.
    try:
        return _remembered_as_applied()
    except _NotApplied:
        return False


class _NotApplied(Exception):
    pass


@functools.cache
def _remembered_as_applied() -> bool:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _NotApplied
    return True


def _redis() -> str:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
    try:
        client.ping()
    except redis.RedisError:
        return "does not answer"
    finally:
        client.close()
    return OK


def _jobs() -> dict[str, str]:
    health = jobs.health(at=clock.now())
    return {
        "jobs": "work waits for more than two minutes" if health.is_late else OK,
        "failed jobs": f"{health.failed} failed" if health.failed else OK,
        "beat": "no sign for more than two minutes" if health.is_silent else OK,
    }
