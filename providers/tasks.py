from core import clock, files
from core.jobs import job

from .models import Photo
from .services import freshness


@job("providers.ask_for_confirmation", nightly=True)
def ask_for_confirmation(*, job):
    freshness.ask_all(at=clock.now(), progress=job.progress)


@files.referenced
def kept_files():
    # A photo that was taken away is nobody's any more: perhaps somebody in it no longer agreed.
    return Photo.objects.filter(removed_at=None).values_list("file", flat=True)
