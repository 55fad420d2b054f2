"""How long people's data is kept.

A model that holds it says so with ``keep_for``: a time, or in words what it ends with. Where it is a time, the model's
queryset answers ``past_keeping(at=…)``, and one nightly job deletes those rows (`core.tasks.delete_personal_data`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.apps import apps
from django.db import models


def models_kept_for_a_time() -> list[type[models.Model]]:
    """Return every model of every app whose rows are deleted when their time is over."""
    return [model for model in apps.get_models() if isinstance(getattr(model, "keep_for", None), dt.timedelta)]


def delete_past_keeping(*, at: dt.datetime) -> None:
    """Delete every row that has been kept for as long as its model says."""
    for model in models_kept_for_a_time():
        rows: Any = model._default_manager
        rows.past_keeping(at=at).delete()
