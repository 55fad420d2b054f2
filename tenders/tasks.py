import datetime as dt

from django.conf import settings

from core import clock
from core.jobs import job

from . import services
from .alerts import run
from .search import upkeep
from .services import confirmations, refusals


@job("tenders.ask_owners", nightly=True)
def ask_owners(*, job):
    services.ask_owners(at=clock.now(), progress=job.progress)


@job("tenders.propose_successors", nightly=True)
def propose_successors(*, job):
    services.propose_successors(at=clock.now(), progress=job.progress)


@job("tenders.tell_subscribers", every=dt.timedelta(minutes=settings.ALERTS_MINUTES))
def tell_subscribers(*, job):
    at = clock.now()
    confirmations.ask_the_waiting(at=at)
    run.run(at=at, progress=job.progress)


@job("tenders.stop_refused", nightly=True)
def stop_refused():
    refusals.stop_refused(at=clock.now())


@job("tenders.make_releases", nightly=True)
def make_releases(*, job):
    services.make_releases(at=clock.now(), progress=job.progress)


@job("tenders.make_search_bits", every=dt.timedelta(minutes=15))
def make_search_bits():
    at = clock.now()
    if upkeep.is_due(at=at):
        upkeep.make_bits(at=at)
