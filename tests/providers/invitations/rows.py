"""What the tests of invitations share: inviting, the form of a new account and the trail."""

from core import jobs
from core.models import AuditEvent, Job, JobState
from providers.services import invitations
from tests.factories import NOON

PASSWORD = "three words together"
NEW = {"name": "Ada Keeper", "password1": PASSWORD, "password2": PASSWORD}


def run_jobs():
    for row in Job.objects.filter(state=JobState.QUEUED):
        jobs.run(row.pk)


def invite(provider, by, **more):
    return invitations.invite(**{"provider": provider, "email": "ada@example.org", "by": by, "at": NOON, **more})


def trail(action):
    return AuditEvent.objects.get(action=action)
