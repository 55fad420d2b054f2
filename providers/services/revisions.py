"""A provider's changes: written as a draft, sent to the home council, approved or sent back.

What families see is the rows; a change is data beside them until it is approved, so that no page, search, feed, file
or API can show it before.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from commissioning.models import Organisation
from core import audit, geography, versions
from core.errors import AlreadyDone, DomainError, NotReady
from core.text import clean_plain_text
from providers import profile
from providers.models import ProfileRevision, Provider, Service
from providers.profile import Values

from . import revision_mails
from .home import council_for, deciders, home_organisation

Decision = ProfileRevision.Decision


class ProfileRefused(DomainError):
    """What was written breaks a rule; ``problems`` has the sentences by field."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        super().__init__("Some of this cannot be saved as it stands.")
        self.problems = problems


class ChangedMeanwhile(DomainError):
    """Somebody saved the same fields after this form was opened; ``changes`` tells what they are now."""

    def __init__(self, changes: list[profile.Change]) -> None:
        super().__init__("Somebody saved this part after you opened it. Nothing of yours was saved over it.")
        self.changes = changes


class WithTheCouncil(DomainError):
    """A change that waits for the council cannot be edited."""

    def __init__(self) -> None:
        super().__init__("Your last change is with the council. Take it back first, if you want to go on writing.")


@contextmanager
def as_if_approved(*, provider: Provider, service: Service | None, at: dt.datetime) -> Iterator[None]:
    """Let the rows stand for a moment as an approval would leave them, to show a preview; then all is as before.

    So a preview is what families will see and not a copy of it that may differ.

    :raises NotReady: if the draft breaks a rule.
    """
    with transaction.atomic():
        revision, subject = _locked(provider, service)
        if revision is not None:
            live = profile.live_values(subject, at=at)
            _refuse_problems(revision, subject, live, "This cannot be shown as it stands.")
            profile.apply(subject, revision.changes, at=at)
        if not subject.is_public(at=at):
            subject.published_at = at
        subject.save()
        yield
        transaction.set_rollback(True)


# --- writing ---


@transaction.atomic
def save_changes(
    *, provider: Provider, service: Service | None, values: Values, seen: Values, by: Any, at: dt.datetime
) -> ProfileRevision | None:
    """Keep what a representative wrote as a draft. Families go on seeing what was approved last.

    A field that is as families see it is no change; a draft without any is gone.

    :param values: the edited fields of a section.
    :param seen: the same fields as the form showed them when it was opened.
    :return: the draft; None if nothing differs from what families see.
    :raises WithTheCouncil: if a change to this waits for a decision.
    :raises ChangedMeanwhile: if one of the fields was saved differently since the form was opened.
    :raises ProfileRefused: if a rule is broken.
    """
    revision, subject = _locked(provider, service)
    if revision is not None and revision.is_waiting():
        raise WithTheCouncil
    live = profile.live_values(subject, at=at)
    known = profile.fields_of(subject)
    changes = dict(revision.changes) if revision else {}
    current = {**live, **changes}
    cleaned = {name: profile.clean_value(known[name], value) for name, value in values.items() if name in known}
    moved = {
        name: current[name] for name in cleaned if seen.get(name) != current[name] and cleaned[name] != current[name]
    }
    if moved:
        raise ChangedMeanwhile(profile.differences(subject, moved, live={**current, **seen}, base={}))
    if found := profile.problems(subject, {**current, **cleaned}, [n for n in cleaned if cleaned[n] != live[n]]):
        raise ProfileRefused(found)

    base = dict(revision.base) if revision else {}
    for name, value in cleaned.items():
        if value == live[name]:
            changes.pop(name, None)
            base.pop(name, None)
        else:
            changes[name] = value
            base.setdefault(name, live[name])
    return _keep(revision, provider, service, changes, base, by=by, at=at)


def _keep(
    revision: ProfileRevision | None, provider: Provider, service: Service | None, changes: Values, base: Values,
    *, by: Any, at: dt.datetime,
) -> ProfileRevision | None:  # fmt: skip
    before = audit.snapshot(revision, ["changes"]) if revision else None
    if before is not None and before["changes"] == changes or not changes and revision is None:
        return revision
    if not changes:
        _record("revision.discarded", revision, by=by, at=at, before=before)
        revision.delete()
        return None
    revision = revision or ProfileRevision(provider=provider, service=service, started_at=at, started_by=by)
    revision.changes, revision.base = changes, base
    revision.version += 1
    revision.save()
    _record("revision.saved", revision, by=by, at=at, before=before, after=audit.snapshot(revision, ["changes"]))
    return revision


@transaction.atomic
def discard_changes(*, provider: Provider, service: Service | None, by: Any, at: dt.datetime) -> None:
    """Throw a draft away; families have seen nothing of it. Photos that only it had go too.

    :raises DomainError: if there is no draft, or it is with the council.
    """
    revision, _ = _locked(provider, service)
    if revision is None:
        raise DomainError("There is no draft to throw away.")
    if revision.is_waiting():
        raise WithTheCouncil
    before = audit.snapshot(revision, ["decision", "decided_at"])
    _decide(revision, Decision.WITHDRAWN, by=by, at=at)
    if service is not None:
        service.photos.filter(shown_from=None, removed_at=None).update(removed_at=at)
    _record("revision.discarded", revision, by=by, at=at, before=before)


