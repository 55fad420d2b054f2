from core import clock
from core.jobs import job

from . import services


@job("tenders.ask_owners", nightly=True)
def ask_owners(*, job):
    services.ask_owners(at=clock.now(), progress=job.progress)
