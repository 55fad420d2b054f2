from __future__ import annotations

from django.db import models

from .services import Service


class ServiceModification(models.Model):
    """When a service, or anything that is told with it, last changed: a fee, a rating, a building, its provider.

    `Service.changed_at` is the entry's own date and is shown to people; this one lets whoever copies the open data ask
    for what is new (`modified_after`). Triggers of the database write it, so that no import and no bulk update can
    forget it; a service has its row from its first moment on. The moment is the database's, while the transaction
    runs: its changes are seen a little later, so a copy asks again from some time before its last one.
    """

    service = models.OneToOneField(Service, models.CASCADE, primary_key=True, related_name="modification")
    modified_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.service_id}: {self.modified_at:%Y-%m-%d %H:%M}"
