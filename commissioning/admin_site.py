from __future__ import annotations

from typing import Any

from django.contrib import admin

from commissioning.acting import acting_officer, acting_organisation


class PortalAdminSite(admin.AdminSite):
    """The commissioners' workspace: open to officers and to the installation's operators."""

    site_header = "Care Commissioning Portal: workspace"
    site_title = "Workspace"
    index_title = "Your organisation's registers"
    empty_value_display = "–"

    def has_permission(self, request: Any) -> bool:
        user = request.user
        return bool(user.is_active and user.is_authenticated and (user.is_superuser or acting_officer(request)))

    def each_context(self, request: Any) -> dict[str, Any]:
        acting_for = acting_organisation(request) if request.user.is_authenticated else None
        return {**super().each_context(request), "acting_for": acting_for}

    def get_urls(self) -> list[Any]:
        # "View on site" by content type and key would tell a stranger's slug; pages are linked from the records.
        return [url for url in super().get_urls() if getattr(url, "name", None) != "view_on_site"]
