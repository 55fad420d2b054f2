"""The mails about a provider's change: to those who decide, and to who asked."""

from __future__ import annotations

from core import mail
from core.models import User
from providers.letters import address, letter
from providers.models import ProfileRevision

from .home import deciders


def workspace_address(revision: ProfileRevision) -> str:
    """Return the page of the provider's workspace on which a change is written."""
    if revision.service is None:
        return address("providers:workspace_provider")
    return address("providers:workspace_service", revision.service.slug)


def tell_deciders(revision: ProfileRevision, lines: list[str]) -> None:
    """Owe each person who may decide a mail that a change waits; ``lines`` name its fields."""
    what = revision.service or revision.provider
    text = letter(
        "Hello,",
        f"{revision.provider} asks for a change to {what}:",
        "\n".join(f"- {line}" for line in lines),
        "Families see the old text until you decide. Look at it, then approve it or send it back with a reason:\n"
        + address("admin:providers_profilerevision_change", revision.pk),
    )
    for person in deciders(revision.organisation):
        key = f"revision-submitted:{revision.pk}:{person.pk}"
        mail.owe(key=key, to=person.email, subject=f"A change to {what} waits for you", text=text)


def tell_submitter(revision: ProfileRevision) -> None:
    """Owe who submitted a change the decision, as long as they still keep the provider's entry."""
    person: User | None = revision.submitted_by
    if person is None or not person.is_active:
        return
    if not revision.provider.representatives.filter(user=person).exists():
        return
    what = revision.service or revision.provider
    who, has = (
        (str(revision.organisation), "has") if revision.organisation else ("The people who run the portal", "have")
    )
    if revision.decision == ProfileRevision.Decision.APPROVED:
        subject = f"Your change to {what} is live"
        words = [f"{who} {has} agreed to your change to {what}. Families see it now.", workspace_address(revision)]
    else:
        subject = f"Your change to {what} came back"
        words = [
            f"{who} {has} sent your change to {what} back, and {'says' if revision.organisation else 'say'} why:",
            revision.reason,
            f"Nothing you wrote is lost. Put it right and send it again:\n{workspace_address(revision)}",
        ]
    mail.owe(key=f"revision-decided:{revision.pk}", to=person.email, subject=subject, text=letter("Hello,", *words))
