import datetime as dt

from core import clock, files
from core.jobs import job

from .models import Photo
from .search import upkeep
from .services import freshness


@job("providers.ask_for_confirmation", nightly=True)
def ask_for_confirmation(*, job):
    freshness.ask_all(at=clock.now(), progress=job.progress)


@job("providers.make_search_bits", every=dt.timedelta(minutes=15))
def make_search_bits():
    at = clock.now()
    if upkeep.is_due(at=at):
        upkeep.make_bits(at=at)


@files.referenced
def kept_files():
    # A photo that was taken away is nobody's any more: perhaps somebody in it no longer agreed.
    return Photo.objects.filter(removed_at=None).values_list("file", flat=True)
