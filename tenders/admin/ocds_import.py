"""Reading one's own notices from a file of open contracting data: first what would change, then a button."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from commissioning import permissions
from commissioning.acting import acting_organisation
from core import clock
from core.errors import DomainError

from .. import services as pipeline
from ..models import OcdsImport, Opportunity
from ..ocds.reading import AS_STATED, JOIN_NEW, SKIP

# As much as `deploy/nginx.conf` lets through; `manage.py import_ocds` reads more.
MOST_BYTES = 25 * 1024**2
# Of the processes, so many are shown; all are counted and taken in.
SHOWN = 100
MOST_ENTRIES = 500


class OcdsFileForm(forms.Form):
    """The file of releases."""

    file = forms.FileField(
        label="File of releases",
        help_text="A .json file of releases or records, as Find a Tender gives it out.",
        widget=forms.ClearableFileInput(attrs={"accept": ".json,.jsonl"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                f"The file is larger than {MOST_BYTES // 1024**2} MB. Ask for fewer days at once."
            )
        return file


class OcdsImportMixin:
    """Adds to the pipeline's admin the pages that read a file, show what it would do, and do it."""

    admin_site: Any
    opts: Any
    change_list_template = "admin/opportunity_change_list.html"

    def get_urls(self) -> list[Any]:
        upload, look = self.admin_site.admin_view(self.ocds_view), self.admin_site.admin_view(self.ocds_plan_view)
        return [
            path("import-ocds/", upload, name="tenders_opportunity_ocds"),
            path("import-ocds/<int:pk>/", look, name="tenders_opportunity_ocds_plan"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def _ocds_organisation(self, request: Any) -> Any:
        organisation = acting_organisation(request)
        if organisation is None or not permissions.can_edit(request.user, organisation):
            raise PermissionDenied("Choose an organisation to act for whose pipeline you may edit.")
        return organisation

    def _ocds_page(self, request: Any, **context: Any) -> HttpResponse:
        title = "Read notices from open contracting data"
        return render(
            request,
            "admin/ocds_import.html",
            {**self.admin_site.each_context(request), "title": title, "opts": self.opts, **context},
        )

    def ocds_view(self, request: Any) -> HttpResponse:
        """Take a file and keep what was understood of it. No entry changes yet."""
        organisation = self._ocds_organisation(request)
        if request.method != "POST":
            return self._ocds_page(request, form=OcdsFileForm())
        form = OcdsFileForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._ocds_page(request, form=form)
        file = form.cleaned_data["file"]
        try:
            reading = pipeline.keep_reading(
                content=file.read(), file_name=file.name, organisation=organisation, by=request.user, at=clock.now()
            )
        except DomainError as refusal:
            return self._ocds_page(request, form=OcdsFileForm(), refusal=refusal)
        return redirect(reverse("admin:tenders_opportunity_ocds_plan", args=[reading.pk]))

    def ocds_plan_view(self, request: Any, pk: int) -> HttpResponse:
        """Show what a kept reading would do with these choices, and do it once exactly that was seen."""
        organisation = self._ocds_organisation(request)
        reading = OcdsImport.objects.owned_by(organisation).filter(pk=pk, applied_at=None).first()
        if reading is None:
            raise Http404("No such reading.")
        may_publish = permissions.can_publish(request.user, organisation)
        choices, suppliers = self._choices(request, reading), _suppliers(request)
        at = clock.now()
        refusal = None
        if request.method == "POST" and "apply" in request.POST:
            try:
                done = pipeline.apply_reading(
                    reading=reading, choices=choices, suppliers=suppliers, may_publish=may_publish,
                    publishes=may_publish and "publishes" in request.POST, fingerprint=request.POST.get("seen", ""),
                    by=request.user, at=at,
                )  # fmt: skip
            except DomainError as refused:
                refusal = refused
            else:
                words = ", ".join(f"{count} {word}" for word, count in done.counts().items())
                messages.success(request, f"The file is taken in: {words}.")
                return redirect(reverse("admin:tenders_opportunity_changelist"))
        plan = pipeline.plan_of(reading=reading, choices=choices, suppliers=suppliers, may_publish=may_publish, at=at)
        rows = [
            {"number": number, "plan": one, "choice": choices.get(one.process.ocid, JOIN_NEW)}
            for number, one in enumerate(plan.processes)
        ]
        entries = Opportunity.objects.owned_by(organisation).order_by("title", "pk")
        return self._ocds_page(
            request,
            reading=reading,
            plan=plan,
            rows=rows[:SHOWN],
            is_cut=len(rows) > SHOWN,
            suppliers=[
                {
                    "supplier": one,
                    "choice": suppliers.get(one.token, str(one.provider.uuid) if one.provider else AS_STATED),
                }
                for one in plan.suppliers()
            ],
            as_stated=AS_STATED,
            entries=list(entries.values_list("reference", "title")[:MOST_ENTRIES]),
            seen=plan.fingerprint(),
            refusal=refusal,
            may_publish=may_publish,
            is_possible=not plan.doing("refused") and any(plan.doing(word) for word in ("added", "changed", "joined")),
            skip=SKIP,
            new=JOIN_NEW,
        )

    def _choices(self, request: Any, reading: OcdsImport) -> dict[str, str]:
        asked = {}
        for number, process in enumerate(reading.reading):
            choice = request.POST.get(f"choice-{number}", "").replace("\x00", "").strip()
            if choice:
                asked[process["ocid"]] = choice
        return asked


def _suppliers(request: Any) -> dict[str, str]:
    prefix = "supplier-"
    told = {name.removeprefix(prefix): value for name, value in request.POST.items() if name.startswith(prefix)}
    return {token: value[:40] for token, value in told.items() if value}
