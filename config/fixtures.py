"""Loads the documents' facts from ``fixtures/<organisation>/*.yaml``: whole or not at all, as often as one likes.

A file maps a model's label to rows. A row is found again by its model's ``NATURAL_KEY`` and refers to others
by theirs, joined with ``/`` ("durham-home-care/zone-1"). Children stand inside their parent under the name
of the relation. ``defaults`` at the top fill fields that a row of the file leaves out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import IntegrityError, models, transaction

from core import versions
from core.errors import DomainError
from core.models import PublishableModel

# Rows are saved in this order, so that what is referred to is there already; links between many come last.
MODEL_ORDER = (
    "core.cpvcode",
    "core.servicetype",
    "core.clientgroup",
    "core.place",
    "commissioning.organisation",
    "commissioning.sourcedocument",
    "commissioning.coverage",
    "commissioning.organisationvalue",
    "commissioning.cyclestage",
    "commissioning.team",
    "commissioning.contact",
    "commissioning.indicator",
    "providers.provider",
    "providers.location",
    "providers.service",
    "tenders.framework",
    "tenders.lot",
    "tenders.contract",
    "tenders.opportunity",
    "tenders.forum",
    "tenders.event",
    "strategies.strategy",
    "strategies.relateddocument",
    "strategies.principle",
    "strategies.theme",
    "strategies.priority",
    "strategies.intention",
    "strategies.action",
    "strategies.message",
    "strategies.term",
    "strategies.section",
)
ERRORS_SHOWN = 50


class FixturesRefused(DomainError):
    """At least one row is wrong; nothing was loaded. ``problems`` names each by file, row and field."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        shown = "\n".join(problems[:ERRORS_SHOWN])
        more = len(problems) - ERRORS_SHOWN
        super().__init__(f"Nothing was loaded.\n{shown}" + (f"\n… and {more} more." if more > 0 else ""))


# The C parser is ten times as quick; a machine without it reads the same.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _LineLoader(_SafeLoader):  # type: ignore[misc]
    """Reads YAML, remembers the line of each mapping, and refuses a key given twice."""


