from core.files import referenced
from core.jobs import RunningJob, job

from . import services
from .models import Edition, EditionFile


@job("strategies.compose_edition")
def compose_edition(*, edition_id: int, job: RunningJob) -> None:
    services.compose_edition(edition=Edition.objects.select_related("strategy").get(pk=edition_id), job=job)


@referenced
def edition_files() -> list[str]:
    return list(EditionFile.objects.values_list("checksum", flat=True))
