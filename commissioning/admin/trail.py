"""The trail of what is edited in the workspace: records, their links, and the rows inside them."""

from __future__ import annotations

from typing import Any

from commissioning.acting import acting_organisation
from core import audit, clock, versions


class TrailMixin:
    """Writes down every change with what was there before, and raises the versions that cached pages hang on."""

    model: Any

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        before = audit.snapshot(type(obj)._default_manager.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        self._record(request, obj, before, audit.snapshot(obj))

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        before = _links(form.instance)
        super().save_related(request, form, formsets, change)  # type: ignore[misc]
        self._record(request, form.instance, before, _links(form.instance))
        self._touch(self.model)

    def save_formset(self, request: Any, form: Any, formset: Any, change: bool) -> None:
        has_changed = formset.has_changed()
        owner = self._owner(form.instance)  # type: ignore[attr-defined]
        known = {row.pk: audit.snapshot(row) for row in formset.queryset.all()} if has_changed else {}
        formset.save(commit=False)
        for row in formset.deleted_objects:
            self._record(request, row, known.get(row.pk), None, owner=owner)
            row.delete()
        for row in [*formset.new_objects, *(row for row, _ in formset.changed_objects)]:
            before = known.get(row.pk)
            row.save()
            self._record(request, row, before, audit.snapshot(row), owner=owner)
        formset.save_m2m()
        if has_changed:
            self._touch(formset.model)

    def delete_model(self, request: Any, obj: Any) -> None:
        self._record(request, obj, audit.snapshot(obj), None)
        super().delete_model(request, obj)  # type: ignore[misc]

    def delete_queryset(self, request: Any, queryset: Any) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    def _record(self, request: Any, obj: Any, before: Any, after: Any, *, owner: Any = None) -> None:
        if before == after:
            return
        verb = "added" if before is None else "deleted" if after is None else "changed"
        audit.record(
            f"{obj._meta.model_name}.{verb}",
            obj,
            by=request.user,
            at=clock.now(),
            organisation=acting_organisation(request) or owner or self._owner(obj),  # type: ignore[attr-defined]
            before=before,
            after=after,
        )
        self._touch(type(obj))

    def _touch(self, model: Any) -> None:
        registers = getattr(model, "REGISTERS", ())
        if registers:
            versions.touch(*registers)


def _links(obj: Any) -> dict[str, list[Any]]:
    """The keys a record links to, by field: what a snapshot of its own columns does not hold."""
    return {
        field.name: sorted(getattr(obj, field.name).values_list("pk", flat=True))
        for field in obj._meta.many_to_many
        if field.remote_field.through._meta.auto_created
    }