@transaction.atomic
def propose_service(*, provider: Provider, values: Values, by: Any, at: dt.datetime) -> Service:
    """Begin a new service as a draft that nobody else sees. It is there for families once a council has agreed.

    :param values: its name, types, setting, and ``building`` with address, town and postcode where it has one.
    :raises ProfileRefused: if a rule is broken.
    """
    provider = Provider.objects.select_for_update(of=("self",)).get(pk=provider.pk)
    service = Service(provider=provider, is_sample=provider.is_sample, name=clean_plain_text(values.get("name") or ""))
    if not service.name:
        raise ProfileRefused({"name": ["Give its name."]})
    service.slug = profile.free_slug(Service, service.name)
    service.save()
    known = profile.fields_of(service)
    live = profile.live_values(service, at=at)
    changes = {name: profile.clean_value(known[name], value) for name, value in values.items()}
    if found := profile.problems(service, {**live, **changes}, list(changes)):
        raise ProfileRefused(found)
    changes = {name: value for name, value in changes.items() if value != live[name]} | {"proposed": True}
    _keep(None, provider, service, changes, {name: live[name] for name in changes}, by=by, at=at)
    return service


# --- to the council and back ---


@transaction.atomic
def submit_changes(*, provider: Provider, service: Service | None, by: Any, at: dt.datetime) -> ProfileRevision:
    """Send a draft to the home council, and tell its officers by email.

    :raises NotReady: if there is nothing to send, or something in it breaks a rule by now; ``missing`` names each.
    :raises WithTheCouncil: if it has been sent already.
    """
    revision, subject = _locked(provider, service)
    if revision is None:
        raise NotReady("There is nothing to send: you have not changed anything yet.")
    if revision.is_waiting():
        raise WithTheCouncil
    live = profile.live_values(subject, at=at)
    said = profile.differences(subject, revision.changes, live=live, base=revision.base)
    if not said:
        raise NotReady("There is nothing to send: families see all of this already.")
    _refuse_problems(revision, subject, live, "This cannot be sent as it stands.")
    before = audit.snapshot(revision, ["submitted_at", "submitted_by", "organisation"])
    revision.organisation = home_of(revision, subject)
    revision.submitted_at, revision.submitted_by = at, by
    revision.save(update_fields=["organisation", "submitted_at", "submitted_by"])
    after = audit.snapshot(revision, ["submitted_at", "submitted_by", "organisation"])
    _record("revision.submitted", revision, by=by, at=at, before=before, after=after)
    revision_mails.tell_deciders(revision, [one.label for one in said])
    return revision


@transaction.atomic
def request_removal(*, provider: Provider, service: Service, by: Any, at: dt.datetime) -> ProfileRevision:
    """Ask the home council to take a service out of the directory. Families see it until it agrees.

    :raises WithTheCouncil: if another change waits for a decision.
    :raises DomainError: if families do not see it anyway.
    """
    revision, _ = _locked(provider, service)
    if revision is not None and revision.is_waiting():
        raise WithTheCouncil
    if not service.is_public(at=at):
        raise DomainError("Families do not see this service. Throw its draft away instead.")
    changes = {**(revision.changes if revision else {}), "removal": True}
    base = {**(revision.base if revision else {}), "removal": None}
    _keep(revision, provider, service, changes, base, by=by, at=at)
    return submit_changes(provider=provider, service=service, by=by, at=at)


@transaction.atomic
def withdraw_changes(*, provider: Provider, service: Service | None, by: Any, at: dt.datetime) -> ProfileRevision:
    """Take a change back from the council; what was written is a draft again.

    :raises DomainError: if none waits there.
    """
    revision, _ = _locked(provider, service)
    if revision is None or not revision.is_waiting():
        raise DomainError("Nothing of this is with the council.")
    before = audit.snapshot(revision, ["decision", "decided_at"])
    _decide(revision, Decision.WITHDRAWN, by=by, at=at)
    after = audit.snapshot(revision, ["decision", "decided_at"])
    _record("revision.withdrawn", revision, by=by, at=at, before=before, after=after)
    return _begin_again(revision, at=at)


