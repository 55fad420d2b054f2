"""The SQL of an import, made of the models: each table's rows are compared and changed as one set."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import NOT_PROVIDED
from psycopg import sql


def insert(model: type[models.Model], values: Mapping[str, str], rows: str, *, key: str = "") -> str:
    """Return the INSERT of a model's new rows.

    :param values: a column's expression over ``rows``; every other column gets the field's default.
    :param rows: the FROM and what follows.
    :param key: the expression of the key, where it was drawn before.
    """
    filled = {"id": key} | dict(values) if key else dict(values)
    for field in model._meta.concrete_fields:
        if field.column in filled or field.primary_key or field.null or field.db_default is not NOT_PROVIDED:
            continue
        filled[field.column] = _literal(field)
    return f"INSERT INTO {model._meta.db_table} ({', '.join(filled)}) SELECT {', '.join(filled.values())} {rows}"


def _literal(field: models.Field[Any, Any]) -> str:
    default = field.get_default()
    if isinstance(default, bool):
        return "true" if default else "false"
    if isinstance(default, int):
        return str(default)
    if isinstance(default, list) and not default:
        return "'{}'"
    if isinstance(default, dict):
        return "'" + json.dumps(default).replace("'", "''") + "'::jsonb"
    if isinstance(default, str) or default is None and field.empty_strings_allowed:
        return sql.Literal(str(default or "")).as_string()
    raise TypeError(f"{field} needs a value that an import cannot know.")


def changed(name: str, values: Mapping[str, str], rows: str, where: str, *, beside: str = "") -> str:
    """Return the statement that keeps, as ``cqc_changed_<name>``, each row that differs, as it was and as it is to be.

    :param rows: the FROM, in which ``t`` is the model's table.
    :param where: which of them the import may change.
    :param beside: further columns to keep.
    """
    was = ", ".join(f"t.{column}" for column in values)
    becomes = ", ".join(values.values())
    pairs = ", ".join(f"t.{column} AS old_{column}, {value} AS new_{column}" for column, value in values.items())
    return (
        f"CREATE TEMP TABLE cqc_changed_{name} ON COMMIT DROP AS SELECT t.id, {pairs}{beside} {rows}"
        f" WHERE ({where}) AND ({was}) IS DISTINCT FROM ({becomes})"
    )


def update(name: str, model: type[models.Model], columns: Mapping[str, str]) -> str:
    """Return the UPDATE that follows `changed`."""
    pairs = ", ".join(f"{column} = c.new_{column}" for column in columns)
    return f"UPDATE {model._meta.db_table} t SET {pairs} FROM cqc_changed_{name} c WHERE c.id = t.id"


def audit(name: str, model: type[models.Model], columns: Mapping[str, str], *, action: str, label: str) -> str:
    """Return the INSERT that writes into the trail, of each row that `changed` keeps, the fields that differ.

    :param label: the record's name, an expression over its table ``t``.
    """
    fields = {field.column: field.name for field in model._meta.concrete_fields}
    before, after = (
        " || ".join(
            f"CASE WHEN c.old_{column} IS DISTINCT FROM c.new_{column}"
            f" THEN jsonb_build_object('{fields[column]}', c.{age}_{column}) ELSE '{{}}'::jsonb END"
            for column in columns
        )
        for age in ("old", "new")
    )
    return (
        "INSERT INTO core_auditevent (at, by_id, organisation_kind, organisation_id, organisation_label,"
        " action, object_kind, object_id, object_label, before, after)"
        f" SELECT %(at)s, %(by)s, '', '', '', '{action}', '{model._meta.label_lower}', t.id::text,"
        f" left({label}, 200), {before}, {after}"
        f" FROM cqc_changed_{name} c JOIN {model._meta.db_table} t ON t.id = c.id"
    )
