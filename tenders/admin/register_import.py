from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from commissioning import permissions
from commissioning.acting import acting_organisation
from core import clock
from core.errors import DomainError

from ..register import PlanOutdated, SheetRow, apply_plan, make_plan, read_register

SALT = "tenders.register-import"
# How long the page that shows what would change may stand open.
MAX_AGE = 60 * 60
MOST_ROWS = 2_000
MOST_BYTES = 10 * 1024**2
# The rows come back with the button: what is sent with a form has a limit (DATA_UPLOAD_MAX_MEMORY_SIZE).
MOST_SEEN = 2_000_000
# Of the rows that change, so many are shown; all are counted and changed.
SHOWN = 200


class RegisterFileForm(forms.Form):
    """The file of a contracts register."""

    file = forms.FileField(
        label="Spreadsheet",
        help_text="A .csv, .xlsx or .ods file with the columns of the template.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.ods"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(f"The file is larger than {MOST_BYTES // 1024**2} MB. Part it.")
        return file


class RegisterImportMixin:
    """Adds to the register's admin a page that reads a spreadsheet: first what would change, then a button."""

    admin_site: Any
    opts: Any
    change_list_template = "admin/contract_change_list.html"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="tenders_contract_import"), *super().get_urls()]  # type: ignore[misc]

    def import_view(self, request: Any) -> HttpResponse:
        """Show what a file would change, and change it once the officer has seen it. A GET changes nothing."""
        organisation = acting_organisation(request)
        if organisation is None or not permissions.can_edit(request.user, organisation):
            raise PermissionDenied("Choose an organisation to act for whose register you may edit.")
        context = {
            **self.admin_site.each_context(request),
            "title": "Import the contracts register",
            "opts": self.opts,
            "organisation": organisation,
            "may_publish": permissions.can_publish(request.user, organisation),
            "form": RegisterFileForm(),
            "most_rows": MOST_ROWS,
        }
        if request.method == "POST":
            done = self._apply if "seen" in request.POST else self._preview
            answer = done(request, organisation, context)
            if answer is not None:
                return answer
        return render(request, "admin/contract_import.html", context)

    def _preview(self, request: Any, organisation: Any, context: dict[str, Any]) -> HttpResponse | None:
        context["form"] = form = RegisterFileForm(request.POST, request.FILES)
        if not form.is_valid():
            return None
        try:
            with tempfile.TemporaryDirectory() as folder:
                # Whether a text is a table, only the name's ending tells; nothing else of the name is used.
                ending = Path(form.cleaned_data["file"].name).suffix.lower()
                file = Path(folder, f"register{ending if ending in {'.csv', '.xlsx', '.ods', '.txt'} else ''}")
                with file.open("wb") as target:
                    for piece in form.cleaned_data["file"].chunks():
                        target.write(piece)
                sheet = read_register(file, most=MOST_ROWS)
            self._show(request, organisation, sheet.rows, context)
            context["passed_columns"], context["passed_sheets"] = sheet.passed_columns, sheet.passed_sheets
        except DomainError as refusal:
            context["refusal"] = refusal
        return None

    def _show(self, request: Any, organisation: Any, rows: list[SheetRow], context: dict[str, Any]) -> None:
        plan = make_plan(rows, organisation=organisation, at=clock.now())
        seen = signing.dumps(
            {
                "user": request.user.pk,
                "organisation": organisation.pk,
                "rows": [row.as_json() for row in rows],
                "fingerprint": plan.fingerprint(),
            },
            salt=SALT,
            compress=True,
        )
        if len(seen) > MOST_SEEN:
            raise DomainError("The file holds more words than can be imported at once. Nothing was imported: part it.")
        context |= {"plan": plan, "shown": (plan.added + plan.changed)[:SHOWN], "seen": seen}

    def _apply(self, request: Any, organisation: Any, context: dict[str, Any]) -> HttpResponse | None:
        try:
            seen = signing.loads(request.POST["seen"], salt=SALT, max_age=MAX_AGE)
        except signing.BadSignature:
            context["refusal"] = DomainError(
                "This page stood open for too long. Nothing was imported: give the file again."
            )
            return None
        if (seen["user"], seen["organisation"]) != (request.user.pk, organisation.pk):
            raise PermissionDenied("This preview was made for somebody else.")
        rows = [SheetRow(*row) for row in seen["rows"]]
        publishes = "publishes" in request.POST and context["may_publish"]
        try:
            plan = apply_plan(
                rows,
                organisation=organisation,
                fingerprint=seen["fingerprint"],
                by=request.user,
                at=clock.now(),
                publishes=publishes,
            )
        except PlanOutdated as refusal:
            context["refusal"] = refusal
            self._show(request, organisation, rows, context)
            return None
        except DomainError as refusal:
            context["refusal"] = refusal
            return None
        messages.success(
            request,
            f"The register is imported: {len(plan.added)} added, {len(plan.changed)} changed, the rest as it was.",
        )
        return redirect(reverse("admin:tenders_contract_changelist"))
