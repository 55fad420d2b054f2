from core import clock
from core.jobs import job

from . import services


@job("tenders.ask_owners", nightly=True)
def ask_owners(*, job):
    services.ask_owners(at=clock.now(), progress=job.progress)


@job("tenders.propose_successors", nightly=True)
def propose_successors(*, job):
    services.propose_successors(at=clock.now(), progress=job.progress)