@transaction.atomic
def approve_revision(*, revision: ProfileRevision, by: Any, at: dt.datetime, seen: str) -> ProfileRevision:
    """Make a change live everywhere at once, and tell who sent it.

    :param seen: the fingerprint of what the officer looked at (:func:`fingerprint`).
    :raises AlreadyDone: if it has been decided or taken back.
    :raises DomainError: if the change or what families see has changed since the officer looked.
    :raises NotReady: if it does not fit the entry any more; ``missing`` has the reasons.
    """
    revision, subject = _locked_waiting(revision)
    live = profile.live_values(subject, at=at)
    if seen != _fingerprint(revision, live):
        raise DomainError("This entry has changed since you looked at it. Look at the difference again, then decide.")
    _refuse_problems(revision, subject, live, "This change does not fit the entry any more. Send it back.")

    changes = revision.changes
    _decide(revision, Decision.APPROVED, by=by, at=at)
    if isinstance(subject, Service):
        subject.confirmed_at = max(filter(None, [subject.confirmed_at, revision.submitted_at]))
        if changes.get("proposed"):
            subject.published_at, subject.published_by = at, by
        if changes.get("removal"):
            subject.published_at = subject.published_by = None
    profile.apply(subject, changes, at=at)
    subject.save()

    before = {name: live.get(name) for name in changes}
    audit.record(
        f"{subject._meta.model_name}.changed", subject,
        by=by, at=at, organisation=revision.organisation, before=before, after=changes,
    )  # fmt: skip
    _record("revision.approved", revision, by=by, at=at, organisation=revision.organisation)
    versions.touch(*Provider.REGISTERS)
    revision_mails.tell_submitter(revision)
    return revision


@transaction.atomic
def send_back(*, revision: ProfileRevision, reason: str, by: Any, at: dt.datetime) -> ProfileRevision:
    """Decline a change and say why; what was written is a draft again, and who sent it is told.

    :raises AlreadyDone: if it has been decided or taken back.
    :raises DomainError: without a reason.
    """
    revision, _ = _locked_waiting(revision)
    revision.reason = clean_plain_text(reason, multiline=True)
    if not revision.reason:
        raise DomainError("Say why, so that the provider can put it right.")
    _decide(revision, Decision.SENT_BACK, by=by, at=at)
    _record(
        "revision.sent_back", revision, by=by, at=at, organisation=revision.organisation,
        after=audit.snapshot(revision, ["decision", "reason"]),
    )  # fmt: skip
    _begin_again(revision, at=at)
    revision_mails.tell_submitter(revision)
    return revision


def fingerprint(revision: ProfileRevision, *, at: dt.datetime) -> str:
    """Return what tells whether a change, or what families see of its fields, has changed since somebody looked."""
    subject = profile.subject_of(revision.service, revision.provider)
    return _fingerprint(revision, profile.live_values(subject, at=at))


def _fingerprint(revision: ProfileRevision, live: Values) -> str:
    looked_at = [revision.pk, revision.changes, {name: live.get(name) for name in revision.changes}]
    return hashlib.sha256(json.dumps(looked_at, sort_keys=True).encode()).hexdigest()


# --- inside ---


def _locked(provider: Provider, service: Service | None) -> tuple[ProfileRevision | None, profile.Subject]:
    """Lock a provider's changes, and return the open one with what it is about, as the rows are now."""
    provider = Provider.objects.select_for_update(of=("self",)).get(pk=provider.pk)
    if service is not None:
        service = Service.objects.select_for_update(of=("self",)).get(pk=service.pk, provider=provider)
    revision = (
        ProfileRevision.objects.select_for_update(of=("self",))
        .open()
        .filter(provider=provider, service=service)
        .first()
    )
    return revision, profile.subject_of(service, provider)


def _locked_waiting(revision: ProfileRevision) -> tuple[ProfileRevision, profile.Subject]:
    found, subject = _locked(revision.provider, revision.service)
    if found is None or found.pk != revision.pk or not found.is_waiting():
        raise AlreadyDone("This change has been decided or taken back already.")
    return found, subject


def _refuse_problems(revision: ProfileRevision, subject: profile.Subject, live: Values, sentence: str) -> None:
    found = profile.problems(subject, {**live, **revision.changes}, list(revision.changes))
    if found:
        known = profile.fields_of(subject)
        missing = [
            f"{known[name].label}: {one}" if name in known else one for name, lines in found.items() for one in lines
        ]
        raise NotReady(sentence, missing=missing)


def home_of(revision: ProfileRevision, subject: profile.Subject) -> Organisation | None:
    """Return who decides a change: the home council of what it is about, of a proposed service where it will be."""
    building = revision.changes.get("building")
    place = geography.council_of(building["postcode"]) if building else None
    if place is None:
        return home_organisation(subject)
    council = council_for(place)
    return council if council is not None and deciders(council).exists() else None


def _decide(revision: ProfileRevision, decision: str, *, by: Any, at: dt.datetime) -> None:
    revision.decision, revision.decided_at, revision.decided_by = decision, at, by
    revision.save(update_fields=["decision", "decided_at", "decided_by", "reason"])


def _begin_again(revision: ProfileRevision, *, at: dt.datetime) -> ProfileRevision:
    """Make a draft of what was taken or sent back, so that nothing written is lost."""
    changes = {name: value for name, value in revision.changes.items() if name != "removal"}
    if not changes:
        return revision
    return ProfileRevision.objects.create(
        provider=revision.provider,
        service=revision.service,
        changes=changes,
        base={name: revision.base.get(name) for name in changes},
        version=1,
        started_at=at,
        started_by=revision.started_by,
    )


def _record(
    action: str, revision: ProfileRevision, *, by: Any, at: dt.datetime, organisation: Any = None, **snapshots: Any
) -> None:
    audit.record(action, revision, by=by, at=at, organisation=organisation or revision.provider, **snapshots)
