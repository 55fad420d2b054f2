from core import clock
from core.jobs import job

from .services import freshness


@job("providers.ask_for_confirmation", nightly=True)
def ask_for_confirmation(*, job):
    freshness.ask_all(at=clock.now(), progress=job.progress)