def _mapping(loader: _LineLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    result: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in result:
            raise yaml.MarkedYAMLError(problem=f"“{key}” is given twice", problem_mark=key_node.start_mark)
        result[key] = loader.construct_object(value_node, deep=True)
    result["__line__"] = node.start_mark.line + 1
    return result


_LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _without_lines(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_lines(one) for one in value]
    if isinstance(value, dict):
        return {key: _without_lines(one) for key, one in value.items() if key != "__line__"}
    return value


@dataclass
class Report:
    """What a load did, by model label."""

    created: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    unchanged: int = 0

    @property
    def changed(self) -> int:
        return sum(self.created.values()) + sum(self.updated.values())


@dataclass
class _Row:
    file: str
    line: int
    model: type[models.Model]
    values: dict[str, Any]
    parent: tuple[str, models.Model] | None = None

    def where(self) -> str:
        key = [str(self.values[name]) for name in self.model.NATURAL_KEY if name in self.values]  # type: ignore[attr-defined]
        return f"{self.file}, line {self.line}, {self.model._meta.label_lower} “{'/'.join(key)}”"


def load_fixtures(*, folder: Path, at: dt.datetime) -> Report:
    """Load every file below ``folder`` in one transaction. Rows become public at ``at`` unless marked ``draft``.

    :raises FixturesRefused: naming file, line, row and field of each fault.
    """
    loader = _Loader(at)
    rows = loader.read(folder)
    with transaction.atomic():
        for row in rows:
            loader.save(row)
        loader.link()
        if loader.problems:
            raise FixturesRefused(loader.problems)
        if loader.report.changed:
            versions.touch(*versions.REGISTERS)
    return loader.report


class _Loader:
    def __init__(self, at: dt.datetime) -> None:
        self.at = at
        self.problems: list[str] = []
        self.report = Report()
        self.links: list[tuple[_Row, models.Model, str, list[Any]]] = []
        self.found: dict[tuple[type[models.Model], str], models.Model] = {}
        self.stored: dict[type[models.Model], dict[tuple[Any, ...], models.Model]] = {}
        self.new: set[models.Model] = set()

    def read(self, folder: Path) -> list[_Row]:
        """Read all files and return their top rows in saving order."""
        rows: dict[str, list[_Row]] = {label: [] for label in MODEL_ORDER}
        # What everybody refers to comes first, so that a town can stand under its council.
        for path in sorted(folder.rglob("*.yaml"), key=lambda one: ("reference" not in one.parts, one)):
            name = str(path.relative_to(folder.parent))
            try:
                content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LineLoader)  # noqa: S506 (a SafeLoader)
            except yaml.MarkedYAMLError as error:
                line = error.problem_mark.line + 1 if error.problem_mark else 1
                self.problems.append(f"{name}, line {line}: {error.problem}")
                continue
            if not isinstance(content, dict):
                self.problems.append(f"{name}: the file is empty or holds no models.")
                continue
            content.pop("__line__", None)
            defaults = {k: v for k, v in (content.pop("defaults", None) or {}).items() if k != "__line__"}
            for label, file_rows in content.items():
                if label not in rows:
                    self.problems.append(
                        f"{name}: there is no model “{label}” to load; choose one of {', '.join(rows)}."
                    )
                    continue
                rows[label] += self._rows(name, apps.get_model(label), file_rows or [], defaults)
        if self.problems:
            raise FixturesRefused(self.problems)
        return [row for label in MODEL_ORDER for row in rows[label]]

    def _rows(self, file: str, model: type[models.Model], rows: Any, defaults: dict[str, Any]) -> Iterator[_Row]:
        for values in rows:
            if not isinstance(values, dict):
                self.problems.append(
                    f"{file}, {model._meta.label_lower}: a row must map fields to values, not “{values}”."
                )
                continue
            line = values.pop("__line__", 0)
            names = {f.name for f in model._meta.get_fields()}
            filled = {key: value for key, value in defaults.items() if key in names and key not in values}
            if values.get("is_sample") or filled.get("is_sample"):
                filled.pop("source", None)
            yield _Row(file, line, model, {**filled, **values, "__defaults__": defaults})

    def save(self, row: _Row) -> None:
        """Create or update one row and its children."""
        model, defaults = row.model, row.values.pop("__defaults__")
        is_draft = row.values.pop("draft", False)
        fields: dict[str, Any] = {}
        children: list[tuple[Any, list[Any]]] = []
        many: list[tuple[str, list[Any]]] = []
        for name, value in row.values.items():
            try:
                definition = model._meta.get_field(name)
            except FieldDoesNotExist:
                self._refuse(row, name, "there is no such field.")
                continue
            if definition.one_to_many:
                children.append((definition, value or []))
            elif definition.many_to_many:
                many.append((name, value or []))
            elif definition.many_to_one or definition.one_to_one:
                fields[name] = self._reference(row, name, definition.related_model, value)
            elif isinstance(definition, models.JSONField):
                fields[name] = _without_lines(value)
            elif isinstance(definition, models.DecimalField) and isinstance(value, float):
                # YAML reads 40.7 as a binary fraction; its shortest text is what the file says.
                fields[name] = str(value)
            else:
                fields[name] = value
        if row.parent:
            fields[row.parent[0]] = row.parent[1]
        instance = self._store(row, fields, is_draft)
        if instance is None:
            return
        self.links += [(row, instance, name, keys) for name, keys in many]
        for relation, child_rows in children:
            inherited = {**defaults}
            if getattr(instance, "is_sample", False):
                inherited = {**inherited, "is_sample": True}
            for position, child in enumerate(self._rows(row.file, relation.related_model, child_rows, inherited)):
                child.parent = (relation.field.name, instance)
                if "order" in {f.name for f in child.model._meta.fields}:
                    child.values.setdefault("order", position + 1)
                self.save(child)

    def _store(self, row: _Row, fields: dict[str, Any], is_draft: bool) -> models.Model | None:
        key = {}
        for name in row.model.NATURAL_KEY:  # type: ignore[attr-defined]
            definition = row.model._meta.get_field(name)
            value = fields.get(name)
            if name == "due_words":
                value = str(fields.get("due") or "")
            elif isinstance(value, (int, float)) and isinstance(definition, models.CharField):
                value = str(value)
            if value is None and not definition.null and definition.get_internal_type() == "CharField":
                value = definition.get_default()
            key[name] = value
        index = self._stored(row.model)
        instance = index.get(self._index_key(row.model, key))
        is_new = instance is None
        if instance is None:
            instance = row.model()
        before = {} if is_new else {f.attname: getattr(instance, f.attname) for f in row.model._meta.concrete_fields}
        for name, value in fields.items():
            setattr(instance, name, value)
        if isinstance(instance, PublishableModel) and not is_draft and instance.published_at is None:
            instance.published_at = self.at
        try:
            # What a key refers to was just looked up, and what must be unique the database itself judges.
            relations = {f.name for f in row.model._meta.concrete_fields if f.is_relation and f.name in fields}
            instance.clean_fields(exclude=relations)
            instance.clean()
            label = row.model._meta.label_lower
            after = {f.attname: getattr(instance, f.attname) for f in row.model._meta.concrete_fields}
            if is_new or any(before[name] != value for name, value in after.items()):
                self._write(instance)
                counts = self.report.created if is_new else self.report.updated
                counts[label] = counts.get(label, 0) + 1
            else:
                self.report.unchanged += 1
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                self._refuse(row, "" if name == "__all__" else name, " ".join(messages))
            return None
        index[self._index_key(row.model, {name: getattr(instance, name) for name in key})] = instance
        if is_new:
            self.new.add(instance)
        self.found[row.model, self._key_of(instance)] = instance
        return instance

    def _write(self, instance: models.Model) -> None:
        try:
            with transaction.atomic():
                instance.save()
        except IntegrityError:
            # The rows' own rules say in words what the database refused.
            instance.full_clean()
            raise

    def _stored(self, model: type[models.Model]) -> dict[tuple[Any, ...], models.Model]:
        """Every row of a model by its natural key, read once."""
        if model not in self.stored:
            rows = model._default_manager.all()
            names = model.NATURAL_KEY  # type: ignore[attr-defined]
            self.stored[model] = {
                self._index_key(model, {name: getattr(row, model._meta.get_field(name).attname) for name in names}): row
                for row in rows
            }
        return self.stored[model]

    def _index_key(self, model: type[models.Model], values: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(
            value.pk if isinstance(value, models.Model) else value
            for value in (values[name] for name in model.NATURAL_KEY)  # type: ignore[attr-defined]
        )

    def link(self) -> None:
        """Set the links between many, once every row stands."""
        for row, instance, name, keys in self.links:
            related = getattr(type(instance), name).field.related_model
            if getattr(type(instance), name).reverse:
                related = getattr(type(instance), name).field.model
            if not isinstance(keys, list):
                self._refuse(row, name, "give a list.")
                continue
            targets = [self._reference(row, name, related, key) for key in keys]
            manager = getattr(instance, name)
            if None in targets:
                continue
            if instance in self.new:
                manager.add(*targets)
                continue
            if set(manager.all()) == set(targets):
                continue
            manager.set(targets)
            self.report.updated[type(instance)._meta.label_lower] = self.report.updated.get(
                type(instance)._meta.label_lower, 0
            )

    def _reference(self, row: _Row, name: str, model: type[models.Model], key: Any) -> models.Model | None:
        if key is None:
            return None
        key = str(key)
        if (model, key) not in self.found:
            instance = self._find(model, key)
            if instance is None:
                self._refuse(row, name, f"there is no {model._meta.verbose_name} “{key}”.")
                return None
            self.found[model, key] = instance
        return self.found[model, key]

    def _find(self, model: type[models.Model], key: str) -> models.Model | None:
        parts = key.split("/")
        lookup = dict(zip(self._lookups(model), parts, strict=False))
        if len(parts) != len(self._lookups(model)):
            return None
        return model._default_manager.filter(**lookup).first()

    def _lookups(self, model: type[models.Model]) -> list[str]:
        lookups: list[str] = []
        for name in model.NATURAL_KEY:  # type: ignore[attr-defined]
            definition = model._meta.get_field(name)
            if definition.is_relation:
                lookups += [f"{name}__{inner}" for inner in self._lookups(definition.related_model)]
            else:
                lookups.append(name)
        return lookups

    def _key_of(self, instance: models.Model) -> str:
        parts = []
        for name in instance.NATURAL_KEY:  # type: ignore[attr-defined]
            value = getattr(instance, name)
            parts.append(self._key_of(value) if isinstance(value, models.Model) else str(value))
        return "/".join(parts)

    def _refuse(self, row: _Row, name: str, reason: str) -> None:
        self.problems.append(f"{row.where()}{f', field {name}' if name else ''}: {reason}")
