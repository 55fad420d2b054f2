"""What a run of the alerts has written."""

from core.models import OutgoingMail
from tenders.alerts import run


def told(at):
    """Run the alerts and return the texts of the mails it wrote, by address."""
    before = set(OutgoingMail.objects.values_list("pk", flat=True))
    run.run(at=at)
    return {one.to: one.text for one in OutgoingMail.objects.exclude(pk__in=before)}


def lines(text):
    """The lines of a mail that tell news: between the greeting and why one gets it."""
    body = text.partition("WHY YOU GET THIS MAIL")[0].removeprefix("Hello,")
    return [line.strip() for line in body.splitlines() if line.strip()]
