"""All the rows that belong to one service, in one query: for its own page, which is made often.

The query is put together from the querysets that say what may be shown, once in each process; after that only the
service and the moment in it change. `rows.with_facts` fetches the same for several services.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

from commissioning.models import SourceDocument
from core.models import Place
from providers.models import CqcRegistration, Photo, Provider, Rating, Service

# What stands for the service and the moment while the query is put together.
_SERVICE = -1_618_033
_AT = dt.datetime(1618, 3, 3, tzinfo=dt.UTC)

Reader = Callable[[list[dict[str, Any]]], list[Any]]

MANY = ("types", "client_groups", "locations", "areas_served", "units", "fees", "vacancies", "ratings")


def fetch(service: Any, *, at: dt.datetime) -> Any:
    """Fetch all that `sheet.of` reads of a service, in one query, and return the service."""
    sql, parameters, readers = _query()
    with connection.cursor() as cursor:
        cursor.execute(sql, [_given(one, service.pk, at) for one in parameters])
        found = {
            name: read(json.loads(text, parse_float=Decimal)) if text else []
            for (name, read), text in zip(readers.items(), cursor.fetchone(), strict=True)
        }
    for name in (*MANY, "photos"):
        for row in found[name]:
            if "service_id" in row.__dict__:
                row._state.fields_cache["service"] = service
    for name in MANY:
        _keep(service, name, found[name])
    service.shown_photos = found["photos"]
    # One that is not public leaves an empty place, so that no page can name it.
    _fill([service], "provider", found["provider"])
    _fill(found["locations"], "place", found["places"])
    _fill(found["ratings"], "source", found["sources"])
    registrations = {row.location_id: row for row in found["registrations"]}
    for location in found["locations"]:
        location._state.fields_cache["cqc_registration"] = registrations.get(location.pk)
    return service


def _querysets() -> dict[str, QuerySet[Any]]:
    service = Service(pk=_SERVICE)
    ratings = Rating.objects.filter(service=_SERVICE)
    return {
        **{name: getattr(service, name).all() for name in MANY},
        "types": service.types.order_by("order", "pk"),
        "client_groups": service.client_groups.order_by("order", "pk"),
        "units": service.units.order_by("order", "pk"),
        "fees": service.fees.order_by("pk"),
        "areas_served": service.areas_served.order_by("name", "pk"),
        "locations": service.locations.order_by("name", "pk"),
        "vacancies": service.vacancies.order_by("unit", "pk"),
        "photos": Photo.objects.shown(at=_AT).filter(service=_SERVICE),
        "provider": Provider.objects.public(at=_AT).filter(services=_SERVICE),
        "places": Place.objects.filter(pk__in=service.locations.order_by().values("place")),
        "registrations": CqcRegistration.objects.filter(location__in=service.locations.order_by().values("pk")),
        "sources": SourceDocument.objects.filter(pk__in=ratings.values("source")).only("title"),
    }


@functools.cache
def _query() -> tuple[str, tuple[Any, ...], dict[str, Reader]]:
    """Return the SQL, its parameters, and what makes rows of each of its columns."""
    columns: list[str] = []
    parameters: list[Any] = []
    readers: dict[str, Reader] = {}
    for name, queryset in _querysets().items():
        sql, given = queryset.query.sql_with_params()
        columns.append(f'(SELECT json_agg(part)::text FROM ({sql}) part) AS "{name}"')
        parameters += given
        loaded = queryset.query.get_select_mask() or None
        fields = [field for field in queryset.model._meta.concrete_fields if not loaded or field in loaded]
        readers[name] = functools.partial(_rows, queryset.model, fields)
    return f"SELECT {', '.join(columns)}", tuple(parameters), readers


def _given(parameter: Any, service_id: int, at: dt.datetime) -> Any:
    if parameter == _SERVICE:
        return service_id
    return at if parameter == _AT else parameter


def _rows(model: type[Model], fields: list[Any], listed: list[dict[str, Any]]) -> list[Any]:
    names = [field.attname for field in fields]
    return [
        model.from_db(connection.alias, names, [_value(field, row[field.column]) for field in fields]) for row in listed
    ]


def _value(field: Any, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    return field.to_python(value)


def _keep(service: Any, name: str, rows: list[Any]) -> None:
    known = getattr(service, name).model._default_manager.all()
    known._result_cache = rows
    known._prefetch_done = True
    if not hasattr(service, "_prefetched_objects_cache"):
        service._prefetched_objects_cache = {}
    service._prefetched_objects_cache[name] = known


def _fill(rows: list[Any], name: str, related: list[Any]) -> None:
    """Put related rows into their places; one that was not found leaves it empty."""
    by_key = {one.pk: one for one in related}
    for row in rows:
        row._state.fields_cache[name] = by_key.get(getattr(row, f"{name}_id"))
